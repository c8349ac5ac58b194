#!/usr/bin/env python3
"""test_scaling - cases of scaling.py that can be reckoned by hand, and what it is told wrong."""
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import scaling  # noqa: E402

NEAR, AHEAD = 50, 5


def machine(far=2.0):
    lines = {"handover_ns": NEAR, "handover_many_ns": AHEAD}
    return scaling.Machine(lines, far, 8192, 150e9, 32 << 20)


def rate(protocol, private_ns, cores, batch, pair, sockets=1, transfers=4000):
    run = scaling.Run(machine(), protocol, private_ns, cores, sockets, batch, pair,
                      random.Random(1), jitter=0)
    return run.per_second(transfers) / 1e6, run


def far_apart(rng=random.Random(2)):
    """Pairs of accounts that nobody has met before."""
    first = rng.randrange(1 << 60) * 2
    return first, first + 1


class ByHand(unittest.TestCase):
    def test_one_core_takes_what_was_measured(self):
        plain = scaling.Protocol(hold=30, again=0, storm=0)
        got, run = rate(plain, 200, 1, 8190, far_apart)
        self.assertAlmostEqual(got, 1000 / 200, delta=0.01)
        self.assertEqual(run.limit(), "cores")

    def test_one_account_is_a_queue(self):
        """Held for 100 ns, then it moves for 50: a transfer in 150 ns, whatever the cores. Where
        calls are long, it moves once for a run of transfers."""
        plain = scaling.Protocol(hold=100, again=0, storm=0)
        for cores in 2, 8:
            got, run = rate(plain, 117, cores, 1, lambda: (0, 1))
            self.assertAlmostEqual(got, 1000 / 150, delta=0.1)
            self.assertEqual(run.limit(), "accounts")
            got = rate(plain, 112, cores, 8190, lambda: (0, 1), transfers=20000)[0]
            self.assertAlmostEqual(got, 1000 / (100 + NEAR / scaling.RUN), delta=0.3)

    def test_who_waits_takes_the_line_from_who_works(self):
        calm = rate(scaling.Protocol(100, 0, 0), 117, 8, 1, lambda: (0, 1))[0]
        storm = rate(scaling.Protocol(100, 0, 1), 117, 8, 1, lambda: (0, 1))[0]
        self.assertLess(storm, calm / 2)

    def test_the_clock_is_a_queue_at_batch_one(self):
        """A draw in 5 ns after the line moved for 50: 18.2 million, however many cores."""
        plain = scaling.Protocol(hold=0, again=0, storm=0)
        got = rate(plain, 100, 512, 1, far_apart, transfers=20000)[0]
        self.assertAlmostEqual(got, 1000 / (NEAR + scaling.CLOCK_NS), delta=0.2)

    def test_cores_that_share_nothing_add_up(self):
        """Long calls: of a transfer in 1000 ns only the shard's line moves, prefetched."""
        plain = scaling.Protocol(hold=0, again=0, storm=0)
        one = rate(plain, 1000, 1, 8190, far_apart)[0]
        sixteen = rate(plain, 1000, 16, 8190, far_apart)[0]
        self.assertAlmostEqual(sixteen / one, 16 * 1000 / (1000 + AHEAD), delta=0.3)

    def test_lines_from_the_other_socket_cost_more(self):
        plain = scaling.Protocol(hold=100, again=0, storm=0)
        near = rate(plain, 112, 8, 8190, lambda: (0, 1))[0]
        far = rate(plain, 112, 8, 8190, lambda: (0, 1), sockets=2)[0]
        self.assertLess(far, near)

    def test_one_writer_is_one_writer(self):
        self.assertEqual(scaling.one_writer(machine(), 500, 1, 1, 8190), 2e6)
        two = scaling.one_writer(machine(), 500, 2, 1, 8190)
        many = scaling.one_writer(machine(), 500, 64, 1, 8190)
        self.assertGreater(two, 1.6 * 2e6)
        self.assertLess(two, 2e6 / scaling.WRITER_PART)
        self.assertLess(many, two)
        self.assertLess(scaling.one_writer(machine(), 500, 64, 1, 1), 1e6)

    def test_draws(self):
        rng = random.Random(1)
        hot = scaling.pair_drawer("hot", 10, rng)
        self.assertTrue(all(a == 0 and 0 < b < 10 for a, b in (hot() for _ in range(99))))
        zipf = scaling.zipf_drawer(1000, rng)
        first = sum(zipf() == 0 for _ in range(20000)) / 20000
        self.assertAlmostEqual(first, 1 / sum(k ** -0.99 for k in range(1, 1001)), delta=0.01)


def call(*words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = scaling.main(list(words))
    return code, out.getvalue()


class AsAProgram(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.lines = os.path.join(self.folder.name, "lines")
        self.share = os.path.join(self.folder.name, "share")
        with open(self.lines, "w", encoding="utf-8") as file:
            file.write('{"name": "lines", "handover_ns": 50, "handover_many_ns": 5}\n')
        with open(self.share, "w", encoding="utf-8") as file:
            for name in scaling.PROTOCOLS:
                for threads in 1, 2:
                    file.write(json.dumps({
                        "name": name, "kind": "quipu", "threads": threads, "accounts": 1000,
                        "distribution": "uniform", "batch": 8190,
                        "transfers_per_second": 4e6 * threads, "cpu_ns_per_transfer": 250}) + "\n")
        self.given = ("--lines", self.lines, "--share", self.share, "--transfers", "400")

    def tearDown(self):
        self.folder.cleanup()

    def test_formats(self):
        code, text = call(*self.given, "--cores", "1,32")
        self.assertEqual(code, 0)
        self.assertEqual(len(text.splitlines()), 6)
        code, text = call(*self.given, "--cores", "1,32", "--format", "json")
        cells = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(cells), 4 * 3)  # 32 cores: in one socket and in two
        self.assertEqual(cells[0]["cores"], 1)
        self.assertAlmostEqual(cells[0]["times_one"], 1, delta=0.1)
        code, text = call(*self.given, "--cores", "2", "--format", "csv", "--only", "rcu,cas")
        self.assertEqual([line.split(",")[0] for line in text.splitlines()],
                         ["name", "cas", "rcu"])

    def test_check(self):
        code, text = call(*self.given, "--check", "--by", "cpu")
        self.assertEqual(code, 0)
        self.assertIn("more than one thread: off by", text)

    def test_the_same_seed_says_the_same(self):
        words = (*self.given, "--cores", "8", "--format", "csv")
        self.assertEqual(call(*words), call(*words))

    def test_what_is_wrong(self):
        self.assertEqual(call("--lines", self.lines, "--share", self.folder.name + "/none")[0], 3)
        self.assertEqual(call("--lines", self.share, "--share", self.share)[0], 1)
        self.assertEqual(call(*self.given, "--only", "paxos")[0], 1)
        for words in ("--cores", "0"), ("--nonsense",), ("--transfers", "1"), ("--format", "xml"):
            ended = subprocess.run([sys.executable, os.path.join(HERE, "scaling.py"), *words],
                                   check=False, capture_output=True)
            self.assertEqual(ended.returncode, 2)


if __name__ == "__main__":
    unittest.main()
