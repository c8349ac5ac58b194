#!/usr/bin/env python3
"""session.py QUIPU PAGE DOCS - the sessions that a page shows happen as it shows them.

Each ```console block is a session: lines behind `$ ` are given to a shell, in an empty folder in
which docs/ is DOCS, and what they print is compared with the lines below. hledger must agree with
the balances that `quipu` says. Exit: 0; 77 where hledger is not installed."""
import csv
import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def play(block, folder, path):
    """The block, with what its commands print now."""
    script = "exec 2>&1\n"
    for line in block.splitlines():
        if line.startswith("$ "):
            script += f"printf '%s\\n' {shlex.quote(line)}\n{line[2:]}\n"
    environment = {name: value for name, value in os.environ.items() if name != "QUIPU_LEDGER"}
    environment.update(PATH=path, LC_ALL="C.UTF-8", TZ="UTC")
    return subprocess.run(["sh", "-c", script], cwd=folder, env=environment, text=True, check=False,
                          capture_output=True, timeout=120).stdout


def rows(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return list(csv.reader(done.stdout.splitlines()))[1:]


def agree(quipu, folder):
    """Debits less credits of each account, by the one and by the other."""
    own = {row[1]: (int(row[8]) - int(row[10])) / 100
           for row in rows([quipu, "balances", "--ledger", "books", "--format", "csv"], folder)}
    other = {row[0]: float(row[1].split()[0]) for row in
             rows(["hledger", "-f", "books.journal", "balance", "-N", "-O", "csv"], folder)}
    assert own and own == other, f"{own} is not {other}"


def main():
    quipu, page, docs = (os.path.abspath(word) for word in sys.argv[1:])
    if shutil.which("hledger") is None:
        print("no hledger: skipped")
        sys.exit(SKIPPED)
    with open(page, encoding="utf-8") as file:
        blocks = re.findall(r"^```console\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    if not blocks:
        sys.exit(f"{page} shows no session")
    for block in blocks:
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "work"))
            os.symlink(quipu, os.path.join(folder, "quipu"))
            os.symlink(docs, os.path.join(folder, "work", "docs"))
            now = play(block, os.path.join(folder, "work"), f"{folder}:{os.environ['PATH']}")
            if now != block:
                sys.stdout.writelines(difflib.unified_diff(
                    block.splitlines(True), now.splitlines(True), page, "now"))
                sys.exit(1)
            if "hledger" in block:
                agree(quipu, os.path.join(folder, "work"))


if __name__ == "__main__":
    main()
