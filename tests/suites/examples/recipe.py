#!/usr/bin/env python3
"""recipe.py PROGRAM PAGE - a program of docs/recipes prints what its page shows."""
import difflib
import re
import subprocess
import sys


def main():
    program, page = sys.argv[1:]
    with open(page, encoding="utf-8") as file:
        shown = re.search(r"^```text\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    if shown is None:
        sys.exit(f"{page} shows nothing")
    done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        sys.exit(f"{program} ended with {done.returncode}: {done.stderr}")
    if done.stdout != shown.group(1):
        sys.stdout.writelines(difflib.unified_diff(
            shown.group(1).splitlines(True), done.stdout.splitlines(True), page, program))
        sys.exit(1)


if __name__ == "__main__":
    main()
