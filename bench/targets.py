"""targets - what Quipu is to reach, each beside the figure that `./dev bench figures` measured.

A target is looked up in the lines of the sweeps; bench/durable.py and bench/daemon.py reckon
their own. bench/tables.py puts the table into docs/performance.md.
"""
from dataclasses import dataclass
from typing import Callable

from markdown import medians, read, table

SERVERS = ("redis", "postgres")
HEAD = ["target", "figure", "holds", "table"]


class Missing(Exception):
    """The figures of a target are not there."""


class Figures:
    """The lines of each sweep, read once."""

    def __init__(self, folder):
        self.folder, self.sweeps = folder, {}

    def lines(self, sweep, **wanted):
        if sweep not in self.sweeps:
            self.sweeps[sweep] = read(self.folder, sweep)
        found = [line for line in self.sweeps[sweep]
                 if all(line[field] == value for field, value in wanted.items())]
        if not found:
            raise Missing
        return found

    def one(self, sweep, field, **wanted):
        return self.lines(sweep, **wanted)[0][field]

    def speed(self, sweep, **wanted):
        return self.one(sweep, "transfers_per_second", **wanted)


@dataclass
class Target:
    text: str
    anchor: str  # of docs/figures.md
    want: float
    values: Callable  # of Figures: (label, value) of each cell
    less: bool = False
    form: str = "{:.2f}"

    def row(self, figures):
        values = self.values(figures)
        shown = [float(self.form.format(value)) for _, value in values]
        met = sum(value <= self.want if self.less else value >= self.want for value in shown)
        holds = "yes" if met == len(values) else f"{met} of {len(values)}" if met else "no"
        figure = ", ".join(f"{label} {self.form.format(value)}".strip()
                           for label, value in values)
        if len(values) > 9:
            figure = " to ".join(self.form.format(end(value for _, value in values))
                                 for end in (min, max))
        title = self.anchor.replace("-", " ")
        return [self.text, figure, holds, f"[{title}](figures.md#{self.anchor})"]


# --- in memory ---

def of_limit(names, batch):
    """One thread, uniform, relative to the limit at the same batch."""
    def values(figures):
        at = {"distribution": "uniform", "threads": 1, "batch": batch}
        limit = figures.speed("share", name="limit", **at)
        return [(name, figures.speed("share", name=name, **at) / limit) for name in names]
    return values


def two_over_one(names, distribution, batches):
    def values(figures):
        def at(name, batch, threads):
            return figures.speed("share", name=name, distribution=distribution, batch=batch,
                                 threads=threads)
        return [(f"{name} at {batch}", at(name, batch, 2) / at(name, batch, 1))
                for batch in batches for name in names]
    return values


def cas_of_mutex(figures):
    def at(name, batch):
        return figures.speed("share", name=name, distribution="hot", batch=batch, threads=2)
    return [(f"at {batch}", at("cas", batch) / at("mutex", batch)) for batch in (1, 100, 8190)]


def many_of_two(figures):
    """64 threads relative to 2: of the cells of the sweep `threads`."""
    def at(threads):
        return {(line["protocol"], line["distribution"], line["batch"]):
                line["transfers_per_second"] for line in figures.lines("threads", threads=threads)}
    many, two = at(64), at(2)
    return [(f"{protocol} {distribution} {batch}", many[protocol, distribution, batch] / speed)
            for (protocol, distribution, batch), speed in two.items()]


def snapshot_of_none(figures):
    return [("", figures.speed("snapshots", protocol="rcu", readers=1)
             / figures.speed("snapshots", protocol="rcu", readers=0))]


def of_plain(kind):
    def values(figures):
        found = {(line["kind"], line["protocol"]): line["transfers_per_second"] for line in
                 medians(figures.lines("kinds"), ("kind", "protocol"), "transfers_per_second")}
        return [(name, found[kind, name] / found["plain", name])
                for name in ("optimistic", "mutex", "rcu")]
    return values


def lookups(ids):
    return lambda figures: [
        (name, figures.one("lookups", "ids_per_second", protocol=name, ids=ids) / 1e6)
        for name in ("optimistic", "mutex")]


def glances(figures):
    return [("", figures.one("beside", "reads_per_second", protocol="rcu", accounts=1000) / 1e6)]


def longest(figures):
    """The median of the runs, each with its longest call, in ms."""
    found = medians(figures.lines("longest"), ("protocol",), "max_ns")
    return [(line["protocol"], line["max_ns"] / 1e6) for line in found]


def memory(field):
    """Of the most accounts that were measured."""
    def values(figures):
        found = figures.lines("memory")
        most = max(line["accounts"] for line in found)
        return [(line["protocol"], line[field]) for line in found if line["accounts"] == most]
    return values


# --- beside others ---

def of_best(sweep, batch, threads=1):
    """The fastest protocol relative to the fastest engine that a program can embed."""
    def values(figures):
        def best(kind):
            return max((line["transfers_per_second"], line["name"])
                       for line in figures.lines(sweep, kind=kind, batch=batch, threads=threads)
                       if line["name"] not in SERVERS)
        ours, theirs = best("quipu"), best("engine")
        return [(f"{ours[1]}, {theirs[1]}:", ours[0] / theirs[0])]
    return values


def reckoned(sweep, name, field):
    """What the program of the sweep has reckoned itself, under this name. Its own target counts."""
    def values(figures):
        for line in figures.lines(sweep)[0]["ratios"]:
            if line["name"] == name:
                return [("", line[field])]
        raise Missing
    return values


def daemon(name):
    """With each number of accounts that was measured, the most first."""
    def values(figures):
        return [(f"{found['accounts']:,} accounts", line["figure"])
                for found in sorted(figures.lines("daemon"), key=lambda f: -f["accounts"])
                for line in found["ratios"] if line["name"] == name]
    return values


def one_loop(figures):
    return [("", figures.one("ways", "times_one_thread"))]


def turns(figures):
    """The longest of one loop in ms: the median of the rounds, at each batch."""
    found = [line for line in figures.lines("ways")[0]["runs"]
             if line["way"] == "loops" and line["count"] == 1 and line["durable"]]
    lines = medians(found, ("batch",), "turn_longest_ns")
    return [(f"at {line['batch']}", line["turn_longest_ns"] / 1e6)
            for line in sorted(lines, key=lambda line: line["batch"])]


SHARE, OVER = "the-share-of-the-limit", "two-threads-over-one"
LOCKS = ("optimistic", "mutex")
DISK, KEPT, FAR = "on-disk", "opened-again", "from-another-process"

TARGETS = (
    Target("one thread, uniform, batch 8190: `optimistic`, `mutex` at 0.80 of the limit", SHARE,
           0.80, of_limit(LOCKS, 8190)),
    Target("the same at batch 1: `optimistic` at 0.60 of it", SHARE, 0.60,
           of_limit(("optimistic",), 1)),
    Target("one thread, uniform, batch 8190: `rcu` at 0.50 of the limit", SHARE, 0.50,
           of_limit(("rcu",), 8190)),
    Target("2 threads over 1, uniform: `optimistic`, `mutex` 1.9", OVER, 1.9,
           two_over_one(LOCKS, "uniform", (1, 8190))),
    Target("2 writers of `rcu` no slower than 1, uniform", OVER, 1.0,
           two_over_one(("rcu",), "uniform", (1, 8190))),
    Target("2 threads over 1, one hot account: `optimistic`, `mutex`, `cas` 1.3", OVER, 1.3,
           two_over_one(LOCKS + ("cas",), "hot", (1, 100, 8190))),
    Target("one hot account, 2 threads: `cas` 1.2 times `mutex`", SHARE, 1.2, cas_of_mutex),
    Target("64 threads on 2 processors: 0.7 of 2 threads", "threads", 0.7, many_of_two),
    Target("`rcu`: a writer beside snapshots of a million accounts at 0.85 of alone", "snapshots",
           0.85, snapshot_of_none),
    Target("pending, then post: 0.9 of plain", "kinds-of-transfers", 0.9, of_plain("pending")),
    Target("chains of two: 0.9 of plain", "kinds-of-transfers", 0.9, of_plain("pair")),
    Target("`rcu`: 10 million lookups of two accounts a second beside a writer",
           "lookups-beside-a-writer", 10.0, glances),
    Target("lookups, two ids a call: 4 million ids a second", "lookups", 4.0, lookups(2)),
    Target("lookups, 1024 ids a call: 12 million ids a second", "lookups", 12.0, lookups(1024),
           form="{:.1f}"),
    Target("indexes grow, memory at hand: no call of ten takes more than 1 ms",
           "the-longest-call", 1.0, longest, less=True),
    Target("an account takes 190 bytes", "memory", 190, memory("bytes_per_account"), less=True,
           form="{:.0f}"),
    Target("a transfer takes 191 bytes", "memory", 191, memory("bytes_per_transfer"), less=True,
           form="{:.0f}"),
    Target("60 times the fastest peer that can be embedded, batch 1000",
           "in-memory-beside-other-engines", 60, of_best("peers", 1000), form="{:.1f}"),
    Target("15 times it at batch 1", "in-memory-beside-other-engines", 15, of_best("peers", 1),
           form="{:.1f}"),
    Target("on disk: a single commit takes 1.3 of a raw write and sync", DISK, 1.3,
           reckoned("disk", "a single commit, p50, of a raw write and sync, p50", "ratio"),
           less=True),
    Target("on disk, batch 1: 64 threads 20 times one", DISK, 20.0,
           reckoned("disk", "64 threads at batch 1, of one thread at batch 1", "ratio"),
           form="{:.1f}"),
    Target("on disk, batch 1000, one thread: 0.6 of in memory", DISK, 0.6,
           reckoned("disk", "batch 1000, one thread, of the same in memory", "ratio")),
    Target("on disk, batch 8190, one thread: 0.7 of in memory", DISK, 0.7,
           reckoned("disk", "batch 8190, one thread, of the same in memory", "ratio")),
    Target("an opening replays 5 million transfers a second", KEPT, 5.0,
           reckoned("disk", "millions of transfers a second that an opening replays", "ratio")),
    Target("a checkpoint each 16 MiB of journal slows writers by less than 15 %", KEPT, 0.85,
           reckoned("disk", "with a checkpoint each 16 MiB of journal, of the same without",
                    "ratio")),
    Target("with them the longest call is at most 5 ms longer", KEPT, 5.0,
           reckoned("disk", "ms that the longest call is longer with checkpoints", "ratio"),
           less=True, form="{:.1f}"),
    Target("a transfer takes 48 bytes of journal", KEPT, 48.0,
           reckoned("disk", "bytes of journal a transfer", "ratio"), less=True, form="{:.1f}"),
    Target("a journal adds 12 instructions to a plain transfer while it is posted", "instructions",
           12.0, lambda figures: [("", figures.one("ring", "more"))], less=True, form="{:.1f}"),
    Target("on disk, ten times the fastest peer that can be embedded: batch 1",
           "on-disk-beside-other-engines", 10.0, of_best("durable", 1), form="{:.1f}"),
    Target("the same with 64 clients", "on-disk-beside-other-engines", 10.0,
           of_best("durable", 1, 64), form="{:.1f}"),
    Target("the same, batch 1000", "on-disk-beside-other-engines", 10.0,
           of_best("durable", 1000), form="{:.1f}"),
    Target("a daemon, batch 1, both awake: a round trip takes 3 µs", FAR, 3.0,
           daemon("batch 1, a round trip, us"), less=True),
    Target("a daemon, batch 1: 10 times a stream socket", FAR, 10.0,
           daemon("batch 1, times the stream socket"), form="{:.1f}"),
    Target("a daemon, batch 100: 0.5 of in process", FAR, 0.5,
           daemon("batch 100, of the same in process")),
    Target("a daemon, batch 8190: 0.7 of in process", FAR, 0.7,
           daemon("batch 8190, of the same in process")),
    Target("on disk, one loop with 64 submits: 20 times one thread that waits", "ways-to-call",
           20.0, one_loop, form="{:.1f}"),
    Target("turns of one loop, batches up to 100: at most 2 ms", "ways-to-call", 2.0, turns,
           less=True),
)


def rows_of(text):
    """The rows of a table by their first cells."""
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row for row in cells[2:]}


def merged(folder, old):
    """The table; of a target whose figures are not there, the row of the old table. None: there
    are no figures at all."""
    figures, made = Figures(folder), {}
    for target in TARGETS:
        try:
            made[target.text] = target.row(figures)
        except Missing:
            continue
    if not made:
        return None
    known = {**rows_of(old), **made}
    return table(HEAD, [known.get(target.text, [target.text, "not measured", "", ""])
                        for target in TARGETS]).replace("---:", "---")
