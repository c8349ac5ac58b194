"""weaken - the ends of the edges, and the engine with one of them made relaxed.

    weaken.py ROOT                         all ends: edge, file, function, orders
    weaken.py ROOT EDGE FILE FUNCTION      makes that end relaxed, in place: for a copy of the tree

What the comments call edge EDGE in that function is what is weakened; see tests/style/edges.py.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "style"))
import edges  # noqa: E402
import source  # noqa: E402

ATOMIC = "engine/base/atomic.h"

# Orders that atomic.h has no relaxed verb for, since the engine needs none.
RELAXED = {
    "exchange": "#define exchange_relaxed(p, v) "
                "atomic_exchange_explicit((p), (v), memory_order_relaxed)\n",
}


def ends_of(root):
    """(edge, file, function): its accesses."""
    files = source.read_all(root, ["engine"])
    verbs = edges.verbs_of(next(file for file in files if file.path == ATOMIC))
    ends = {}
    for file in files:
        if file.path == ATOMIC:
            continue
        for access in edges.read(file, verbs)[0]:
            if access.order == "relaxed" or access.block is None:
                continue
            for statement in access.block.statements:
                if statement.edge is not None:
                    end = (statement.edge, file.path, access.function)
                    ends.setdefault(end, []).append(access)
    return ends


def weaken(root, accesses, path):
    name = os.path.join(root, path)
    with open(name, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for access in accesses:
        relaxed = re.sub(r"_(acquire|release|acq_rel|seq_cst)$", "_relaxed", access.verb)
        line = lines[access.line - 1]
        lines[access.line - 1] = re.sub(rf"\b{access.verb}\(", relaxed + "(", line)
        define(root, relaxed)
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def define(root, verb):
    name = os.path.join(root, ATOMIC)
    with open(name, encoding="utf-8") as file:
        text = file.read()
    if re.search(rf"#define {verb}\(", text) is None:
        first = "#define load_relaxed("
        text = text.replace(first, RELAXED[verb.split("_")[0]] + first, 1)
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)


def main(words):
    ends = ends_of(words[0])
    if len(words) == 1:
        for (edge, path, function), accesses in sorted(ends.items()):
            orders = ",".join(sorted({access.order for access in accesses}))
            print(edge, path, function, orders)
        return 0
    if len(words) != 4 or tuple(words[1:]) not in ends:
        sys.exit(__doc__)
    weaken(words[0], ends[tuple(words[1:])], words[2])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
