#!/usr/bin/env python3
"""instructions - how many instructions a transfer takes, counted by callgrind: a figure without
noise.

Of a run of `quipu bench`, only quipu_create_transfers() counts; of the limit (bench_share) what
does the same. The figure is the difference between a long run and a short one, divided by the
transfers that the long one has more: so what a ledger does once is left out, and the doubling of an
index is in. 2000 accounts, uniform, one thread.

One line of JSON for each protocol, kind of transfer and batch. With --ring FOLDER one line: what
the journal of a ledger in FOLDER adds to a plain transfer while it is posted: in functions called
run_..., the lines of FILES. (What a call does of the flusher's work is left out: it is chance.)
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
FILES = ("engine/journal/ring.h", "engine/protocol/settle.h")


def counted(text):
    """What callgrind counted in one thread."""
    return max(int(n) for n in re.findall(r"^(?:totals|summary): (\d+)", text, re.MULTILINE))


def counted_in_files(text):
    """The same, but only in lines of FILES in functions called run_.... A file or a function is
    named once, and has a number from then on. The line behind `calls=` is the cost of the callee.
    """
    count, names, file, function, callee = 0, {}, "", "", False
    for line in text.splitlines():
        named = re.match(r"(c?)f([ilen])=\((\d+)\)(?: (.*))?$", line)
        if named:
            called, kind, number, name = named.groups()
            name = names.setdefault((kind == "n", number), name)
            if not called and kind == "n":
                function = name
            elif not called:
                file = name
        elif line.startswith("calls="):
            callee = True
        elif line and line[0] in "+-*0123456789":
            if not callee and function.startswith("run_") and file.endswith(FILES):
                count += int(line.split()[-1])
            callee = False
    return count


def program_of(options, protocol, kind):
    """The command that runs such transfers, and the function that counts."""
    if protocol == "limit":
        return [options.share, "--only", "limit", "--rounds", "1", "--seconds", "3600"], \
            "limit_post"
    return [options.quipu, "bench", "--kind", kind, "--protocol", protocol], \
        "quipu_create_transfers"


def executed(program, function, batch, transfers, count):
    """Instructions in this function, of the thread that has most."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--collect-atstart=no",
             f"--toggle-collect={function}", f"--callgrind-out-file={folder}/out.%p", *program,
             "--distribution", "uniform", "--batch", str(batch), "--accounts", ACCOUNTS,
             "--threads", "1", "--transfers", str(transfers)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        texts = []
        for path in glob.glob(f"{folder}/out.*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        return count(max((text for text in texts if text), key=counted))


def a_transfer(program, function, batch, unit, count=counted):
    short, long = (unit * calls for calls in CALLS)
    return ((executed(program, function, batch, long, count)
             - executed(program, function, batch, short, count)) / (long - short))


def ring(options):
    """In memory and with a journal, in the lines of FILES."""
    program, function = program_of(options, "optimistic", "plain")
    memory, disk = (a_transfer(program + more, function, 8190, options.unit, counted_in_files)
                    for more in ([], ["--ledger", options.ring]))
    print(json.dumps({"protocol": "optimistic", "kind": "plain", "batch": 8190,
                      "memory": round(memory, 1), "disk": round(disk, 1),
                      "more": round(disk - memory, 1)}))


def main(argv):
    parser = argparse.ArgumentParser(
        prog="bench/instructions.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__, epilog="Exit: 0 fine, 2 usage, 3 valgrind or a program is not there.")
    parser.add_argument("--quipu", default="build/release/quipu", help="the command (%(default)s)")
    parser.add_argument("--share", default="build/bench/bench/bench_share",
                        help="the program of the limit (%(default)s)")
    parser.add_argument("--protocols", default="limit,optimistic,cas,mutex,rcu",
                        help="%(default)s")
    parser.add_argument("--kinds", default="limited,pending,pair", help="%(default)s")
    parser.add_argument("--batches", default="8190,1", help="%(default)s")
    parser.add_argument("--unit", type=int, default=8190,
                        help="transfers of the short run; the long one has five times as many "
                             "(%(default)s)")
    parser.add_argument("--ring", metavar="FOLDER", help="count what a journal adds, only that")
    options = parser.parse_args(argv)
    needed = [options.quipu]
    if "limit" in options.protocols.split(",") and not options.ring:
        needed.append(options.share)
    if shutil.which("valgrind") is None or not all(os.access(path, os.X_OK) for path in needed):
        print("instructions: it needs valgrind (Debian: valgrind), and "
              f"{' and '.join(needed)}", file=sys.stderr)
        return SYSTEM
    if options.ring:
        ring(options)
        return FINE
    for batch in options.batches.split(","):
        # One event a call cannot be a pair.
        kinds = [k for k in options.kinds.split(",") if batch != "1" or k == "limited"]
        for kind in kinds:
            for protocol in options.protocols.split(","):
                if protocol == "limit" and kind != "limited":
                    continue
                program, function = program_of(options, protocol, kind)
                count = a_transfer(program, function, int(batch), options.unit)
                print(json.dumps({"protocol": protocol, "kind": kind, "batch": int(batch),
                                  "instructions": round(count, 1)}), flush=True)
    return FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
