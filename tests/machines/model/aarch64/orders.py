"""orders - does the code for AArch64 have, at each access, the instruction that its order asks for?

    orders.py ROOT

Every file of engine/ with atomic accesses is compiled for AArch64, functions kept apart; in each
function there must be as many instructions of each order as the source has accesses of it:

    acquire load        ldar        acquire read-modify-write   ldaxr, or acquire of libatomic
    release store       stlr        release read-modify-write   stlxr, or release of libatomic
    full fence          dmb ish

Sixteen bytes are libatomic's, which is told the order in a register; those accesses are counted as
calls. Needs gcc-aarch64-linux-gnu and the headers in build/sysroot-arm64.

Exit: 0 all there, 1 not, 2 wrong usage, 3 no compiler."""
import collections
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]
import weaken  # noqa: E402
from weaken import source  # noqa: E402

COMPILER = "aarch64-linux-gnu-gcc"
FLAGS = ["-std=c11", "-O1", "-fno-inline", "-mno-outline-atomics", "-D_DEFAULT_SOURCE=1", "-S",
         "-o", "-"]

ELSEWHERE = ("engine/command/", "engine/checker/", "engine/race/", "engine/package/")

COUNTED = {"ldar": "acquire load", "ldapr": "acquire load", "ldaxr": "acquire rmw",
           "stlr": "release store", "stlxr": "release rmw"}


def expected_of(access):
    """What an access must be compiled to."""
    kind = access.verb.split("_")[0]
    if kind == "load":
        return ["acquire load"]
    if kind == "store":
        return ["release store"]
    found = []
    if access.order in ("acquire", "acq_rel", "seq_cst"):
        found.append("acquire rmw")
    if access.order in ("release", "acq_rel", "seq_cst"):
        found.append("release rmw")
    return found


def assembly_of(root, path, flags):
    sysroot = os.path.join(root, "build", "sysroot-arm64")
    command = [COMPILER, f"--sysroot={sysroot}", *FLAGS, *flags, f"-I{root}/include",
               f"-I{root}/engine", os.path.join(root, path)]
    result = subprocess.run(command, check=False, text=True, capture_output=True)
    if result.returncode != 0:
        sys.exit(f"{path} cannot be compiled for AArch64:\n{result.stderr}")
    return result.stdout


def instructions_of(text):
    """function: how often it has each order, and how often it calls libatomic."""
    found, function = {}, None
    for line in text.split("\n"):
        label = re.match(r"(\w+)(?:\.\w+)*:", line)
        if label and not label.group(1).startswith("L"):
            function = found.setdefault(label.group(1), collections.Counter())
        word = re.match(r"\t(\w+)\t?(.*)", line)
        if function is None or word is None:
            continue
        name = re.sub(r"(?<=[a-z])[bh]$", "", word.group(1))
        if name in COUNTED:
            function[COUNTED[name]] += 1
        elif name == "dmb":
            function["fence"] += 1
        elif name == "bl" and word.group(2).startswith("__atomic_"):
            function["libatomic"] += 1
    return found


def check(root, flags=()):
    """Problems, and how many functions were looked at."""
    ends = weaken.ends_of(root)
    wanted = {}
    for (_, path, function), accesses in ends.items():
        for access in accesses:
            wanted.setdefault((path, function), {})[access.line, access.verb] = access
    sources = sorted(file.path for file in source.read_all(root, ["engine"])
                     if file.path.endswith(".c") and not file.path.startswith(ELSEWHERE))
    seen = {}
    for path in sources:
        for function, counts in instructions_of(assembly_of(root, path, flags)).items():
            seen.setdefault(function, []).append((path, counts))
    problems = []
    for (path, function), accesses in sorted(wanted.items()):
        needs = collections.Counter(what for access in accesses.values()
                                    for what in expected_of(access))
        places = [(where, counts) for where, counts in seen.get(function, [])
                  if where == path or path.endswith(".h")]
        if not places:
            problems.append(f"{path}: {function}(): not in the code")
        for where, counts in places:
            if counts["libatomic"] >= len(accesses):
                continue
            for what, count in needs.items():
                if counts[what] < count:
                    problems.append(f"{path}: {function}(): {count} x {what} in the source, "
                                    f"{counts[what]} in the code of {where}")
    return problems, len(wanted)


def main(words):
    if len(words) != 1 or not os.path.isdir(os.path.join(words[0], "engine")):
        print(__doc__, file=sys.stderr)
        return 2
    if shutil.which(COMPILER) is None:
        print(f"orders: {COMPILER} is missing; the Debian package is gcc-aarch64-linux-gnu",
              file=sys.stderr)
        return 3
    problems, count = check(words[0])
    for problem in problems:
        print(problem)
    print(f"{count} functions: {len(problems)} not as expected")
    # A compiler that knows no such order must be found out.
    for order in ("ACQUIRE", "RELEASE"):
        if not check(words[0], (f"-U__ATOMIC_{order}", f"-D__ATOMIC_{order}=0"))[0]:
            print(f"{order.lower()} made relaxed, and nothing was missed")
            return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
