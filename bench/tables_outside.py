"""tables_outside - tables of what is outside of one process's memory: other engines, the disk,
other processes, and event loops. bench/tables.py puts them into their places.
"""
from statistics import median

from markdown import pivot, read, table, values_of


def peers(folder):
    """In memory: transfers a second, and relative to the limit at the same batch."""
    found = read(folder, "peers")
    limits = {line["batch"]: line["transfers_per_second"] for line in found
              if line["kind"] == "limit"}

    def show(line):
        speed = line["transfers_per_second"]
        limit = limits.get(line["batch"])
        return f"{speed:,}" + (f" ({speed / limit:.3f})" if limit else "")
    for line in found:
        line["cell"] = f"batch {line['batch']}"
    return pivot(found, ("name",), "cell", show, label="contender")


# Of TigerBeetle: what it says of itself, and where. Not from any run of ours.
PUBLISHED = [
    ["TigerBeetle's own benchmark, batches of 8189, 2025", 301887,
     "https://github.com/tigerbeetle/tigerbeetle/pull/3021"],
    ["TigerBeetle's automatic benchmarks on shared machines, 2024", 160000,
     "https://github.com/tigerbeetle/tigerbeetle/issues/1940"],
]


def durable(folder):
    """On disk, beside others: transfers a second, and relative to the fastest embeddable one."""
    def show(line):
        ratio = line.get("of_embeddable")
        return f"{line['transfers_per_second']:,}" + (f" ({ratio:.2f})" if ratio else "")
    found = read(folder, "durable")
    if not found:
        return None
    for line in found:
        line["cell"] = (f"batch {line['batch']}, {line['threads']} "
                        f"client{'s' if line['threads'] > 1 else ''}")
    raw = " / ".join(f"{value:,}" for value in values_of(found, "raw_syncs_per_second"))
    return (f"{found[0]['medium']}: a block of 4 KiB written and synced {raw} times a second, "
            "measured in the same rounds.\n\n"
            + pivot(found, ("name",), "cell", show, label="contender") + "\n\n"
            + "**Not from this run**, and from other machines: what TigerBeetle, which is durable "
            "and replicates, has published of one cluster.\n\n"
            + table(["published", "transfers a second", "where"],
                    [[name, f"{value:,}", f"[{url.rsplit('/', 1)[1]}]({url})"]
                     for name, value, url in PUBLISHED]))


def middle(lines, field):
    return median(line[field] for line in lines)


def cell_rows(rounds):
    """For each choice of threads and batch a row: in memory, on disk, and how long a call takes."""
    cells = {}
    for one in rounds:
        for line in one["cells"]:
            on_disk = line["durability"] != "in_memory"
            cells.setdefault((line["threads"], line["batch"]), ([], []))[on_disk].append(line)
    return [[f"{threads} × {batch}", f"{middle(memory, 'transfers_per_second'):,.0f}",
             f"{middle(disk, 'transfers_per_second'):,.0f}",
             f"{middle(disk, 'p50_ns') / 1e6:.2f}", f"{middle(disk, 'p99_ns') / 1e6:.2f}"]
            for (threads, batch), (memory, disk) in cells.items()]


def disk(folder):
    """What it costs to be durable: medians of the rounds of bench/durable.py."""
    found = read(folder, "disk")
    if not found:
        return None
    rounds = found[-1]["runs"]
    raw = [one["raw"] for one in rounds]
    return (f"{found[-1]['medium']}: a block of 4 KiB written and synced "
            f"{middle(raw, 'syncs_per_second'):,.0f} times a second, p50 "
            f"{middle(raw, 'p50_ns') / 1e6:.2f} ms, in the same rounds. "
            f"{found[-1]['accounts']:,} accounts.\n\n"
            + table(["threads × batch", "in memory, a second", "on disk, a second", "p50, ms",
                     "p99, ms"], cell_rows(rounds)))


def kept(folder):
    """A ledger without checkpoints, and one with many, and how fast they are opened again."""
    found = read(folder, "disk")
    if not found:
        return None
    rows = []
    for place in (0, 1):
        lines = [line for one in found[-1]["runs"] for line in one["kept"][place]]
        size = lines[0]["checkpoint_bytes"]
        opened = median(line["transfers"] / line["open_ns"] * 1e3 for line in lines)
        rows.append(["none" if place == 0 else f"each {size >> 20} MiB of journal",
                     f"{middle(lines, 'transfers_per_second'):,.0f}",
                     f"{middle(lines, 'longest_ns') / 1e6:.1f}", f"{opened:.2f}",
                     f"{middle(lines, 'open_cpu_ns') / 1e9:.2f}",
                     f"{middle(lines, 'journal_bytes') / lines[0]['transfers']:.1f}"])
    return table(["checkpoints", "transfers a second", "longest call, ms",
                  "an opening: millions of transfers a second", "its processor time, s",
                  "journal, bytes a transfer"], rows)


PLACES = {"optimistic": "in process", "daemon": "daemon", "stream": "stream socket",
          "redis": "Redis", "postgres": "PostgreSQL"}


def daemon(folder):
    """ns a transfer of one client that has each answer before it asks again."""
    lines = [line for found in read(folder, "daemon") for line in found["runs"]]
    lines.sort(key=lambda line: (-line["accounts"], list(PLACES).index(line["name"])))
    for line in lines:
        line["row"] = f"{line['accounts']:,} accounts, {PLACES[line['name']]}"
        line["cell"] = f"batch {line['batch']}"
    return pivot(lines, ("row",), "cell", lambda line: f"{line['ns_per_transfer']:,.0f}",
                 label="ns a transfer")


def ways_of(folder):
    """The lines of bench/ways.py by way, count, in flight, batch, durable."""
    groups = {}
    for found in read(folder, "ways"):
        for line in found["runs"]:
            key = tuple(line[name] for name in ("way", "count", "in_flight", "batch", "durable"))
            groups.setdefault(key, []).append(line)
    return groups


WAYS = {("threads", 1, 1): "one thread, a plain call at a time",
        ("threads", 64, 1): "64 threads",
        ("loops", 1, 64): "one loop, a queue with 64 submits",
        ("loops", 2, 32): "two loops, 32 submits each",
        ("pool", 4, 16): "a pool of 4 workers, 16 submits each",
        ("processes", 4, 16): "4 processes of a daemon, 16 threads each"}


def ways(folder):
    """Withdrawals a second, one a call, on disk and in memory."""
    groups = ways_of(folder)
    rows = [[text] + [f"{middle(groups[way + (1, durable)], 'withdrawals_per_second'):,.0f}"
                      for durable in (True, False)]
            for way, text in WAYS.items()
            if all(way + (1, durable) in groups for durable in (True, False))]
    return table(["way", "on disk", "in memory"], rows) if rows else None


def turns(folder):
    """How long a turn of an event loop takes, on disk; and what the machine does to any turn."""
    rows = []
    for (way, count, in_flight, batch, durable_too), lines in ways_of(folder).items():
        if way == "clock":
            name = "a thread that only reads the clock"
        elif way == "loops" and durable_too and in_flight == 64:
            name = f"{count}, {batch}"
        else:
            continue
        rows.append([name, f"{middle(lines, 'turn_p50_ns') / 1e6:.3f}"]
                    + [f"{middle(lines, 'turn_' + field) / 1e6:.2f}"
                       for field in ("p999_ns", "longest_ns", "longest_cpu_ns")]
                    + [f"{middle(lines, 'turn_' + field):.0f}"
                       for field in ("longest_faults", "longest_switches")])
    return table(["loops, batch", "p50", "p99.9", "longest", "longest, of a processor",
                  "page faults in that", "switches in that"], rows) if rows else None


def queue(folder):
    """What a submit and a reap cost more than a plain call."""
    rows = [[f"`quipu_{line['call']}`"]
            + [f"{line[name]:.1f}" for name in ("plain_ns", "queue_ns", "more_ns")]
            for line in read(folder, "queue")]
    return table(["call of one", "plain, ns", "by a queue, ns", "more, ns"], rows) if rows else None
