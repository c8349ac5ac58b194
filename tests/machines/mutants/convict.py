#!/usr/bin/env python3
"""convict.py - have each mutant seen by the check that must see it.

    convict.py [--build DIR]... [--format text|csv|json] [--jobs N] [NAME...]
    convict.py --list | --apply | --table

Without names: all mutants of the builds that are given, and all that need none. A mutant is killed
if its patch applies, its killer fails, and the killer says what the patch names. Otherwise the
mutant survives.

    --build DIR   a build whose target `mutants` is made; of ThreadSanitizer or of none
    --list        only say what there is
    --apply       only see that all patches still apply, and that docs/mutants.md is up to date
    --table       write docs/mutants.md from the patches

Exit: 0 all are killed, 1 some survive, 2 wrong usage.
"""
import argparse
import concurrent.futures
import csv
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
KEYS = ("breaks", "killer", "says", "build", "compile", "quick")
PAGE = "docs/mutants.md"
DRIVEN_MS = "20000"  # so long the driver tries
KILLED_AFTER_SECONDS = 120
COLUMNS = ("mutant", "breaks", "killed by", "seconds", "verdict")

PAGE_HEAD = """# Mutants

Generated from the heads of the patches in `tests/machines/mutants/`: `convict.py --table` writes
this page, and a test checks that it is up to date. Each of the {count} mutants is a deliberate bug
of the engine or of a public header, and a check must kill it. There,
[README.md](../tests/machines/mutants/README.md) says how that works;
[verification.md](verification.md) says what was run lately. The column *breaks* names the promise
that the bug breaks.
"""
FAMILIES = (
    ("dev", "Logic", "A scene's check, a test, or a program of the explorer kills these."),
    ("tsan", "Races", "ThreadSanitizer reports these."),
    ("", "Weak memory", """Nothing on x86-64 can show these weakened orders. The edge checker sees
the slip. That the orders in the code are strong enough is the business of `./dev model`."""))


class Mutant:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path).removesuffix(".patch")
        self.breaks = self.killer = self.says = self.build = self.compile = self.quick = ""
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("--- a/"):
                    self.file = line.removeprefix("--- a/").strip()
                    break
                key, _, value = line.partition(":")
                if key not in KEYS or not value.strip():
                    sys.exit(f"{path}: `{line.strip()}`: a line of its head is `KEY: VALUE`, "
                             f"with one of {', '.join(KEYS)}")
                setattr(self, key, value.strip())
        if not (self.breaks and self.killer and self.says):
            sys.exit(f"{path}: its head must say `breaks`, `killer` and `says`")

    def check(self):
        """Which check must see it, in few words."""
        if not self.build:
            return "edge checker"
        by = self.killer.replace(" --filter ", " ")
        if not by.startswith("driver ") and self.says.startswith("[FAIL]"):
            return by
        return f"{self.says.removeprefix('WARNING: ')}: {by.removeprefix('driver ')}"

    def check_in_words(self):
        """The same as Markdown, for the page."""
        program, *words = self.killer.split()
        said = self.says.split(":")[0] if self.says.startswith("WARNING") else self.says
        if not self.build:
            return "the edge checker"
        if program == "explore":
            given = dict(zip(words[::2], words[1::2]))
            return f"`explore`, program `{given['--program']}` under {given['--protocol']}"
        if program != "driver":
            by = f"`{program}`" + (f", `{words[1]}`" if words[:1] == ["--filter"] else "")
            return f"ThreadSanitizer, {by}" if self.build == "tsan" else by
        if self.build == "tsan":
            said = "ThreadSanitizer"
        elif said.startswith("broken: "):
            said = f"check `{said.removeprefix('broken: ')}`"
        else:
            said = f"`{said}`"
        return f"{said}, scene `{words[0]}` under {words[1]}"

    def applies(self, to):
        """Apply the patch to the tree `to`, or only try when that is the source."""
        command = ["patch", "--silent", "--fuzz=0", "--reject-file=-", "-p1", "-d", to]
        if to == ROOT:
            command.append("--dry-run")
        with open(self.path, "rb") as patch:
            return subprocess.run(command, stdin=patch, stdout=subprocess.DEVNULL,
                                  check=False).returncode == 0

    def command(self, builds):
        """The killer's command line."""
        program, *words = self.killer.split()
        if program == "driver":
            words.append(DRIVEN_MS)
        elif "--filter" in words:
            words.append("-j1")
        return [os.path.join(builds[self.build], "tests/machines/mutants",
                             "mutants_" + self.name), *words]


def fails_saying(command, text):
    """Did it fail, and say this? What it said, if not."""
    environment = {"TSAN_OPTIONS": "halt_on_error=1:exitcode=66:second_deadlock_stack=1"}
    try:
        started = subprocess.Popen(command, cwd=ROOT, env={**environment, **os.environ},
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
    except OSError as error:
        return f"-- {error}: is the target `mutants` built?"
    try:
        said = started.communicate(timeout=KILLED_AFTER_SECONDS)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)  # a test program has children
        said = started.communicate()[0].decode(errors="replace")
        return said + f"-- it did not end in {KILLED_AFTER_SECONDS} seconds"
    if started.returncode == 0:
        return said + "-- it passed, and should have failed"
    return None if text in said else said + f"-- it failed, but did not say `{text}`"


def convict_by_edges(mutant):
    """The killer is a check of the source: it looks at a copy with the patch applied."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(os.path.join(ROOT, "engine"), os.path.join(copy, "engine"))
        shutil.copytree(os.path.join(ROOT, "docs"), os.path.join(copy, "docs"))
        if not mutant.applies(copy):
            return "-- the patch does not apply any more: write it anew"
        return fails_saying([sys.executable, mutant.killer, copy], mutant.says)


def convict(mutant, builds):
    """A row of the table, and why it survived or None."""
    began = time.monotonic()
    if not mutant.build:
        why = convict_by_edges(mutant)
    elif not mutant.applies(ROOT):
        why = "-- the patch does not apply any more: write it anew"
    else:
        why = fails_saying(mutant.command(builds), mutant.says)
    seconds = f"{time.monotonic() - began:.1f}"
    killed_by = mutant.check() if why is None else ""
    verdict = "killed" if why is None else "survived"
    return (mutant.name, mutant.breaks, killed_by, seconds, verdict), why


class Table:
    """Text, row by row as they come."""

    def __init__(self, mutants):
        self.widths = [max(len(text) for text in [COLUMNS[0], *(m.name for m in mutants)]),
                       max(len(text) for text in [COLUMNS[2], *(m.check() for m in mutants)])]
        self.add(COLUMNS)

    def add(self, row):
        name, breaks, killed_by, seconds, verdict = row
        if verdict == "survived":
            killed_by = "SURVIVED"
        print(f"{name:{self.widths[0]}}  {killed_by:{self.widths[1]}}  {seconds:>7}  {breaks}",
              flush=True)


def show_for_machines(rows, form):
    if form == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([COLUMNS, *rows])
    else:
        json.dump([dict(zip(COLUMNS, row)) for row in rows], sys.stdout, indent=1)
        print()


def page_of(mutants):
    """docs/mutants.md"""
    page = PAGE_HEAD.format(count=len(mutants))
    for build, title, text in FAMILIES:
        page += f"\n## {title}\n\n{text}\n\n| mutant | in | breaks | killed by |\n"
        page += "| --- | --- | --- | --- |\n"
        for mutant in (m for m in mutants if m.build == build):
            page += (f"| {mutant.name} | `{mutant.file.removeprefix('engine/')}` | {mutant.breaks} "
                     f"| {mutant.check_in_words()} |\n")
    return page


def check_patches(mutants):
    """What --apply says; its exit code."""
    stale = [mutant.name for mutant in mutants if not mutant.applies(ROOT)]
    for name in stale:
        print(f"{name}.patch does not apply any more: write it anew")
    page = os.path.join(ROOT, PAGE)
    found = ""
    if os.path.exists(page):
        with open(page, encoding="utf-8") as file:
            found = file.read()
    old = found != page_of(mutants)
    if old:
        print(f"{PAGE} is not up to date: tests/machines/mutants/convict.py --table writes it")
    return 1 if stale or old or not mutants else 0


def builds_of(folders):
    """{"dev": DIR, "tsan": DIR}"""
    found = {}
    for folder in folders:
        with open(os.path.join(folder, "CMakeCache.txt"), encoding="utf-8") as cache:
            sanitized = "QUIPU_SANITIZE:STRING=thread" in cache.read()
        found["tsan" if sanitized else "dev"] = os.path.abspath(folder)
    return found


def chosen(mutants, names, builds):
    known = {mutant.name: mutant for mutant in mutants}
    for name in names:
        if name not in known:
            print(f"convict.py: there is no mutant '{name}'; --list names them", file=sys.stderr)
            sys.exit(2)
        if known[name].build and known[name].build not in builds:
            print(f"convict.py: '{name}' needs a {known[name].build} build", file=sys.stderr)
            sys.exit(2)
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    return [mutant for mutant in mutants if not mutant.build or mutant.build in builds]


def convict_all(mutants, builds, jobs, form):
    """All rows, and of those that survived why."""
    rows, reasons = [], []
    table = Table(mutants) if form == "text" else None
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for (row, why), mutant in zip(pool.map(lambda m: convict(m, builds), mutants), mutants):
            rows.append(row)
            if why is not None:
                reasons.append((mutant, why))
            if table is not None:
                table.add(row)
    return rows, reasons


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=True)
    parser.add_argument("--build", action="append", default=[])
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--apply", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*")
    words = parser.parse_args()

    mutants = [Mutant(path) for path in sorted(glob.glob(os.path.join(HERE, "*.patch")))]
    if words.list:
        rows = [(m.name, m.breaks, m.check(), "", "") for m in mutants]
        if words.format == "text":
            table = Table(mutants)
            for row in rows:
                table.add(row)
        else:
            show_for_machines(rows, words.format)
        return 0
    if words.apply:
        return check_patches(mutants)
    if words.table:
        with open(os.path.join(ROOT, PAGE), "w", encoding="utf-8") as page:
            page.write(page_of(mutants))
        return 0

    builds = builds_of(words.build)
    rows, reasons = convict_all(chosen(mutants, words.names, builds), builds, words.jobs,
                                words.format)
    if words.format != "text":
        show_for_machines(rows, words.format)
    for mutant, why in reasons:
        print(f"\n== {mutant.name} survived: {mutant.killer}\n{why}", file=sys.stderr)
    if words.format == "text":
        print(f"\n{len(rows) - len(reasons)} killed, {len(reasons)} survived")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
