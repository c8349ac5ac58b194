#!/usr/bin/env python3
"""ways - the same withdrawals by threads, event loops, a pool of workers, and processes.

Run by `./dev bench ways`, which builds what it needs. 64 requests are under way at any time, except
in the line of one thread. Ways take turns, round after round, and medians count (bench_ways): on
disk, then in memory. Then come the turns of loops: how long a loop does not look at its other
descriptors, with one loop and with eight, each with 64 submits in flight, of 1, 10 and 100
withdrawals; and, for what the machine alone does to a turn, those of a thread that only reads the
clock. Memory is at hand in all of them. What is on disk is removed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

FINE, MONEY, USAGE, SYSTEM = 0, 1, 2, 3

# What it is, and its way, count, in flight.
WAYS = (
    ("one thread", "threads", 1, 1),
    ("64 threads", "threads", 64, 1),
    ("one loop, 64 submits", "loops", 1, 64),
    ("two loops, 32 submits each", "loops", 2, 32),
    ("a pool of 4, 16 submits each", "pool", 4, 16),
    ("4 processes, 16 threads each", "processes", 4, 16),
)

LOOPS, BATCHES = (1, 8), (1, 10, 100)
CLOCK = "the clock"


class Failed(Exception):
    pass


def run(options, way, count, in_flight, batch, folder):
    done = subprocess.run(
        [options.program, way, str(count), str(in_flight), str(batch), str(options.seconds)]
        + ([folder] if folder else []), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise Failed(done.returncode)
    return json.loads(done.stdout)


def measure(options):
    ways = {(line[0], on_disk): [] for on_disk in (True, False) for line in WAYS}
    turns = {f"{loops} x {batch}": [] for loops in LOOPS for batch in BATCHES}
    turns[CLOCK] = []
    for _ in range(options.rounds):
        for name, on_disk in ways:
            line = next(line for line in WAYS if line[0] == name)
            ways[name, on_disk].append(
                run(options, *line[1:], 1, options.folder if on_disk else None))
        for loops in LOOPS:
            for batch in BATCHES:
                turns[f"{loops} x {batch}"].append(
                    run(options, "loops", loops, 64, batch, options.folder))
        turns[CLOCK].append(run(options, "clock", 1, 1, 1, None))
    return ways, turns


def middle(lines, key):
    return statistics.median(line[key] for line in lines)


def times_one_thread(ways):
    """One loop with 64 submits in flight, on disk, of one thread that waits for each."""
    return statistics.median(
        loop["withdrawals_per_second"] / thread["withdrawals_per_second"]
        for loop, thread in zip(ways[WAYS[2][0], True], ways[WAYS[0][0], True]))


def table(ways, turns, options):
    print(f"withdrawals a second, medians of {options.rounds}\n")
    print(f"{'':<32}{'on disk':>12}{'in memory':>12}")
    for name, *_ in WAYS:
        print(f"{name:<32}" + "".join(
            f"{middle(ways[name, on_disk], 'withdrawals_per_second'):>12.0f}"
            for on_disk in (True, False)))
    print(f"\none loop with 64 submits, times one thread, on disk: {times_one_thread(ways):.1f} "
          f"(target: at least 20, {'met' if times_one_thread(ways) >= 20 else 'missed'})\n")
    print("turns of loops on disk, 64 submits each, at most 16 completions a turn; ms\n")
    print(f"{'loops x batch':<16}{'p50':>8}{'p99.9':>8}{'longest':>9}{'of a processor':>16}"
          f"{'faults in it':>14}{'switches':>10}")
    for name, lines in turns.items():
        print(f"{name:<16}{middle(lines, 'turn_p50_ns') / 1e6:>8.3f}"
              f"{middle(lines, 'turn_p999_ns') / 1e6:>8.2f}"
              f"{middle(lines, 'turn_longest_ns') / 1e6:>9.2f}"
              f"{middle(lines, 'turn_longest_cpu_ns') / 1e6:>16.2f}"
              f"{middle(lines, 'turn_longest_faults'):>14.0f}"
              f"{middle(lines, 'turn_longest_switches'):>10.0f}")


def main(argv):
    parser = argparse.ArgumentParser(
        prog="./dev bench ways", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit: 0 measured; 1 money does not add up, 2 usage, 3 system.")
    parser.add_argument("--folder", default="build/bench", help="on the medium (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="a run (%(default)s)")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--program", default="build/bench/bench/bench_ways", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.rounds < 1 or not 0 < options.seconds <= 60:
        parser.error("--rounds from 1, --seconds above 0 and at most 60")
    try:
        os.makedirs(options.folder, exist_ok=True)
        ways, turns = measure(options)
    except Failed as failed:
        return failed.args[0] if failed.args[0] in (MONEY, USAGE) else SYSTEM
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ways: {error}\n")
        return SYSTEM
    if options.format == "json":
        print(json.dumps({"rounds": options.rounds, "times_one_thread": times_one_thread(ways),
                          "runs": [line for lines in (*ways.values(), *turns.values())
                                   for line in lines]}))
    else:
        table(ways, turns, options)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
