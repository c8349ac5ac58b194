#!/usr/bin/env python3
"""check_edges - every atomic access says its order and why, and says what it does.

E1  Only the verbs of base/atomic.h; each does the order in its name.
E2  Every access is covered by a comment (edges.py says how), and said order = done order.
E3  A release says what it carries; both ends name a function that holds the other end, or calls
    one that does.
E4  Every edge has both ends; no comment is left without an access.
E5  One fence of each kind outside base/, with a comment; seq_cst names the stores and loads that
    need it.
E6  docs/memory-order.md lists these edges, their writers and readers, and no others.

    check_edges.py [ROOT]          check
    check_edges.py ROOT --table    print the register's first columns, from the code
"""
import os
import re
import sys

import edges
import source

ATOMIC = "engine/base/atomic.h"
# the verbs, and what they are made of
VERBS_BELOW = (ATOMIC, "engine/base/line.h", "engine/base/wide.h")
REGISTER = "docs/memory-order.md"
PROBES = ("engine/package/", "engine/checker/")  # asked of the compiler; a guest with its own clock

BANNED = re.compile(
    r"\b(memory_order_\w+|__atomic_\w+|__sync_\w+|(?:__)?volatile(?:__)?|__asm(?:__)?|asm"
    r"|atomic_(?:load|store|exchange|compare_exchange|fetch|flag|thread_fence|signal_fence)\w*"
    r"|ATOMIC_VAR_INIT|rcu_(?:dereference|assign_pointer|xchg_pointer|cmpxchg_pointer)\w*"
    r"|uatomic_\w+|cmm_\w+|CMM_\w+)\b"
)


def check_verbs(atomic, verbs):
    """E1: the first order that a verb's definition names is the one in its name."""
    for function in atomic.functions():
        if function.name not in verbs:
            continue
        body = " ".join(atomic.code[function.first - 1 : function.last])
        done = re.search(r"\bmemory_order_(\w+)", body)
        if done is None or done.group(1) != verbs[function.name]:
            does = done.group(1) if done else "no order"
            yield f"{ATOMIC}:{function.first}: {function.name} does {does}"


def check_banned(file):
    for number, code in enumerate(file.code, 1):
        for match in BANNED.finditer(code):
            yield f"{file.path}:{number}: {match.group()}: use a verb of base/atomic.h"


def check_accesses(file, accesses):
    """E2."""
    for access in accesses:
        where = f"{file.path}:{access.line}: {access.verb}"
        if access.block is None:
            wanted = "`relaxed: REASON`" if access.order == "relaxed" else "`edge NAME: ...`"
            yield f"{where}: no {wanted} comment above"
        elif access.order not in access.block.orders():
            said = ", ".join(sorted(access.block.orders()))
            yield f"{where}: the comment at line {access.block.statements[0].line} says {said}"


def check_statement(path, statement, held):
    """E3, E4 for one comment. `held`: see held_by()."""
    where = f"{path}:{statement.line}: edge {statement.edge}"
    if statement.edge is None:
        if not re.search(r"\w{2,}", statement.body):
            yield f"{path}:{statement.line}: relaxed: no reason"
        elif not statement.functions:
            yield f"{path}:{statement.line}: relaxed: covers no such access"
        return
    if statement.order not in {*edges.SIDES, "seq_cst"}:
        yield f"{where}: {statement.order} is no order of an edge"
        return
    if not statement.functions:
        yield f"{where}: covers no {statement.order} access"
    if statement.order in ("release", "acq_rel") and not statement.carries():
        yield f"{where}: a release says what it `Carries`"
    if not statement.partners():
        yield f"{where}: names no partner: `pairs with ORDER in FUNCTION()`"
    for order, function in statement.partners():
        yield from check_partner(where, statement, order, function, held)


def check_partner(where, statement, order, function, held):
    """E3: the partner does what we say it does, and that is the other side of what we do."""
    if order is None:
        yield f"{where}: says no order for {function}()"
        return
    if function is None:
        theirs = statement.sides()
    else:
        ends = held.get((statement.edge, function), set())
        theirs = {side for done, side in ends if done == order}
        if not theirs:
            yield f"{where}: no {order} of this edge in {function}()"
    theirs = theirs or edges.SIDES.get(order, set())
    if not any(side != other for side in statement.sides() for other in theirs):
        yield f"{where}: {statement.order} does not pair with {order}"


def check_why(statements):
    """E5: of each edge that is seq_cst, some end says why."""
    strong = [(path, said) for path, said in statements if said.order == "seq_cst"]
    explained = {said.edge for _, said in strong if said.says_why()}
    for path, said in strong:
        refers = re.search(r"seq_cst: (\w+)\(\)", said.body)
        if refers and any(refers.group(1) in other.functions for _, other in strong):
            explained.add(said.edge)
    for path, said in strong:
        if said.edge not in explained:
            yield (f"{path}:{said.line}: edge {said.edge}: "
                   "seq_cst names the two stores and two loads that need it")


def held_by(tree):
    """(edge, function): (order, side) of the ends that it holds, itself or by a call."""
    direct, found = {}, {}
    for _, _, said in tree:
        for statement in said:
            for function in statement.functions:
                ends = {(statement.edge, statement.order, side) for side in statement.sides()}
                direct.setdefault(function, set()).update(ends)
    call = re.compile(r"\b(" + "|".join(map(re.escape, sorted(direct))) + r")\b")
    for file, _, _ in tree:
        for function in file.functions():
            body = "\n".join(file.code[function.first - 1 : function.last])
            for holder in {function.name, *call.findall(body)} & set(direct):
                for edge, order, side in direct[holder]:
                    found.setdefault((edge, function.name), set()).add((order, side))
    return found


def check_fences(files, fences):
    """E5."""
    call = re.compile(r"\b(" + "|".join(fences) + r")\s*\(") if fences else re.compile("$^")
    first = {}
    for file in files:
        for number, code in enumerate(file.code, 1):
            found = call.search(code)
            if found and not file.path.startswith("engine/base/"):
                where = first.setdefault(found[1], f"{file.path}:{number}")
                if where != f"{file.path}:{number}":
                    yield f"{file.path}:{number}: a second {found[1]}(); the first is at {where}"
                above = [c for c in file.comments if c.first <= number <= c.last + 1]
                if not any("fence" in comment.text for comment in above):
                    yield f"{file.path}:{number}: a fence says why: no `fence` comment above"


def ends_of(statements):
    """edge: {"writer": {file:function}, "reader": {...}}, from (path, statement) pairs."""
    found = {}
    for path, statement in statements:
        if statement.edge is None:
            continue
        ends = found.setdefault(statement.edge, {edges.WRITER: set(), edges.READER: set()})
        for side in statement.sides():
            ends[side].update(f"{path.removeprefix('engine/')}:{function}"
                              for function in statement.functions)
    return found


def check_ends(ends):
    """E4."""
    for edge, sides in sorted(ends.items()):
        for side, places in sides.items():
            if not places:
                others = ", ".join(sorted(sides[edges.WRITER] | sides[edges.READER]))
                yield f"{edge}: the edge has no {side}; its other end is in {others or 'nothing'}"


def check_register(root, ends):
    """E6."""
    if not os.path.exists(os.path.join(root, REGISTER)):
        yield f"{REGISTER}:1: missing: the register of all edges (check_edges.py ROOT --table)"
        return
    listed = {}
    for number, line in enumerate(source.read(root, REGISTER).lines, 1):
        cells = [cell.strip() for cell in line.split("|")]
        name = re.fullmatch(r"`([\w.]+)`", cells[1]) if len(cells) > 3 else None
        if name is None:
            continue
        edge = name.group(1)
        listed[edge] = True
        if edge not in ends:
            yield f"{REGISTER}:{number}: {edge}: no such edge in the code"
            continue
        for side, cell in ((edges.WRITER, cells[2]), (edges.READER, cells[3])):
            said = set(re.findall(r"`([^`]+)`", cell))
            for place in sorted(ends[edge][side] ^ said):
                wrong = "is not one" if place in said else "is missing"
                yield f"{REGISTER}:{number}: {edge}: {side} {place} {wrong}"
    for edge in sorted(set(ends) - set(listed)):
        yield f"{REGISTER}:1: {edge}: not listed"


def read_tree(root):
    """All files, the verbs, and per file its accesses and statements."""
    files = source.read_all(root, ["engine"])
    atomic = next((file for file in files if file.path == ATOMIC), None)
    if atomic is None:
        sys.exit(f"{ATOMIC}: missing")
    files = [file for file in files
             if file.path not in VERBS_BELOW and not file.path.startswith(PROBES)]
    verbs = edges.verbs_of(atomic)
    return atomic, verbs, [(file, *edges.read(file, verbs)) for file in files]


def check(root):
    atomic, verbs, tree = read_tree(root)
    fences = [function.name for function in atomic.functions() if "fence" in function.name]
    statements = [(file.path, statement) for file, _, said in tree for statement in said]
    held = held_by(tree)

    problems = list(check_verbs(atomic, verbs))
    for file, accesses, _ in tree:
        problems += check_banned(file)
        problems += check_accesses(file, accesses)
    for path, statement in statements:
        problems += check_statement(path, statement, held)
    problems += check_why(statements)
    ends = ends_of(statements)
    problems += check_fences([file for file, _, _ in tree], fences)
    problems += check_ends(ends)
    problems += check_register(root, ends)
    return problems, sum(len(accesses) for _, accesses, _ in tree)


def print_table(root):
    _, _, tree = read_tree(root)
    statements = [(file.path, statement) for file, _, said in tree for statement in said]
    for edge, sides in sorted(ends_of(statements).items()):
        cells = ["<br>".join(f"`{place}`" for place in sorted(sides[side]))
                 for side in (edges.WRITER, edges.READER)]
        print(f"| `{edge}` | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    if "--table" in sys.argv:
        sys.exit(print_table(source.root_of(sys.argv)))
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("edges", found, f"{count} accesses"))
