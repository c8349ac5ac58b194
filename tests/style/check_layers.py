#!/usr/bin/env python3
"""check_layers - every include follows an arrow of docs/architecture.md.

    program -> queue -> api -> checkpoint -> write | read -> protocol -> rules, records -> journal
                             -> recovery | salvage -> history -> journal -> base
                        api -> connect -> wire -> base
    daemon  -> server -> wire

A folder may include itself and what ALLOWED says; what stands below, never what stands above. A
guest has a room beside the library's and sees the public header only. No two files of engine/ have
one name, but for a source and its header.
"""
import os
import re
import sys

import source

BELOW_READ = {"quipu", "protocol", "rules", "records", "journal", "base"}

ALLOWED = {
    "include/quipu": {"quipu"},
    "engine/api": {"api", "checkpoint", "recovery", "salvage", "history", "write", "read"}
                  | {"connect", "wire"} | BELOW_READ,
    "engine/queue": {"queue", "api", "checkpoint", "connect", "wire"} | BELOW_READ,
    "engine/checkpoint": {"checkpoint", "history", "read"} | BELOW_READ,
    "engine/recovery": {"quipu", "recovery", "history", "journal", "records", "rules", "base"},
    "engine/salvage": {"quipu", "salvage", "history", "journal", "records", "rules", "base"},
    "engine/history": {"quipu", "history", "journal", "records", "rules", "base"},
    "engine/write": {"write"} | BELOW_READ,
    "engine/read": {"read"} | BELOW_READ,
    "engine/protocol": {"quipu", "protocol", "rules", "records", "journal", "base"},
    "engine/rules": {"quipu", "rules"},
    "engine/records": {"quipu", "records", "rules", "base"},
    "engine/journal": {"quipu", "journal", "records", "rules", "base"},
    "engine/connect": {"quipu", "connect", "wire", "base"},
    "engine/wire": {"quipu", "wire", "base"},
    "engine/base": {"base"},
    # guests
    "engine/lease": {"quipu"},
    "engine/redis": {"quipu", "redis"},
    "engine/server": {"quipu", "server", "wire"},
    "engine/checker": {"quipu", "checker"},
    "engine/command": {"quipu", "command", "checker", "server"},
    "engine/race": {"protocol", "rules", "records", "base"},
}

COMMAND_ORDER = ({"shell"}, {"commands"}, {"locks"}, {"measure", "stress"}, {"exchange"}, {"look"},
                 {"load", "bank"}, {"csv", "report", "book"}, {"terminal"}, {"common"})

# Not a layer: what the build asks the compiler, and what an installation needs.
NOT_LAYERS = {"engine/package"}

# Each protocol is a file or a folder, and no other file knows what it keeps to itself.
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
    """protocol/cas/tie.h, optimistic.c: a protocol's. protocol.h, loop.inc.h: nobody's."""
    words = re.split(r"[/.]", path)
    return next((word for word in words if word in PROTOCOLS), None)


def check_include(path, include):
    """What is wrong with one include, or None."""
    folder = folder_of(path)
    allowed = ALLOWED[folder]
    if include.system and not include.path.startswith("quipu/"):
        if folder not in ("engine/base", "engine/race") and BASE_ONLY.search(include.path):
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
    if folder == "engine/command" and target == "command":
        return check_command(path, include.path)
    if target == "protocol" and protocol_of(include.path) not in (None, protocol_of(path)):
        return f'"{include.path}": belongs to one protocol; the others may not see it'
    return None


def tier_of(path):
    """The place of a folder of the command: it may include itself and what comes after."""
    folder = path.removeprefix("engine/").split("/")[1]
    return next((i for i, tier in enumerate(COMMAND_ORDER) if folder in tier), None)


def check_command(path, included):
    """What is wrong with an include between two folders of the command, or None."""
    here, there = tier_of(path), tier_of(included)
    if None in (here, there):
        return f'"{included}": a folder that COMMAND_ORDER does not know'
    same = os.path.dirname(path) == "engine/" + os.path.dirname(included)
    if same or there > here:
        return None
    return f'"{included}": {os.path.dirname(path)} stands below it, or beside it'


def twins(paths):
    """Files of engine/ that have one name in two folders."""
    folders = {}
    for path in paths:
        stem = os.path.splitext(os.path.basename(path))[0]
        folders.setdefault(stem, set()).add(os.path.dirname(path))
    return [f"engine/: {stem}: a name of files in {' and '.join(sorted(places))}"
            for stem, places in sorted(folders.items()) if len(places) > 1]


def check(root):
    problems, looked_at, paths = [], 0, []
    for file in source.read_all(root, ["include", "engine"], (".c", ".h")):
        if folder_of(file.path) in NOT_LAYERS:
            continue
        if folder_of(file.path) not in ALLOWED:
            problems.append(f"{file.path}:1: no such layer: {', '.join(sorted(ALLOWED))}")
            continue
        if file.path.startswith("engine/"):
            paths.append(file.path)
        for include in file.includes():
            looked_at += 1
            wrong = check_include(file.path, include)
            if wrong:
                problems.append(f"{file.path}:{include.line}: {wrong}")
    return problems + twins(paths), looked_at


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("layers", found, f"{count} includes"))
