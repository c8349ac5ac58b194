#!/usr/bin/env python3
"""check_layers - every include follows an arrow of docs/ARCHITECTURE.md.

    program -> api -> batch -> rules -> protocol -> records -> journal

A folder may include itself and what ALLOWED says; what stands below, never what stands above.
"""
import os
import re
import sys

import source

ALLOWED = {
    "include/quipu": {"quipu"},
    "engine/api": {"quipu", "api", "batch", "protocol", "rules", "records", "journal", "base"},
    "engine/batch": {"quipu", "batch", "protocol", "rules", "records", "journal", "base"},
    "engine/rules": {"quipu", "rules"},
    "engine/protocol": {"quipu", "protocol", "rules", "records", "base"},
    "engine/records": {"quipu", "records", "rules", "base"},
    "engine/journal": {"quipu", "journal", "records", "rules", "base"},
    "engine/base": {"base"},
    "engine/shell": {"quipu", "shell", "check"},
    "tests/check": {"quipu", "check"},
}

# Not a layer: what the build asks the compiler, and what an installation needs.
NOT_LAYERS = {"engine/package"}

# Each protocol is a file, and no other file knows what it keeps to itself.
PROTOCOLS = ("cas", "optimistic", "mutex", "rcu", "unsafe")

# Headers that only base/ may see: it is the one door to each.
BASE_ONLY = re.compile(r"stdatomic\.h$|urcu|jemalloc/|sched\.h$")

# The law is a function of its arguments: no atomics, no memory, no clock, no threads.
NOT_IN_RULES = {"stdlib.h", "malloc.h", "time.h", "sys/time.h", "threads.h", "pthread.h", "stdio.h"}


def folder_of(path):
    return "/".join(path.split("/")[:2])


def target_of(path, included):
    """The folder that an include reaches into; a bare name reaches into its own."""
    if "/" in included:
        return included.split("/")[0]
    return folder_of(path).split("/")[1]


def protocol_of(path):
    """cas.c, cas_loop.h: cas. protocol.h, loop.inc.h: nobody's."""
    stem = re.split(r"[_.]", os.path.basename(path))[0]
    return stem if stem in PROTOCOLS else None


def check_include(path, include):
    """What is wrong with one include, or None."""
    folder = folder_of(path)
    allowed = ALLOWED[folder]
    if include.system and not include.path.startswith("quipu/"):
        if folder != "engine/base" and BASE_ONLY.search(include.path):
            return f"<{include.path}>: only base/ may include it"
        if folder == "engine/rules" and include.path in NOT_IN_RULES:
            return f"<{include.path}>: rules are pure: no atomics, memory, clock or threads"
        return None
    if include.path.endswith(".c"):
        return f'"{include.path}": nobody includes a .c file'
    if ".." in include.path.split("/"):
        return f'"{include.path}": paths start at engine/ or include/'
    target = target_of(path, include.path)
    if target not in allowed:
        return f'"{include.path}": {folder} may include {", ".join(sorted(allowed))}'
    if target == "protocol" and protocol_of(include.path) not in (None, protocol_of(path)):
        return f'"{include.path}": belongs to one protocol; the others may not see it'
    return None


def check(root):
    problems, looked_at = [], 0
    for file in source.read_all(root, ["include", "engine", "tests/check"], (".c", ".h")):
        if folder_of(file.path) in NOT_LAYERS or os.path.basename(file.path).startswith("test_"):
            continue
        if folder_of(file.path) not in ALLOWED:
            problems.append(f"{file.path}:1: no such layer: {', '.join(sorted(ALLOWED))}")
            continue
        for include in file.includes():
            looked_at += 1
            wrong = check_include(file.path, include)
            if wrong:
                problems.append(f"{file.path}:{include.line}: {wrong}")
    return problems, looked_at


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("layers", found, f"{count} includes"))
