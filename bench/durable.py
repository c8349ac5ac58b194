#!/usr/bin/env python3
"""durable - what it costs Quipu to be durable, as ratios of figures of one run.

Run by `./dev bench durable`, which builds what it needs. Round after round, in turns: the raw
speed of the medium (bench_sync), then `quipu bench` in memory and on disk, then a ledger that makes
no checkpoints, and one that makes many (bench_kept); both are opened again. Medians count, and each
ratio is the median of the ratios of its rounds. Ledgers that are opened again vary more, by the
pages that the host has, so they are made twice a round, and their medians are compared. What is on
disk is removed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

FINE, MONEY, USAGE, SYSTEM = 0, 1, 2, 3

# threads, events a call
CELLS = ((1, 1), (64, 1), (1, 1000), (1, 8190))

# Bytes of journal after which there is a checkpoint: 64 times as often as by default, so that a run
# of some million transfers makes several.
LAP_BYTES = 16 << 20


class Failed(Exception):
    pass


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise Failed(done.returncode)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))


def bench(options, threads, batch, on_disk):
    command = [options.quipu, "bench", "--protocol", "optimistic", "--distribution", "uniform",
               "--kind", options.kind, "--threads", str(threads), "--batch", str(batch),
               "--accounts", str(options.accounts), "--seconds", str(options.seconds),
               "--latency", "--format", "jsonl"]
    return run(command + (["--ledger", options.folder] if on_disk else []))


def kept(options, *checkpoint_bytes):
    return run([options.kept, options.folder, str(options.transfers), *checkpoint_bytes])


def measure_kept(options):
    """Without checkpoints, and with many. The first and the last are of one kind: whatever slows
    down or speeds up within a round does so to both."""
    first, many, more, last = (kept(options, *lap) for lap in
                               ((), (str(LAP_BYTES),), (str(LAP_BYTES),), ()))
    return (first, last), (many, more)


def measure_round(options):
    """Raw; for each cell what is in memory and what is on disk; without and with checkpoints."""
    raw = run([options.sync, options.folder, str(options.seconds)])
    return {"raw": raw,
            "cells": {cell: (bench(options, *cell, False), bench(options, *cell, True))
                      for cell in CELLS},
            "kept": measure_kept(options)}


def opened(line):
    """Transfers a second that an opening brings back."""
    return line["transfers"] / line["open_ns"] * 1e9


def rate(line):
    return line["transfers_per_second"]


def longest(line):
    return line["longest_ns"]


def ratios(rounds):
    """Name, target, ratio, and whether less is better."""
    def of(get):
        return statistics.median(get(one) for one in rounds)

    def of_kept(get, place=0):
        return statistics.median(get(line) for one in rounds for line in one["kept"][place])
    on_disk = {cell: (lambda one, cell=cell:
                      rate(one["cells"][cell][1]) / rate(one["cells"][cell][0]))
               for cell in CELLS}
    return [
        ("a single commit, p50, of a raw write and sync, p50", 1.3,
         of(lambda one: one["cells"][1, 1][1]["p50_ns"] / one["raw"]["p50_ns"]), True),
        ("64 threads at batch 1, of one thread at batch 1", 20.0,
         of(lambda one: rate(one["cells"][64, 1][1]) / rate(one["cells"][1, 1][1])), False),
        ("batch 1000, one thread, of the same in memory", 0.6, of(on_disk[1, 1000]), False),
        ("batch 8190, one thread, of the same in memory", 0.7, of(on_disk[1, 8190]), False),
        ("millions of transfers a second that an opening replays", 5.0,
         of_kept(opened) / 1e6, False),
        (f"with a checkpoint each {LAP_BYTES >> 20} MiB of journal, of the same without", 0.85,
         of_kept(rate, 1) / of_kept(rate), False),
        ("ms that the longest call is longer with checkpoints", 5.0,
         (of_kept(longest, 1) - of_kept(longest)) / 1e6, True),
        ("bytes of journal a transfer", 48.0,
         of_kept(lambda line: line["journal_bytes"] / line["transfers"]), True),
    ]


def table(rounds, options):
    raw = [one["raw"] for one in rounds]
    print(f"{raw[0]['medium']}: 4 KiB written and synced "
          f"{statistics.median(r['syncs_per_second'] for r in raw):.0f} times a second, "
          f"p50 {statistics.median(r['p50_ns'] for r in raw) / 1e3:.0f} us; "
          f"{options.accounts} accounts, {options.kind}; medians of {len(rounds)}\n")
    print(f"{'threads x batch':>16} {'in memory /s':>14} {'on disk /s':>12} "
          f"{'p50 us':>9} {'p99 us':>9}")
    for cell in CELLS:
        lines = [one["cells"][cell] for one in rounds]
        print(f"{cell[0]:>9} x {cell[1]:<4} "
              f"{statistics.median(rate(memory) for memory, _ in lines):>14.0f} "
              f"{statistics.median(rate(disk) for _, disk in lines):>12.0f} "
              f"{statistics.median(disk['p50_ns'] for _, disk in lines) / 1e3:>9.0f} "
              f"{statistics.median(disk['p99_ns'] for _, disk in lines) / 1e3:>9.0f}")
    for name, place in (("no", 0), ("many", 1)):
        lines = [line for one in rounds for line in one["kept"][place]]
        print(f"{name + ' checkpoints':>16} {'':>14} {statistics.median(map(rate, lines)):>12.0f}, "
              f"longest call {statistics.median(l['longest_ns'] for l in lines) / 1e6:.1f} ms; "
              f"opened in {statistics.median(l['open_ns'] for l in lines) / 1e9:.2f} s, "
              f"{statistics.median(l['open_cpu_ns'] for l in lines) / 1e9:.2f} s of processors")
    print()
    for name, target, ratio, less in ratios(rounds):
        met = ratio <= target if less else ratio >= target
        print(f"{name}: {ratio:.2f} (target: {'at most' if less else 'at least'} {target:g}, "
              f"{'met' if met else 'missed'})")


def main(argv):
    parser = argparse.ArgumentParser(
        prog="./dev bench durable", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit: 0 measured, whatever the ratios; 1 money does not add up, 2 usage, 3 system.")
    parser.add_argument("--folder", default="build/bench", help="on the medium (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.7, help="in calls, a run (%(default)s)")
    parser.add_argument("--accounts", type=int, default=100000, help="(%(default)s)")
    parser.add_argument("--transfers", type=int, default=4000000,
                        help="in a ledger that is opened again (%(default)s)")
    parser.add_argument("--kind", default="limited", help="of transfers (%(default)s)")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--quipu", default="build/release/quipu", help=argparse.SUPPRESS)
    parser.add_argument("--kept", default="build/bench/bench/bench_kept", help=argparse.SUPPRESS)
    parser.add_argument("--sync", default="build/bench/bench/bench_sync", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.rounds < 1 or not 0 < options.seconds <= 3600 or options.accounts < 2 \
            or options.transfers < 1:
        parser.error("--rounds and --transfers from 1, --seconds above 0 and at most 3600, "
                     "--accounts from 2")
    try:
        os.makedirs(options.folder, exist_ok=True)
        rounds = [measure_round(options) for _ in range(options.rounds)]
    except Failed as failed:
        return MONEY if failed.args[0] == MONEY else SYSTEM
    except (OSError, ValueError, StopIteration) as error:
        sys.stderr.write(f"durable: {error}\n")
        return SYSTEM
    if rounds[0]["raw"]["in_memory"]:
        sys.stderr.write(f"durable: {options.folder} is in memory: name another with --folder\n")
        return USAGE
    if options.format == "json":
        print(json.dumps({"medium": rounds[0]["raw"]["medium"], "accounts": options.accounts,
                          "kind": options.kind, "rounds": options.rounds,
                          "ratios": [dict(zip(("name", "target", "ratio", "less_is_better"), line))
                                     for line in ratios(rounds)],
                          "runs": [{"raw": one["raw"],
                                    "cells": [line for pair in one["cells"].values()
                                              for line in pair],
                                    "kept": one["kept"]} for one in rounds]}))
    else:
        table(rounds, options)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
