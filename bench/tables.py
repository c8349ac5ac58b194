#!/usr/bin/env python3
"""tables - the tables of docs/figures.md, and that of the targets in docs/performance.md, from the
figures that `./dev bench figures` measured.

One of the pages has a place for each, between two marks:

    <!-- figures: NAME -->
    ...
    <!-- end of NAME -->

What stands there is replaced; a table whose figures are not there stays as it is. Of the targets
only those lines change whose figures are there.
"""
import argparse
import os
import platform
import re
import subprocess
import sys

import tables_outside as outside
import targets
from markdown import PROTOCOLS, medians, millions, pivot, rate, read, table

FINE, NO_PLACE, USAGE, SYSTEM = 0, 1, 2, 3
PAGES = ("docs/figures.md", "docs/performance.md")


# --- each table ---

def machine(folder):
    """What they were measured on."""
    facts = {}
    try:
        told = subprocess.run(["lscpu"], capture_output=True, text=True, check=True,
                              env={**os.environ, "LC_ALL": "C"}).stdout
        facts = dict(re.findall(r"^([^:]+):\s+(.*)$", told, re.MULTILINE))
        compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True,
                                  check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError):
        return None
    if not os.path.exists(os.path.join(folder, "lines.json")):
        return None
    rows = [["processor", f"{facts.get('CPU(s)', '?')} × {facts.get('Model name', '?')}, family "
             f"{facts.get('CPU family', '?')}"
             + (f", under {facts['Hypervisor vendor']}" if "Hypervisor vendor" in facts else "")],
            ["caches, all together", ", ".join(f"{n} {facts.get(n + ' cache', '?')}"
                                               for n in ("L1d", "L2", "L3"))],
            ["system", f"{platform.system()} {platform.release().split('-')[0]}"],
            ["compiler", f"{compiler}, `-O3`, link-time optimisation"]]
    return table(["", ""], rows).replace("---:", "---")


def lines(folder):
    texts = {"add_own_ns": "atomic add, a line of its own",
             "add_shared_ns": "atomic add, a line shared by 2 threads",
             "swap_own_ns": "16-byte compare-and-swap, own line",
             "swap_shared_ns": "16-byte compare-and-swap until it succeeds, shared line",
             "handover_ns": "a contended line, one way between cores",
             "handover_many_ns": "512 such lines, prefetched together: each",
             "transfer_ns": "2 threads, private work only: a transfer",
             "counter_transfer_ns": "the same, and a shared counter for each",
             "counter_batch_ns": "the same, and a shared counter once in 8190"}
    found = read(folder, "lines")
    return table(["", "ns"], [[text, f"{found[-1][name]:.1f}"] for name, text in texts.items()]
                 ) if found else None


def pages(folder):
    found = read(folder, "pages")
    if not found:
        return None
    line = found[-1]
    count = line["instructions"]
    texts = {"dense_ns": "a load that waits for the one before, 512 KiB in a row",
             "sparse_ns": "the same lines, each in a page of its own",
             "fetch_ns": "five random lines, prefetched in bursts of 8 transfers",
             "work_ns": f"{count} instructions",
             "both_ns": f"both: five lines, and {count} instructions",
             "both_two_ns": "the same, in bursts of 2 transfers",
             "both_single_ns": "the same, prefetched for one transfer at a time",
             "both_even_ns": "the same, prefetches spread over the instructions"}
    return table(["", "ns"], [[text, f"{line[name]:.1f}"] for name, text in texts.items()])


def share(folder):
    """ns, and the share of the limit."""
    def show(line):
        ns = 1e9 / line["transfers_per_second"]
        return f"{ns:.0f} ({line.get('share_of_limit', 0):.2f})"
    found = read(folder, "share")
    for line in found:
        line["run"] = f"batch {line['batch']}, {line['threads']} thread" \
            + "s" * (line["threads"] > 1)
    found.sort(key=lambda line: (line["threads"], line["batch"]))
    order = ("limit",) + PROTOCOLS
    found.sort(key=lambda line: (("uniform", "zipf", "hot").index(line["distribution"]),
                                 order.index(line["name"])))
    return pivot(found, ("distribution", "name"), "run", show)


def over(folder):
    """Two threads over one, of the lines of the sweep `share`."""
    speeds = {}
    for line in read(folder, "share"):
        key = (line["distribution"], line["batch"], line["name"])
        speeds.setdefault(key, {})[line["threads"]] = line["transfers_per_second"]
    found = [{"distribution": key[0], "batch": key[1], "protocol": key[2],
              "ratio": speed[2] / speed[1]}
             for key, speed in speeds.items() if {1, 2} <= set(speed)]
    found.sort(key=lambda line: ("uniform", "zipf", "hot").index(line["distribution"]))
    return pivot(found, ("distribution", "batch"), "protocol",
                 lambda line: f"{line['ratio']:.2f}")


def by_threads(folder):
    found = sorted(read(folder, "threads"), key=lambda line: line["batch"])
    found.sort(key=lambda line: ("uniform", "zipf", "hot").index(line["distribution"]))
    return pivot(found, ("distribution", "batch", "protocol"), "threads", rate)


def by_accounts(folder):
    return pivot(read(folder, "accounts"), ("distribution", "protocol"), "accounts", rate)


def by_batch(folder):
    return pivot(read(folder, "batch"), ("distribution", "protocol"), "batch", rate)


def kinds(folder):
    found = medians(read(folder, "kinds"), ("kind", "protocol"), "transfers_per_second")
    return pivot(found, ("kind",), "protocol", rate)


def readers(folder):
    def show(line):
        reads = line["reads_per_second"]
        return rate(line) + (f" / {millions(reads)}" if reads else "")
    return pivot(read(folder, "readers"), ("protocol",), "readers", show)


def beside(folder):
    """Lookups of two accounts that one thread makes beside one writer, by accounts."""
    return pivot(read(folder, "beside"), ("protocol",), "accounts",
                 lambda line: f"{millions(line['reads_per_second'])} / {rate(line)}")


def snapshots(folder):
    """Transfers a second of one writer, and how often the other thread copies all accounts."""
    def show(line):
        reads = line["reads_per_second"]
        return rate(line) + (f" / {reads:.1f} snapshots a second" if reads else "")
    return pivot(read(folder, "snapshots"), ("protocol",), "readers", show)


def lookups(folder):
    return pivot(read(folder, "lookups"), ("protocol",), "ids",
                 lambda line: millions(line["ids_per_second"]))


def instructions(folder):
    return pivot(read(folder, "instructions"), ("kind", "batch"), "protocol",
                 lambda line: f"{line['instructions']:,.0f}")


def ring(folder):
    """What a journal adds to a plain transfer while it is posted."""
    rows = [[line["kind"], *(f"{line[place]:.1f}" for place in ("memory", "disk", "more"))]
            for line in read(folder, "ring")]
    return table(["kind", "in memory", "on disk", "more"], rows) if rows else None


def latency(folder):
    """Calls of one transfer; of 8190."""
    found = read(folder, "latency")
    rows = [[f"{line['distribution']}, {line['protocol']}, {line['threads']}", str(line["batch"])]
            + [f"{line[name] / 1000:,.1f}" for name in ("p50_ns", "p99_ns", "p999_ns", "max_ns")]
            for line in found]
    rows.sort(key=lambda row: int(row[1]))
    return table(["distribution, protocol, threads", "batch", "p50", "p99", "p99.9", "longest"],
                 rows) if rows else None


def longest_of(folder, name):
    """Of each run the longest call; of the runs the least, the median and the most, in ms."""
    runs = {}
    for line in read(folder, name):
        runs.setdefault(line["protocol"], []).append(line["max_ns"] / 1e6)
    rows = [[protocol] + [f"{value:.2f}" for value in (min(run), sorted(run)[len(run) // 2],
                                                       max(run))]
            for protocol, run in runs.items()]
    return table(["protocol", "least", "median", "most"], rows) if rows else None


def longest(folder):
    return longest_of(folder, "longest")


def growth(folder):
    return longest_of(folder, "growth")


def conflicts(folder):
    """Of 1000 commits, those that had to be tried again; a retry that fails counts again."""
    def show(line):
        commits = line["transfers"] / line["batch"]
        return f"{line['conflicts'] * 1000 / commits:.1f}" if commits else ""
    return pivot(read(folder, "commit"), ("distribution", "protocol"), "batch", show)


def memory(folder):
    return pivot(read(folder, "memory"), ("protocol",), "accounts",
                 lambda line: f"{line['bytes_per_account']:.0f} / "
                 f"{line['bytes_per_transfer']:.0f}")


def scaling(folder):
    """Predicted millions a second, and what gives out first on the largest machine."""
    found = read(folder, "scaling")
    if not found:
        return None
    machines = sorted({(line["sockets"], line["cores"]) for line in found})
    groups = {}
    for line in found:
        key = (line["distribution"], line["batch"], line["name"])
        groups.setdefault(key, {})[line["sockets"], line["cores"]] = line
    rows = []
    for key in sorted(groups, key=lambda k: (("uniform", "zipf", "hot").index(k[0]), k[1],
                                             PROTOCOLS.index(k[2]))):
        group = groups[key]
        stops = [group[m] for m in machines if m in group and group[m]["limit"] != "cores"]
        rows.append([", ".join(str(part) for part in key)]
                    + [millions(group[m]["transfers_per_second"]) if m in group else ""
                       for m in machines]
                    + [f"{stops[0]['limit']}, {stops[0]['cores']}" if stops else "none"])
    return table(["distribution, batch, protocol"]
                 + [str(c) if s == 1 else f"2 × {c // s}" for s, c in machines]
                 + ["first to give out, from cores"], rows)


def check(folder):
    path = os.path.join(folder, "check.txt")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return "```\n" + file.read().rstrip() + "\n```"


TABLES = {"machine": machine, "lines": lines, "pages": pages, "share": share, "over": over,
          "threads": by_threads, "accounts": by_accounts, "batch": by_batch, "kinds": kinds,
          "readers": readers, "beside": beside, "snapshots": snapshots, "lookups": lookups,
          "latency": latency, "longest": longest, "growth": growth, "queue": outside.queue,
          "instructions": instructions, "ring": ring, "commit": conflicts, "memory": memory,
          "scaling": scaling, "check": check, "peers": outside.peers, "disk": outside.disk,
          "kept": outside.kept, "durable": outside.durable, "daemon": outside.daemon,
          "ways": outside.ways, "turns": outside.turns}


def pattern_of(name):
    return re.compile(rf"(<!-- figures: {name} -->\n)(.*?)(<!-- end of {name} -->)", re.DOTALL)


def place(page, name, text):
    """The page with this table in its place; None: it has none."""
    if not pattern_of(name).search(page):
        return None
    return pattern_of(name).sub(lambda match: f"{match.group(1)}\n{text}\n\n{match.group(3)}", page)


def place_all(pages, made):
    """Put each table into the page that has a place for it. The name of one that has none."""
    for name, text in made.items():
        placed = {path: place(page, name, text) for path, page in pages.items()}
        if not any(placed.values()):
            return name
        pages.update((path, page) for path, page in placed.items() if page)
    return None


def make(folder, pages):
    """All tables whose figures are there, by name."""
    made = {name: function(folder) for name, function in TABLES.items()}
    old = [found.group(2) for found in map(pattern_of("targets").search, pages.values()) if found]
    made["targets"] = targets.merged(folder, old[0] if old else "")
    return {name: text for name, text in made.items() if text}


def main(argv):
    parser = argparse.ArgumentParser(
        prog="bench/tables.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__,
        epilog="Exit: 0 fine, 1 no page has a place for a table, 2 usage, 3 cannot be read.")
    parser.add_argument("--figures", metavar="FOLDER", default="build/bench/figures",
                        help="(%(default)s)")
    parser.add_argument("--page", metavar="FILE", action="append",
                        help=f"as often as wanted ({' '.join(PAGES)})")
    parser.add_argument("--print", action="store_true", help="print the tables, change nothing")
    options = parser.parse_args(argv)
    try:
        pages = {}
        for path in options.page or PAGES:
            with open(path, encoding="utf-8") as file:
                pages[path] = file.read()
        made = make(options.figures, pages)
        if options.print:
            for name, text in made.items():
                print(f"{name}\n\n{text}\n")
            return FINE
        lost = place_all(pages, made)
        if lost:
            sys.stderr.write(f"tables: {' '.join(pages)}: no place for {lost}\n")
            return NO_PLACE
        for path, page in pages.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"tables: {error}\n")
        return SYSTEM
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
