#!/usr/bin/env python3
"""check_headers - each public header compiles alone, as C11 (.h) and C++17, warnings as errors."""
import os
import shutil
import subprocess
import sys

import source

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion",
            "-Wundef", "-Wcast-qual", "-Werror"]
C_WARNINGS = ["-Wstrict-prototypes", "-Wmissing-prototypes"]
CXX_WARNINGS = ["-Wold-style-cast", "-Wzero-as-null-pointer-constant"]

COMPILERS = {
    "gcc": ["-xc", "-std=c11", *C_WARNINGS],
    "clang": ["-xc", "-std=c11", *C_WARNINGS],
    "g++": ["-xc++", "-std=c++17", *CXX_WARNINGS],
    "clang++": ["-xc++", "-std=c++17", *CXX_WARNINGS],
}

CXX_ONLY = (".hpp",)


def compile_alone(root, compiler, flags, header):
    """The first complaint, or None. Included twice: a header guards itself."""
    program = f'#include "{header}"\n#include "{header}"\nextern int alone;\n'
    where = ["-I", os.path.join(root, "include")]
    command = [compiler, *flags, *WARNINGS, *where, "-fsyntax-only", "-"]
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)


def check(root):
    problems, looked_at = [], 0
    present = {name: flags for name, flags in COMPILERS.items() if shutil.which(name)}
    for name in sorted(set(COMPILERS) - set(present)):
        print(f"headers: {name} is not installed: not tried")
    if not present:
        return ["headers: no compiler is installed"], 0
    for path in source.paths(root, ["include/quipu"], (".h", *CXX_ONLY)):
        header = path.removeprefix("include/")
        for compiler, flags in present.items():
            if path.endswith(CXX_ONLY) and "-xc++" not in flags:
                continue
            looked_at += 1
            complaint = compile_alone(root, compiler, flags, header)
            if complaint:
                problems.append(f"{path}:1: {compiler} {flags[1]}: {complaint}")
    return problems, looked_at


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("headers", found, f"{count} compilations"))
