#!/usr/bin/env python3
"""test_tables - figures become tables, targets are judged, and tables find their places."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import daemon  # noqa: E402
import durable  # noqa: E402
import instructions  # noqa: E402
import tables  # noqa: E402
import tables_outside as outside  # noqa: E402
import targets  # noqa: E402

PAGES = [os.path.join(HERE, "..", page) for page in tables.PAGES]


def rate(speed, **more):
    return {"transfers_per_second": speed, "p50_ns": 200000, "p99_ns": 300000, **more}


def round_on_disk(speed):
    """A round of bench/durable.py: on disk half of what is in memory."""
    def kept(longest):
        return rate(speed, longest_ns=longest, transfers=4000000, journal_bytes=80000000,
                    open_ns=2000000000, open_cpu_ns=1000000000, checkpoint_bytes=16 << 20)
    return {"raw": {"syncs_per_second": 5000, "p50_ns": 100000},
            "cells": {cell: (rate(speed, threads=cell[0], batch=cell[1], durability="in_memory"),
                             rate(speed / 2, threads=cell[0], batch=cell[1], durability="synced"))
                      for cell in durable.CELLS},
            "kept": ([kept(1000000)] * 2, [kept(7000000)] * 2)}


def disk_line(*speeds):
    """What `bench/durable.py --format json` prints."""
    rounds = [round_on_disk(speed) for speed in speeds]
    return {"medium": "ext4 on /dev/x", "accounts": 100000,
            "ratios": [dict(zip(("name", "target", "ratio", "less_is_better"), line))
                       for line in durable.ratios(rounds)],
            "runs": [{**one, "cells": [line for pair in one["cells"].values() for line in pair]}
                     for one in rounds]}


def daemon_line(accounts):
    """What `bench/daemon.py --format json` prints."""
    ns = {"optimistic": 100, "daemon": 125, "stream": 5000}
    figures = {(name, batch): {"name": name, "batch": batch, "accounts": accounts,
                               "ns_per_transfer": ns[name], "transfers_per_second": 1e9 / ns[name]}
               for name in ns for batch in daemon.BATCHES}
    return {"accounts": accounts, "runs": list(figures.values()),
            "ratios": [dict(zip(("name", "target", "figure", "less_is_better"), line))
                       for line in daemon.ratios(figures)]}


def way_line(way, count, in_flight, batch, on_disk, speed):
    return {"way": way, "count": count, "in_flight": in_flight, "batch": batch,
            "durable": on_disk, "withdrawals_per_second": speed, "turn_p50_ns": 8000,
            "turn_p999_ns": 40000, "turn_longest_ns": 110000 * batch,
            "turn_longest_cpu_ns": 50000, "turn_longest_faults": 0, "turn_longest_switches": 1}


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.write("commit", [{"protocol": "rcu", "distribution": "hot", "batch": batch,
                               "transfers": 1000 * batch, "conflicts": batch} for batch in (1, 10)])

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, lines):
        with open(os.path.join(self.folder.name, name + ".json"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def run_on(self, page):
        path = os.path.join(self.folder.name, "page.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
        with contextlib.redirect_stderr(io.StringIO()):
            code = tables.main(["--figures", self.folder.name, "--page", path])
        with open(path, encoding="utf-8") as file:
            return code, file.read()

    def test_a_table(self):
        self.assertEqual(tables.conflicts(self.folder.name),
                         "| distribution, protocol | 1 | 10 |\n| --- | ---: | ---: |\n"
                         "| hot, rcu | 1.0 | 10.0 |")

    def test_durable_beside_what_was_published(self):
        self.write("durable", [{"name": name, "batch": 1, "threads": 64, "medium": "ext4 on /dev/x",
                                "raw_syncs_per_second": 900, "transfers_per_second": speed,
                                "of_embeddable": speed / 500}
                               for name, speed in (("optimistic", 6000), ("sqlite", 500))])
        text = outside.durable(self.folder.name)
        self.assertIn("ext4 on /dev/x: a block of 4 KiB written and synced 900 times", text)
        self.assertIn("| contender | batch 1, 64 clients |", text)
        self.assertIn("| optimistic | 6,000 (12.00) |", text)
        self.assertIn("Not from this run", text)

    def row(self, text):
        """Figure and verdict of one target."""
        table = targets.merged(self.folder.name, "")
        return targets.rows_of(table)[text][1:3]

    def test_two_threads_over_one(self):
        self.write("share", [{"name": name, "distribution": "hot", "batch": batch,
                              "threads": threads, "transfers_per_second": 100 * threads * of_one}
                             for name, of_one in (("optimistic", 1), ("cas", 0.75))
                             for batch in (1, 100, 8190) for threads in (1, 2)]
                   + [{"name": "mutex", "distribution": "hot", "batch": batch, "threads": threads,
                       "transfers_per_second": 100} for batch in (1, 100, 8190)
                      for threads in (1, 2)])
        text = tables.over(self.folder.name)
        self.assertIn("| distribution, batch | optimistic | cas | mutex |", text)
        self.assertIn("| hot, 8190 | 2.00 | 2.00 | 1.00 |", text)
        figure, holds = self.row("2 threads over 1, one hot account: `optimistic`, `mutex`, `cas` "
                                 "1.3")
        self.assertIn("mutex at 100 1.00", figure)
        self.assertEqual(holds, "6 of 9")
        self.assertEqual(self.row("one hot account, 2 threads: `cas` 1.2 times `mutex`"),
                         ["at 1 1.50, at 100 1.50, at 8190 1.50", "yes"])

    def test_on_disk(self):
        self.write("disk", [disk_line(3000000, 1000000, 2000000)])
        text = outside.disk(self.folder.name)
        self.assertIn("written and synced 5,000 times a second, p50 0.10 ms", text)
        self.assertIn("| 1 × 8190 | 2,000,000 | 1,000,000 | 0.20 | 0.30 |", text)
        self.assertIn("| none | 2,000,000 | 1.0 | 2.00 | 1.00 | 20.0 |",
                      outside.kept(self.folder.name))
        for text, expected in (
                ("on disk: a single commit takes 1.3 of a raw write and sync", ["2.00", "no"]),
                ("on disk, batch 1000, one thread: 0.6 of in memory", ["0.50", "no"]),
                ("an opening replays 5 million transfers a second", ["2.00", "no"]),
                ("with them the longest call is at most 5 ms longer", ["6.0", "no"]),
                ("a checkpoint each 16 MiB of journal slows writers by less than 15 %",
                 ["1.00", "yes"]),
                ("a transfer takes 48 bytes of journal", ["20.0", "yes"])):
            self.assertEqual(self.row(text), expected)

    def test_from_another_process(self):
        self.write("daemon", [daemon_line(1000), daemon_line(1000000)])
        text = outside.daemon(self.folder.name)
        self.assertIn("| ns a transfer | batch 1 | batch 100 | batch 8190 |", text)
        self.assertLess(text.index("| 1,000,000 accounts, daemon | 125 |"),
                        text.index("| 1,000 accounts, in process | 100 |"))
        self.assertEqual(self.row("a daemon, batch 100: 0.5 of in process"),
                         ["1,000,000 accounts 0.80, 1,000 accounts 0.80", "yes"])
        self.assertEqual(self.row("a daemon, batch 1: 10 times a stream socket")[0],
                         "1,000,000 accounts 40.0, 1,000 accounts 40.0")

    def test_ways(self):
        self.write("ways", [{"times_one_thread": 19.0, "runs":
                             [way_line("threads", 1, 1, 1, disk, 10) for disk in (True, False)]
                             + [way_line("loops", 1, 64, batch, True, 190) for batch in (1, 100)]
                             + [way_line("clock", 1, 1, 1, False, 0)]}])
        self.assertIn("| one thread, a plain call at a time | 10 | 10 |",
                      outside.ways(self.folder.name))
        text = outside.turns(self.folder.name)
        self.assertIn("| 1, 100 | 0.008 | 0.04 | 11.00 | 0.05 | 0 | 1 |", text)
        self.assertIn("| a thread that only reads the clock | 0.008 |", text)
        self.assertEqual(self.row("turns of one loop, batches up to 100: at most 2 ms"),
                         ["at 1 0.11, at 100 11.00", "1 of 2"])
        self.assertEqual(
            self.row("on disk, one loop with 64 submits: 20 times one thread that waits"),
            ["19.0", "no"])

    def test_beside_peers(self):
        self.write("peers", [{"name": name, "kind": kind, "batch": 1, "threads": 1,
                              "transfers_per_second": speed} for name, kind, speed in
                             (("limit", "limit", 4000), ("mutex", "quipu", 2000),
                              ("optimistic", "quipu", 1500), ("redis", "engine", 1000),
                              ("lmdb", "engine", 100))])
        self.assertIn("| lmdb | 100 (0.025) |", outside.peers(self.folder.name))
        self.assertEqual(self.row("15 times it at batch 1"), ["mutex, lmdb: 20.0", "yes"])

    def test_a_queue(self):
        self.write("queue", [{"call": "lookup_accounts", "plain_ns": 40, "queue_ns": 48.25,
                              "more_ns": 8.25}])
        self.assertIn("| `quipu_lookup_accounts` | 40.0 | 48.2 | 8.2 |",
                      outside.queue(self.folder.name))

    def test_memory_of_the_most_accounts(self):
        self.write("memory", [{"protocol": "cas", "accounts": accounts, "bytes_per_account": 148,
                               "bytes_per_transfer": size}
                              for accounts, size in ((100, 300.0), (1000, 191.4))])
        self.assertIn("| cas | 148 / 300 | 148 / 191 |", tables.memory(self.folder.name))
        # It is judged as it is shown.
        self.assertEqual(self.row("a transfer takes 191 bytes"), ["cas 191", "yes"])

    def test_a_ring(self):
        self.write("ring", [{"kind": "plain", "memory": 7, "disk": 17.1, "more": 10.1}])
        self.assertIn("| plain | 7.0 | 17.1 | 10.1 |", tables.ring(self.folder.name))
        self.assertEqual(
            self.row("a journal adds 12 instructions to a plain transfer while it is posted"),
            ["10.1", "yes"])

    def test_lines_of_a_journal_are_counted(self):
        """Not those of another file, of another function, or of what is called."""
        self.assertEqual(instructions.counted_in_files(
            "events: Ir\nsummary: 999\n\n"
            "fl=(1) /x/engine/protocol/straight.c\nfn=(7) run_all\n10 100\n"
            "fi=(2) /x/engine/journal/ring.h\n+3 5\n"
            "cfi=(3) /x/engine/journal/drain.c\ncfn=(8) drain\ncalls=1 20\n* 300\n-1 2\n"
            "fi=(1)\n12 40\n\nfl=(3)\nfn=(8)\n20 70\nfi=(2)\n9 60\n"
            "fl=(2)\nfn=(7)\n9 1\n"), 8)

    def test_many_cells_are_a_range(self):
        self.write("threads", [{"protocol": protocol, "distribution": "hot", "batch": batch,
                                "threads": threads, "transfers_per_second": speed}
                               for protocol in tables.PROTOCOLS for batch in (1, 100, 8190)
                               for threads, speed in ((2, 100), (64, 60 if batch == 1 else 90))])
        self.assertEqual(self.row("64 threads on 2 processors: 0.7 of 2 threads"),
                         ["0.60 to 0.90", "8 of 12"])

    def test_a_target_without_figures_keeps_its_row(self):
        other = "turns of one loop, batches up to 100: at most 2 ms"
        self.write("daemon", [daemon_line(1000)])
        text = targets.merged(self.folder.name, f"| a | b | c | d |\n| --- | --- | --- | --- |\n"
                              f"| {other} | at 1 0.1 | yes | x |\n")
        self.assertEqual(targets.rows_of(text)[other], [other, "at 1 0.1", "yes", "x"])
        self.assertIn("| a daemon, batch 8190: 0.7 of in process | 1,000 accounts 0.80 |", text)

    def test_without_figures_there_is_none(self):
        for name in set(tables.TABLES) - {"commit", "machine"}:
            self.assertIsNone(tables.TABLES[name](self.folder.name), name)
        self.assertIsNone(targets.merged(self.folder.name, "| a | b |\n| --- | --- |\n| c | d |"))

    def test_it_finds_its_place_again(self):
        page = "before\n<!-- figures: commit -->\nold\n<!-- end of commit -->\nafter\n"
        code, once = self.run_on(page)
        self.assertEqual(code, 0)
        self.assertIn("| hot, rcu |", once)
        self.assertNotIn("old", once)
        self.assertTrue(once.startswith("before\n") and once.endswith("after\n"))
        self.assertEqual(self.run_on(once), (0, once))

    def test_no_place(self):
        self.assertEqual(self.run_on("nothing here\n"), (1, "nothing here\n"))

    def test_two_pages(self):
        self.write("daemon", [daemon_line(1000)])
        made = {name: text for name, text in tables.make(self.folder.name, {}).items()
                if name != "machine"}
        pages = {"a": "<!-- figures: commit -->\n<!-- end of commit -->\n"
                      "<!-- figures: daemon -->\n<!-- end of daemon -->\n",
                 "b": "<!-- figures: targets -->\n<!-- end of targets -->\n"}
        self.assertIsNone(tables.place_all(pages, made))
        self.assertIn("| hot, rcu |", pages["a"])
        self.assertIn("| target | figure | holds | table |", pages["b"])

    def test_the_pages_have_all_places(self):
        pages = {}
        for path in PAGES:
            with open(path, encoding="utf-8") as file:
                pages[path] = file.read()
        self.assertIsNone(tables.place_all(pages, {name: "x" for name in tables.TABLES}))
        self.assertIsNone(tables.place_all(pages, {"targets": "x"}))

    def test_the_page_has_all_targets(self):
        with open(PAGES[1], encoding="utf-8") as file:
            known = targets.rows_of(tables.pattern_of("targets").search(file.read()).group(2))
        self.assertEqual([target.text for target in targets.TARGETS], list(known))
        self.assertNotIn("not measured", [row[1] for row in known.values()])


if __name__ == "__main__":
    unittest.main()
