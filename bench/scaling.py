#!/usr/bin/env python3
"""scaling - transfers a second on machines that are not here, reckoned from figures of one that is.

A discrete simulation. Cores post transfers of S ns of private work, S as measured with one thread
by bench_share. What they share is lines, and a line is a server with a queue:

  shard    one of 256 of the transfer index: latched, written, left; once a transfer
  account  two a transfer, drawn as the workload says; busy while the protocol holds or marks them
  clock    drawn from once a call
  writer   rcu: one run at a time is judged and published; claims, records and settling are not its

A line that another core wrote last, and still has, moves: H ns on this socket, H2 from the other.
Where a call is long enough to prefetch lines (16 transfers) and no other core uses the line, that
is `handover_many` instead. A core that waits retries, and meanwhile takes the line from the core
that works on it: `storm` moves for each waiting core, until it has spun enough. A core that has
waited posts a run of its call's transfers while it has the account. Held times are estimates: see
PROTOCOLS.

What it knows nothing of: caches that several cores share, interrupts, pages, the index growing,
processors that slow down when all are busy. Memory is a limit on the sum: bytes a transfer, counted
from the records, against --bandwidth.

  ./dev bench figures         makes both inputs, and more
  bench/scaling.py --check    what it says of what was measured, and how far off that is
"""
import argparse
import csv
import functools
import heapq
import json
import math
import random
import sys

SHARDS = 256
AHEAD = 16            # transfers a call from which on lines are prefetched
LINES_A_TRANSFER = 10  # that a core brings to its cache
SHARD_NS = 12         # a shard's latch is held, of S
CLOCK_NS = 5          # the clock's line is busy, of S
RUN = 64              # transfers that a core posts at an account, or as the writer, at a time
WRITER_PART = 0.5     # rcu: of S, judging and publishing
WAKE_NS = 2000        # to wake a thread that sleeps at a lock
SPIN_NS = 3000        # it spins so long before

FINE, NO_FIGURE, USAGE, SYSTEM = 0, 1, 2, 3


class Protocol:
    """hold: ns that both accounts are busy, of S; again: ns of an attempt that fails;
    storm: moves of a line that a waiting core costs the core that works."""

    def __init__(self, hold, again, storm, sleeps=False, single=False):
        self.hold, self.again, self.storm = hold, again, storm
        self.sleeps, self.single = sleeps, single


PROTOCOLS = {
    "optimistic": Protocol(hold=30, again=30, storm=1),
    "cas": Protocol(hold=80, again=60, storm=2),
    "mutex": Protocol(hold=60, again=0, storm=1, sleeps=True),
    "rcu": Protocol(hold=0, again=0, storm=0, single=True),
}


class Machine:
    """What a line costs, in ns, and what there is of cache (lines a core) and memory (bytes/s)."""

    def __init__(self, lines, far, cache_lines, bandwidth, shared_cache):
        self.near = lines["handover_ns"]
        self.ahead = lines["handover_many_ns"]
        self.far = self.near * far
        self.far_ahead = self.ahead * far
        self.horizon = max(1, cache_lines // LINES_A_TRANSFER)
        self.bandwidth = bandwidth
        self.shared_cache = shared_cache


class Line:
    """Busy until `free`; last written by `owner`, at its transfer number `count`."""
    __slots__ = ("free", "owner", "count", "ends")

    def __init__(self, owner=None, count=0):
        self.free, self.owner, self.count, self.ends = 0.0, owner, count, None

    def waiting(self, now):
        """How many are queued at it now."""
        if self.ends is None:
            return 0
        self.ends = [end for end in self.ends if end > now]
        return len(self.ends)

    def queue(self, end):
        self.ends = (self.ends or []) + [end]


# --- the workload ---

@functools.lru_cache(maxsize=None)
def zeta_of(accounts, exponent):
    return math.fsum(rank ** -exponent for rank in range(1, accounts + 1))


def zipf_drawer(accounts, rng, exponent=0.99):
    """Ranks by Gray et al., as engine/command/measure/workload.c draws them."""
    zeta = zeta_of(accounts, exponent)
    second = 0.5 ** exponent
    eta = (1 - (2 / accounts) ** (1 - exponent)) / (1 - (1 + second) / zeta)

    def draw():
        u = rng.random()
        at = u * zeta
        if at < 1:
            return 0
        if at < 1 + second:
            return 1
        return min(accounts - 1, int(accounts * (eta * u - eta + 1) ** (1 / (1 - exponent))))
    return draw


def pair_drawer(distribution, accounts, rng):
    """Two accounts that differ, in the order in which they are taken."""
    draw = (zipf_drawer(accounts, rng) if distribution == "zipf"
            else lambda: int(rng.random() * accounts))

    def pair():
        a, b = draw(), draw()
        if distribution == "hot":
            a = 0
        if a == b:
            b = (b + 1) % accounts
        return (a, b) if a < b else (b, a)
    return pair


def memory_bytes(distribution, accounts, shared_cache):
    """Bytes to and from memory a transfer: record and knot, written and fetched for it; the index
    entry; of what does not fit the shared cache two account slots and their index entries."""
    missing = max(0.0, 1 - shared_cache / (accounts * 144))
    if distribution == "zipf":
        missing /= 2
    touched = 1 if distribution == "hot" else 2
    return 2 * (128 + 48 + 64) + touched * missing * (2 * 128 + 64)


# --- the simulation ---

class Run:
    """One cell: so many cores in so many sockets, one protocol, one workload."""

    def __init__(self, machine, protocol, private_ns, cores, sockets, batch, pair, rng, jitter=0.3):
        self.machine, self.protocol, self.private_ns = machine, protocol, private_ns
        self.cores, self.sockets, self.batch = cores, sockets, batch
        self.pair, self.rng, self.jitter = pair, rng, jitter
        self.counts = [0] * cores
        self.accounts = {}
        self.shards = [Line(rng.randrange(cores)) for _ in range(SHARDS)]
        self.clock = Line()
        self.spent = dict.fromkeys(
            ("private", "shard", "account", "queue", "clock"), 0.0)
        self.rounds = 0
        self.ahead = batch >= AHEAD

    def socket(self, core):
        return core * self.sockets // self.cores

    def move(self, line, core, ahead):
        """ns until the line is here."""
        owner = line.owner
        if owner is None or owner == core:
            return 0.0
        if self.counts[owner] - line.count > self.machine.horizon:
            return 0.0  # it went to memory, and S knows what that costs
        if self.socket(owner) == self.socket(core):
            return self.machine.ahead if ahead else self.machine.near
        return self.machine.far_ahead if ahead else self.machine.far

    def account(self, number):
        line = self.accounts.get(number)
        if line is None:
            line = self.accounts[number] = Line()
        return line

    def warm(self):
        """Which core touched which account last, before the first one counts."""
        for i in range(self.cores * self.machine.horizon if self.cores > 1 else 0):
            core = i % self.cores
            self.counts[core] += 1
            for number in self.pair():
                line = self.account(number)
                line.owner, line.count = core, self.counts[core]

    def at_shard(self, core, now):
        line = self.shards[int(self.rng.random() * SHARDS)]
        start = max(now, line.free)
        begin = start + self.move(line, core, self.ahead and start == now)
        line.free, line.owner, line.count = begin + SHARD_NS, core, self.counts[core]
        self.spent["shard"] += begin - now
        return line.free

    def at_accounts(self, core, now, left):
        """From asking for both to having let both go; and how many transfers were posted, of those
        that are left of the call."""
        protocol, lines = self.protocol, [self.account(number) for number in self.pair()]
        start = max(now, lines[0].free, lines[1].free)
        waited = start > now
        ahead = self.ahead and not waited
        moves = [self.move(line, core, ahead) for line in lines]
        # Two lines that are asked for together come together.
        posted = max(1, min(RUN, left)) if waited and self.ahead else 1
        hold = max(moves) + protocol.hold * posted
        if waited:
            self.rounds += 1
            hold += protocol.again
        stolen = 0
        for line in lines:
            if line.free > now:
                stolen = max(stolen, line.waiting(now))
        # A core that has waited for longer sleeps, or looks only now and then.
        stolen = min(stolen, SPIN_NS // (protocol.hold + self.machine.near))
        hold += stolen * protocol.storm * self.machine.near
        if protocol.sleeps and start - now > SPIN_NS:
            hold += WAKE_NS
        end = start + hold
        for line in lines:
            if line.free > now:
                line.queue(start)
            line.free, line.owner, line.count = end, core, self.counts[core]
        self.spent["queue"] += start - now
        self.spent["account"] += hold - protocol.hold * posted
        return end, posted

    def at_call(self, core, now):
        """The clock."""
        line = self.clock
        start = max(now, line.free)
        begin = start + self.move(line, core, False)
        line.free, line.owner, line.count = begin + CLOCK_NS, core, self.counts[core]
        self.spent["clock"] += begin - now
        return line.free

    def private(self, core):
        """S, without what is reckoned apart; never quite the same, or cores march in step."""
        fixed = SHARD_NS + self.protocol.hold + (CLOCK_NS / self.batch)
        rest = max(0.0, self.private_ns - fixed)
        self.spent["private"] += self.private_ns
        return rest * (1 + self.jitter * (2 * self.rng.random() - 1))

    def per_second(self, transfers):
        """All cores, step by step, in the order of time. The first half does not count: a
        queue at a busy account takes its time to form, and then stays."""
        self.warm()
        left = [int(self.rng.random() * self.batch) for _ in range(self.cores)]
        heap = [(self.rng.random() * self.private_ns, core, 0) for core in range(self.cores)]
        heapq.heapify(heap)
        posted = [1] * self.cores
        done, begun, from_ns = 0, 0, 0.0
        while True:
            now, core, step = heap[0]
            if step == 0:
                now += self.private(core)
                if left[core] <= 0:
                    heapq.heapreplace(heap, (now, core, 1))
                    left[core] = self.batch
                else:
                    heapq.heapreplace(heap, (now, core, 2))
            elif step == 1:
                heapq.heapreplace(heap, (self.at_call(core, now), core, 2))
            elif step == 2:
                heapq.heapreplace(heap, (self.at_shard(core, now), core, 3))
            elif step == 3:
                end, posted[core] = self.at_accounts(core, now, left[core])
                heapq.heapreplace(heap, (end, core, 4))
            else:
                done += posted[core]
                left[core] -= posted[core]
                self.counts[core] += posted[core]
                if begun == 0 and done >= transfers // 2:
                    begun, from_ns = done, now
                if done >= transfers:
                    return (done - begun) / (now - from_ns) * 1e9
                # The others of a run were prepared by this core, too.
                now += sum(self.private(core) for _ in range(posted[core] - 1))
                heapq.heapreplace(heap, (now, core, 0))

    def limit(self):
        """What most of the time goes to beside the work; `cores` if that is most of it by far."""
        total = sum(self.spent.values())
        name = max((n for n in self.spent if n != "private"), key=self.spent.get)
        name = "accounts" if name in ("account", "queue") else name
        accounts = self.spent["account"] + self.spent["queue"]
        shared = total - self.spent["private"]
        if accounts > shared / 2:
            name = "accounts"
        return name if shared > total / 4 else "cores"


def one_writer(machine, private_ns, cores, sockets, batch):
    """rcu: a run at a time. The next writer finds accounts, versions and the writer's own lines
    where the last one left them. What is not the writer's is done by all cores at once."""
    if cores == 1:
        return 1e9 / private_ns
    far = (machine.near + machine.far) / 2 if sockets > 1 else machine.near
    far_ahead = (machine.ahead + machine.far_ahead) / 2 if sockets > 1 else machine.ahead
    others = (cores - 1) / cores
    each = private_ns * WRITER_PART + others * 6 * (far_ahead if batch >= AHEAD else far / 2)
    handing = 4 * far + (WAKE_NS if (cores - 1) * each * min(batch, RUN) > SPIN_NS else 0)
    alone = private_ns * (1 - WRITER_PART)
    return 1e9 / max(each + handing / min(batch, RUN), (alone + each) / cores)


def reckon(machine, name, private_ns, cores, sockets, batch, distribution, accounts, options):
    """Predicted: transfers a second, what limits them, rounds again in 1000."""
    protocol = PROTOCOLS[name]
    if protocol.single:
        return one_writer(machine, private_ns, cores, sockets, batch), \
            "writer" if cores > 1 else "cores", 0.0
    rng = random.Random(f"{options.seed} {name} {cores} {sockets} {batch} {distribution}")
    pair = options.pairs(distribution, accounts, rng)
    run = Run(machine, protocol, private_ns, cores, sockets, batch, pair, rng, options.jitter)
    transfers = max(options.transfers, options.transfers * cores // 25)
    rate = run.per_second(transfers)
    limit = run.limit()
    most = machine.bandwidth * sockets / memory_bytes(distribution, accounts,
                                                      machine.shared_cache * sockets)
    if rate > most:
        rate, limit = most, "memory"
    return rate, limit, run.rounds * 1000 / transfers


# --- what was measured ---

def read_lines(path):
    """JSON lines that are objects."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.lstrip().startswith("{"):
                found.append(json.loads(line))
    return found


def rate_of(line, by):
    """Transfers a second: as seen, or as its processor time would give on a quiet machine. Of rcu
    only one call at a time has a processor: the others sleep."""
    if by == "wall":
        return line["transfers_per_second"]
    working = 1 if PROTOCOLS[line["name"]].single else line["threads"]
    return working * 1e9 / line["cpu_ns_per_transfer"]


def measured(share, by):
    """(protocol, distribution, batch, accounts) to {threads: rate}; of two the last counts."""
    found = {}
    for line in share:
        if line.get("kind") != "quipu" or line.get("name") not in PROTOCOLS:
            continue
        key = (line["name"], line["distribution"], line["batch"], line["accounts"])
        found.setdefault(key, {})[line["threads"]] = rate_of(line, by)
    return {key: rates for key, rates in found.items() if 1 in rates}


def predict_all(machine, found, options):
    cells = []
    for (name, distribution, batch, accounts), rates in found.items():
        for sockets in options.sockets:
            for cores in options.cores:
                if cores < 32 and sockets > 1:
                    continue
                rate, limit, again = reckon(machine, name, 1e9 / rates[1], cores, sockets, batch,
                                            distribution, accounts, options)
                cells.append({"name": name, "distribution": distribution, "batch": batch,
                              "accounts": accounts, "sockets": sockets, "cores": cores,
                              "transfers_per_second": round(rate), "limit": limit,
                              "times_one": round(rate / rates[1], 2),
                              "again_per_1000": round(again, 1)})
                options.progress(len(cells))
    return cells


def check_all(machine, found, options):
    """Of each figure of more than one thread: predicted, measured, the difference."""
    cells = []
    for (name, distribution, batch, accounts), rates in found.items():
        for threads, rate in sorted(rates.items()):
            said = reckon(machine, name, 1e9 / rates[1], threads, 1, batch, distribution, accounts,
                          options)[0]
            cells.append({"name": name, "distribution": distribution, "batch": batch,
                          "accounts": accounts, "threads": threads,
                          "measured": round(rate), "predicted": round(said),
                          "deviation_percent": round(100 * (said / rate - 1), 1)})
            options.progress(len(cells))
    return cells


# --- what is printed ---

def print_table(rows, out):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        out.write("  ".join(text.ljust(width) if i < 2 else text.rjust(width)
                            for i, (text, width) in enumerate(zip(row, widths))).rstrip() + "\n")


def print_cells(cells, out):
    """A row for each workload, a column for each machine: millions a second."""
    machines = sorted({(cell["sockets"], cell["cores"]) for cell in cells})
    rows = [["", "", "batch"] + [f"{cores}" if sockets == 1 else f"{sockets}x{cores // sockets}"
                                 for sockets, cores in machines] + ["first"]]
    groups = {}
    for cell in cells:
        key = (cell["name"], cell["distribution"], cell["batch"], cell["accounts"])
        groups.setdefault(key, {})[cell["sockets"], cell["cores"]] = cell
    for (name, distribution, batch, _), group in groups.items():
        limited = [group[m] for m in machines if m in group and group[m]["limit"] != "cores"]
        first = f"{limited[0]['limit']} at {limited[0]['cores']}" if limited else "cores"
        rows.append([name, distribution, str(batch)]
                    + [f"{group[m]['transfers_per_second'] / 1e6:.1f}" if m in group else ""
                       for m in machines] + [first])
    out.write("millions of transfers a second, predicted, by cores; what gives out first\n")
    print_table(rows, out)


def print_checks(cells, out):
    rows = [["", "", "batch", "threads", "measured", "predicted", "off"]]
    for cell in cells:
        rows.append([cell["name"], cell["distribution"], str(cell["batch"]), str(cell["threads"]),
                     f"{cell['measured'] / 1e6:.2f}", f"{cell['predicted'] / 1e6:.2f}",
                     f"{cell['deviation_percent']:+.0f} %"])
    out.write("millions of transfers a second; one thread is what the model is given\n")
    print_table(rows, out)
    off = [abs(cell["deviation_percent"]) for cell in cells if cell["threads"] > 1]
    if off:
        out.write(f"more than one thread: off by {sum(off) / len(off):.0f} % in the mean, "
                  f"{max(off):.0f} % at most\n")


def print_as(cells, form, check, out):
    if form == "json":
        for cell in cells:
            out.write(json.dumps(cell) + "\n")
    elif form == "csv":
        writer = csv.DictWriter(out, cells[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(cells)
    elif check:
        print_checks(cells, out)
    else:
        print_cells(cells, out)


# --- options ---

def numbers(text):
    found = [int(part) for part in text.split(",")]
    if not found or min(found) < 1 or max(found) > 1024:
        raise ValueError
    return found


def names(text):
    return text.split(",")


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="bench/scaling.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__,
        epilog="Exit: 0 fine, 1 the inputs lack what is asked for, 2 usage, 3 cannot be read.")
    add = parser.add_argument
    add("--lines", metavar="FILE", default="build/bench/figures/lines.json",
        help="what bench_lines --format json printed (%(default)s)")
    add("--share", metavar="FILE", default="build/bench/figures/share.json",
        help="what bench_share --json wrote, 1 thread at least (%(default)s)")
    add("--check", action="store_true", help="predict what was measured, and how far off that is")
    add("--by", choices=("wall", "cpu"), default="wall",
        help="cpu: reckon with processor time, where others use the machine too; what sleeps at a "
             "lock is not seen then (%(default)s)")
    add("--cores", type=numbers, default=[1, 2, 8, 32, 64, 128], metavar="LIST",
        help="1,2,8,32,64,128")
    add("--sockets", type=numbers, default=[1, 2], metavar="LIST",
        help="two only from 32 cores on (1,2)")
    add("--only", type=names, default=list(PROTOCOLS), metavar="LIST", help="these protocols (all)")
    add("--far", type=float, default=2.0, metavar="X",
        help="H2 / H: a line from the other socket; assumed, not measured (%(default)s)")
    add("--handover", type=float, metavar="NS", help="H, instead of what was measured")
    add("--bandwidth", type=float, default=150.0, metavar="GB",
        help="GB/s of memory a socket; assumed (%(default)s)")
    add("--cache", type=int, default=512, metavar="KB", help="a core's own cache (%(default)s)")
    add("--shared-cache", type=int, default=32, metavar="MB", help="a socket's (%(default)s)")
    add("--transfers", type=int, default=10000,
        help="simulated a cell; of many cores a 25th for each (%(default)s)")
    add("--jitter", type=float, default=0.3, help="of private work, 0 to 1 (%(default)s)")
    add("--seed", type=int, default=1, help="(%(default)s)")
    add("--format", choices=("text", "json", "csv"), default="text",
        help="json: a line for each cell, as bench/plot reads them (%(default)s)")
    options = parser.parse_args(argv)
    if options.transfers < 100 or not 0 <= options.jitter <= 1:
        parser.error("--transfers from 100, --jitter from 0 to 1")
    return options


def show_progress(count):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{count} cells")
        sys.stderr.flush()


def main(argv):
    options = parse(argv)
    options.pairs, options.progress = pair_drawer, show_progress
    try:
        lines = [line for line in read_lines(options.lines) if line.get("name") == "lines"]
        found = measured(read_lines(options.share), options.by)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"scaling: {error}; ./dev bench figures makes it\n")
        return SYSTEM
    found = {key: rates for key, rates in found.items() if key[0] in options.only}
    if not lines or not found:
        sys.stderr.write("scaling: no lines, or no figure of one thread, in the inputs\n")
        return NO_FIGURE
    if options.handover:
        lines[-1]["handover_ns"] = options.handover
    machine = Machine(lines[-1], options.far, options.cache * 16, options.bandwidth * 1e9,
                      options.shared_cache << 20)
    cells = (check_all if options.check else predict_all)(machine, found, options)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    print_as(cells, options.format, options.check, sys.stdout)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
