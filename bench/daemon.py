#!/usr/bin/env python3
"""daemon - what it costs to reach a ledger in another process, as ratios of figures of one run.

Run by `./dev bench daemon`, which builds what it needs. Contenders take turns, round after round,
and medians count (bench_daemon): the ledger in this process, the same in a daemon, the same behind
a UNIX stream socket, and functions of Redis and PostgreSQL over their UNIX sockets, where these are
installed. All are in memory. One client has each answer before it asks again.
"""
import argparse
import json
import subprocess
import sys
import tempfile

SYSTEM = 3
BATCHES = (1, 100, 8190)
NAMES = {"optimistic": "in process", "daemon": "daemon", "stream": "stream socket",
         "redis": "Redis", "postgres": "PostgreSQL"}


def measure(options):
    """Figures by name and batch, and the exit code of the program that made them."""
    with tempfile.NamedTemporaryFile(mode="r", suffix=".json") as lines:
        done = subprocess.run(
            [options.program, "--answered", "--threads", "1", "--only", options.only,
             "--batch", ",".join(map(str, BATCHES)), "--rounds", str(options.rounds),
             "--seconds", str(options.seconds), "--accounts", str(options.accounts),
             "--transfers", str(options.transfers), "--json", lines.name],
            stdout=subprocess.DEVNULL, check=False)
        found = [json.loads(line) for line in lines]
    return {(one["name"], one["batch"]): one for one in found}, done.returncode


def ratios(figures):
    """Name, target, figure, and whether less is better; of what was measured."""
    def rate(name, batch):
        return figures[name, batch]["transfers_per_second"]
    wanted = (
        ("batch 8190, of the same in process", 0.7, "optimistic", 8190,
         lambda: rate("daemon", 8190) / rate("optimistic", 8190), False),
        ("batch 100, of the same in process", 0.5, "optimistic", 100,
         lambda: rate("daemon", 100) / rate("optimistic", 100), False),
        ("batch 1, a round trip, us", 3.0, "daemon", 1,
         lambda: 1e6 / rate("daemon", 1), True),
        ("batch 1, times the stream socket", 10.0, "stream", 1,
         lambda: rate("daemon", 1) / rate("stream", 1), False),
    )
    return [(name, target, get(), less) for name, target, other, batch, get, less in wanted
            if ("daemon", batch) in figures and (other, batch) in figures]


def table(figures, options):
    print(f"in memory, {options.accounts} accounts, one client, each answer before the next "
          f"request; medians of {options.rounds}\n")
    print(f"{'transfers a second':<20}" + "".join(f"{'batch ' + str(b):>14}" for b in BATCHES)
          + f"{'round trip, us':>18}")
    for name, text in NAMES.items():
        cells = [figures.get((name, batch)) for batch in BATCHES]
        if not any(cells):
            continue
        print(f"{text:<20}" + "".join(f"{one['transfers_per_second'] if one else '-':>14}"
                                      for one in cells)
              + (f"{cells[0]['ns_per_transfer'] / 1e3:>18.2f}" if cells[0] else ""))
    print()
    for name, target, figure, less in ratios(figures):
        met = figure <= target if less else figure >= target
        print(f"{name}: {figure:.2f} (target: {'at most' if less else 'at least'} {target:g}, "
              f"{'met' if met else 'missed'})")


def main(argv):
    parser = argparse.ArgumentParser(
        prog="./dev bench daemon", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit: 0 measured, whatever the ratios; 1 money does not add up, 2 usage, 3 system.")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.7, help="in calls, a run (%(default)s)")
    parser.add_argument("--accounts", type=int, default=100000, help="(%(default)s)")
    parser.add_argument("--transfers", type=int, default=2000000,
                        help="the most a run (%(default)s)")
    parser.add_argument("--only", default=",".join(NAMES), help="of %(default)s")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--program", default="build/bench/bench/bench_daemon",
                        help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if not 0 < options.rounds < 100 or not 0 < options.seconds <= 3600 or options.accounts < 2 \
            or options.transfers < 1 or not set(options.only.split(",")) <= set(NAMES):
        parser.error("--rounds from 1 to 99, --seconds above 0 and at most 3600, --accounts from "
                     "2, --transfers from 1, --only: see --help")
    try:
        figures, code = measure(options)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"daemon: {error}\n")
        return SYSTEM
    if options.format == "json":
        print(json.dumps({"accounts": options.accounts, "rounds": options.rounds,
                          "ratios": [dict(zip(("name", "target", "figure", "less_is_better"), line))
                                     for line in ratios(figures)],
                          "runs": list(figures.values())}))
    else:
        table(figures, options)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
