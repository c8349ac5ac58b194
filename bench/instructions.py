#!/usr/bin/env python3
"""instructions - how many instructions a transfer takes, counted by callgrind: a figure without
noise.

Of a run of `quipu bench`, only quipu_create_transfers() counts. The figure is the difference
between a long run and a short one, divided by the transfers that the long one has more: so what a
ledger does once is left out, and the doubling of an index is in. 2000 accounts, uniform, one
thread.

One line of JSON for each protocol, kind of transfer and batch.
"""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FINE, USAGE, SYSTEM = 0, 2, 3
CALLS = (1, 5)  # of the short run and of the long one, at the longest batch
ACCOUNTS = "2000"


def executed(quipu, protocol, kind, batch, transfers):
    """Instructions in quipu_create_transfers(), of all threads."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--collect-atstart=no",
             "--toggle-collect=quipu_create_transfers",
             f"--callgrind-out-file={folder}/out.%p", quipu, "bench", "--kind", kind,
             "--protocol", protocol, "--distribution", "uniform", "--batch", str(batch),
             "--accounts", ACCOUNTS, "--threads", "1", "--transfers", str(transfers)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        counts = []
        for path in glob.glob(f"{folder}/out.*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                counts += [int(n) for n in re.findall(r"^(?:totals|summary): (\d+)", file.read(),
                                                      re.MULTILINE)]
        return max(counts)


def a_transfer(quipu, protocol, kind, batch, unit):
    short, long = (unit * calls for calls in CALLS)
    return ((executed(quipu, protocol, kind, batch, long)
             - executed(quipu, protocol, kind, batch, short)) / (long - short))


def main(argv):
    parser = argparse.ArgumentParser(
        prog="bench/instructions.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__, epilog="Exit: 0 fine, 2 usage, 3 valgrind or quipu is not there.")
    parser.add_argument("--quipu", default="build/release/quipu", help="the command (%(default)s)")
    parser.add_argument("--protocols", default="optimistic,cas,mutex,rcu", help="%(default)s")
    parser.add_argument("--kinds", default="limited,pending,pair", help="%(default)s")
    parser.add_argument("--batches", default="8190,1", help="%(default)s")
    parser.add_argument("--unit", type=int, default=8190,
                        help="transfers of the short run; the long one has five times as many "
                             "(%(default)s)")
    options = parser.parse_args(argv)
    if shutil.which("valgrind") is None or not os.access(options.quipu, os.X_OK):
        print("instructions: it needs valgrind (Debian: valgrind), and a command at "
              f"{options.quipu}", file=sys.stderr)
        return SYSTEM
    for batch in options.batches.split(","):
        # One event a call cannot be a pair.
        kinds = [k for k in options.kinds.split(",") if batch != "1" or k == "limited"]
        for kind in kinds:
            for protocol in options.protocols.split(","):
                count = a_transfer(options.quipu, protocol, kind, int(batch), options.unit)
                print(json.dumps({"protocol": protocol, "kind": kind, "batch": int(batch),
                                  "instructions": round(count, 1)}), flush=True)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
