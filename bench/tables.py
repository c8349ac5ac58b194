#!/usr/bin/env python3
"""tables - the tables of docs/figures.md, from the figures that `./dev bench figures` measured.

The page has a place for each, between two marks:

    <!-- figures: NAME -->
    ...
    <!-- end of NAME -->

What stands there is replaced; a table whose figures are not there stays as it is.
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys

FINE, NO_PLACE, USAGE, SYSTEM = 0, 1, 2, 3

PROTOCOLS = ("optimistic", "cas", "mutex", "rcu")


def read(folder, name):
    """JSON lines; none if there is no such file."""
    path = os.path.join(folder, name + ".json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.lstrip().startswith("{")]


def table(head, rows):
    """Markdown; the first column to the left, the others to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def values_of(lines, field):
    """The different ones, in the order in which they come."""
    return list(dict.fromkeys(line[field] for line in lines))


def millions(value):
    return f"{value / 1e6:.2f}" if value < 1e7 else f"{value / 1e6:.1f}"


def pivot(lines, rows, column, show, label=None):
    """A row for each value of the fields `rows`, a column for each of `column`."""
    if not lines:
        return None
    across = values_of(lines, column)
    found = {}
    for line in lines:
        found.setdefault(tuple(line[field] for field in rows), {})[line[column]] = show(line)
    head = [", ".join(rows)] + [f"{value:,}" if isinstance(value, int) else value
                                for value in across]
    if label:
        head[0] = label
    return table(head, [[", ".join(str(part) for part in key)] + [cells.get(value, "")
                        for value in across] for key, cells in found.items()])


def medians(lines, keys, field):
    """Of the lines that agree in these keys the one whose `field` is the median."""
    runs = {}
    for line in lines:
        runs.setdefault(tuple(line[key] for key in keys), []).append(line)
    return [sorted(run, key=lambda line: line[field])[len(run) // 2] for run in runs.values()]


def rate(line):
    return millions(line["transfers_per_second"])


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


def latency(folder):
    """Calls of one transfer; of 8190."""
    found = read(folder, "latency")
    rows = [[f"{line['distribution']}, {line['protocol']}, {line['threads']}", str(line["batch"])]
            + [f"{line[name] / 1000:,.1f}" for name in ("p50_ns", "p99_ns", "p999_ns", "max_ns")]
            for line in found]
    rows.sort(key=lambda row: int(row[1]))
    return table(["distribution, protocol, threads", "batch", "p50", "p99", "p99.9", "longest"],
                 rows) if rows else None


def longest(folder):
    """Of each run the longest call; of the runs the least, the median and the most."""
    runs = {}
    for line in read(folder, "longest"):
        runs.setdefault(line["protocol"], []).append(line["max_ns"] / 1e6)
    rows = [[protocol] + [f"{value:.2f}" for value in (min(run), sorted(run)[len(run) // 2],
                                                       max(run))]
            for protocol, run in runs.items()]
    return table(["protocol", "least", "median", "most"], rows) if rows else None


def conflicts(folder):
    """Of 1000 commits, those that had to be tried again; a retry that fails counts again."""
    def show(line):
        commits = line["transfers"] / line["batch"]
        return f"{line['conflicts'] * 1000 / commits:.1f}" if commits else ""
    return pivot(read(folder, "commit"), ("distribution", "protocol"), "batch", show)


def memory(folder):
    found = [line for line in read(folder, "threads")
             if line["threads"] == 1 and line["batch"] == 8190 and
             line["distribution"] == "uniform" and line["bytes_per_transfer"]]
    return table(["protocol", "bytes an account", "bytes a transfer"],
                 [[line["protocol"], f"{line['bytes_per_account']:.0f}",
                   f"{line['bytes_per_transfer']:.0f}"] for line in found]) if found else None


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


# Of TigerBeetle: what it says of itself, and where. Not from any run of ours.
PUBLISHED = [
    ["TigerBeetle's own benchmark, batches of 8189, 2025", 301887,
     "https://github.com/tigerbeetle/tigerbeetle/pull/3021"],
    ["TigerBeetle's automatic benchmarks on shared machines, 2024", 160000,
     "https://github.com/tigerbeetle/tigerbeetle/issues/1940"],
]


def durable(folder):
    """On disk: transfers a second, and relative to the fastest engine that can be embedded."""
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


TABLES = {"machine": machine, "lines": lines, "pages": pages, "share": share,
          "threads": by_threads, "accounts": by_accounts, "batch": by_batch, "kinds": kinds,
          "readers": readers, "snapshots": snapshots, "lookups": lookups, "latency": latency,
          "longest": longest, "instructions": instructions, "commit": conflicts, "memory": memory,
          "scaling": scaling, "check": check,
          "durable": durable}


def place(page, name, text):
    """The page with this table in its place; None: it has none."""
    pattern = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    if not pattern.search(page):
        return None
    return pattern.sub(lambda match: f"{match.group(1)}\n{text}\n\n{match.group(2)}", page)


def main(argv):
    parser = argparse.ArgumentParser(
        prog="bench/tables.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__,
        epilog="Exit: 0 fine, 1 the page has no place for a table, 2 usage, 3 cannot be read.")
    parser.add_argument("--figures", metavar="FOLDER", default="build/bench/figures",
                        help="(%(default)s)")
    parser.add_argument("--page", metavar="FILE", default="docs/figures.md",
                        help="(%(default)s)")
    parser.add_argument("--print", action="store_true", help="print the tables, change nothing")
    options = parser.parse_args(argv)
    try:
        made = {name: make(options.figures) for name, make in TABLES.items()}
        if options.print:
            for name, text in made.items():
                if text:
                    print(f"{name}\n\n{text}\n")
            return FINE
        with open(options.page, encoding="utf-8") as file:
            page = file.read()
        for name, text in made.items():
            placed = place(page, name, text) if text else page
            if placed is None:
                sys.stderr.write(f"tables: {options.page} has no place for {name}\n")
                return NO_PLACE
            page = placed
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(page)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"tables: {error}\n")
        return SYSTEM
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
