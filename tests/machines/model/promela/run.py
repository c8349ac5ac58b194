"""run - every model by Spin: as it is it must hold, and each of its mutants must fail.

    run.py [--quick] [MODEL]...

A model is a .pml file here. The comment at its head says what programs and mutants it has:

    PROGRAM 1: what runs            MUTANT 3 PROGRAM 1: what is broken
    PROGRAM 2 at length: what runs, with more states

Each is searched in full, with partial order reduction, for assertions that fail and for processes
that are stuck; a search that runs out of depth or memory is not as expected. --quick leaves out the
mutants, and programs at length.

Exit: 0 all as expected, 1 not, 2 wrong usage, 3 spin or a compiler is missing."""
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MEMORY_MB = 2048
DEPTH = 100000
SECONDS = 120

VARIANT = re.compile(r"(?:MUTANT (\d+) )?PROGRAM (\d+)( at length)?: (.*)")


def variants_of(model):
    """(mutant or 0, program, is it long, what it says), from the head of the file."""
    with open(os.path.join(HERE, model + ".pml"), encoding="utf-8") as file:
        head = file.read().split("*/", 1)[0]
    lines = [line.strip(" */") for line in head.split("\n")]
    found = []
    for line in lines:
        match = VARIANT.match(line)
        if match:
            found.append((int(match.group(1) or 0), int(match.group(2)), bool(match.group(3)),
                          match.group(4)))
    return found


def said(command, folder, seconds):
    result = subprocess.run(command, cwd=folder, timeout=seconds, check=False, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout


def search(model, mutant, program):
    """(what was found, states), or raises RuntimeError."""
    path = os.path.join(HERE, model + ".pml")
    with tempfile.TemporaryDirectory() as folder:
        code, text = said(["spin", f"-DMUTANT={mutant}", f"-DPROGRAM={program}", "-a", path],
                          folder, SECONDS)
        if code != 0 or "rror:" in text:
            raise RuntimeError(text)
        code, text = said(["cc", "-O1", "-w", "-DSAFETY", "-DCOLLAPSE", "-DVECTORSZ=1024",
                           f"-DMEMLIM={MEMORY_MB}", "-o", "pan", "pan.c"], folder, SECONDS)
        if code != 0:
            raise RuntimeError(text)
        try:
            _, text = said(["./pan", f"-m{DEPTH}"], folder, SECONDS)
        except subprocess.TimeoutExpired:
            return f"not done in {SECONDS} s", 0
    states = re.search(r"(\d+) states, stored", text)
    return verdict_of(text), int(states.group(1)) if states else 0


def verdict_of(text):
    if re.search(r"max search depth too small|reached -DMEMLIM|out of memory", text):
        return "not searched in full"
    errors = re.search(r"errors: (\d+)", text)
    if errors is None:
        return "no answer"
    if errors.group(1) == "0":
        return "holds"
    found = re.search(r"^pan:1: (.*?)(?: \(at depth|$)", text, re.M)
    return found.group(1) if found else "fails"


def is_expected(mutant, verdict):
    if mutant == 0:
        return verdict == "holds"
    return verdict.startswith(("assertion violated", "invalid end state"))


def missing():
    for tool in ("spin", "cc"):
        try:
            subprocess.run([tool, "--version" if tool == "cc" else "-V"], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            return tool
    return None


def main(words):
    quick = "--quick" in words
    names = [word for word in words if word != "--quick"]
    known = sorted(name[:-4] for name in os.listdir(HERE) if name.endswith(".pml"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"models: no model {', '.join(unknown)}; there are: {', '.join(known)}",
              file=sys.stderr)
        return 2
    if missing():
        print(f"models: {missing()} is missing; the Debian packages are spin and gcc",
              file=sys.stderr)
        return 3

    surprises = 0
    print(f"{'model':11}{'variant':21}{'states':>9}{'seconds':>9}  result")
    for model in names or known:
        for mutant, program, is_long, what in variants_of(model):
            if quick and (mutant or is_long):
                continue
            began = time.monotonic()
            verdict, states = search(model, mutant, program)
            expected = is_expected(mutant, verdict)
            surprises += not expected
            variant = f"program {program}" + (f", mutant {mutant}" if mutant else "")
            print(f"{model:11}{variant:21}{states:9}{time.monotonic() - began:9.1f}  "
                  f"{'as expected' if expected else 'NOT AS EXPECTED'}: "
                  f"{what + ': ' if mutant else ''}{verdict}", flush=True)
    print("all as expected" if surprises == 0 else f"{surprises} not as expected")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
