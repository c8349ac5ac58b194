"""run - every shape under the C11 memory model, with the orders as they are in the code.

    run.py ROOT [SHAPE]...

A shape is a Python file in shapes/, named after the edge it is about: a few threads (machine.py),
the values that places start with, and what must never be seen: `bad(results...)`, or a data race on
a plain place. An order like "rcu.stamp set_stamp" is looked up: it is what the code does at that
end, by the comments that tests/style/check_edges.py holds to the code; a third word picks one verb
of several.

As they are, nothing bad may be seen. With each end of the shape made relaxed, alone, something bad
must be seen, unless the shape calls that end REDUNDANT and says why; then nothing may. Ends that
are redundant one by one may be needed TOGETHER. For an end of both sides it says which is needed.
Every end of every edge must be in some shape, or in NOT_SHOWN.

Exit: 0 all as expected, 1 not, 2 wrong usage."""
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(HERE, "..", "..", "..", "style")]
import machine  # noqa: E402
import weaken  # noqa: E402

KINDS = {"load": ("load",), "store": ("store",), "swap": ("cas", "exchange", "add", "sub"),
         "take": ("cas", "exchange")}

# What no shape shows to be needed, and why: an end, or a side of one, or that it is seq_cst.
NOT_SHOWN = {
    "clock.last clock_reach": "only its value matters: later draws follow it in the word's order",
    "hold.state quipui_holds_are_free": "the acquires of the copies keep it after them",
    "hold.state quipui_has_lapsed": "the heap's lock, taken next, carries what matters",
    "rcu.snapshot register_stamp": "the grace period orders it (R4)",
    "cas.strand advance acquire": "T2 for a helper that took the mark off: only load buffering",
    "cas.tie decide acquire": "who is aborted meets the helper's marks by cas.strand as well",
    "cas.total grow": "nothing is approved against a total without a limit but its own value",
    "cas.total grow_posted acquire": "it makes room, and looks at nothing",
    "cas.total grow_from acquire": "copy_out() has, but for a total that left and came back (C2)",
    "cas.total grow_within acquire": "copy_out() has, but for a total that left and came back (C2)",
    "cas.total shrink acquire": "it makes room, and looks at nothing",
    "hold.state change acquire": "state_for() has acquired the same state before",
    "hold.state lapse release": "carries nothing: see hold.state.lapsed",
    "grace.word show seq_cst": "for ThreadSanitizer, in place of the fences of grace.fence",
    "workers.gate quipui_worker_give_back_alone seq_cst": "release would do: no load follows",
}

# What is less than each order, the weakest first.
WEAKER = {
    "acquire": ["relaxed"],
    "release": ["relaxed"],
    "acq_rel": ["relaxed", "acquire", "release"],
    "seq_cst": ["relaxed", "acq_rel"],
}


class Orders:
    """The order at each end, as the code has it, but for some."""

    def __init__(self, ends, fences, instead=None):
        self.ends = ends
        self.fences = fences
        self.instead = instead or {}
        self.asked = {}

    def of(self, name, kind):
        if name in self.instead:
            order = self.instead[name]
        elif name.startswith("fence "):
            order = "seq_cst" if name.split()[1] in self.fences else "relaxed"
        else:
            order = self.in_code(name, kind)
        self.asked[name] = order
        return order

    def in_code(self, name, kind):
        edge, function, *verb = name.split()
        found = {access.order
                 for (its, _, where), accesses in self.ends.items()
                 if (its, where) == (edge, function)
                 for access in accesses
                 if access.verb.startswith(tuple(verb) or KINDS[kind])}
        if len(found) != 1:
            sys.exit(f"litmus: the code has {sorted(found) or 'no order'} for a {kind} at '{name}'")
        return found.pop()


def with_orders(thread, orders):
    """The thread, with each order that names an end looked up."""
    def translated():
        steps, value = thread(), None
        while True:
            try:
                step = steps.send(value)
            except StopIteration as end:
                return end.value
            value = yield tuple(orders.of(word, step[0])
                                if isinstance(word, str) and i in (1, 2, 3) and " " in word
                                and is_order(step, i) else word
                                for i, word in enumerate(step))
    return translated


def is_order(step, i):
    return i == {"fence": 1, "load": 2}.get(step[0], 3)


class Shape:
    def __init__(self, name):
        space = {word: getattr(machine, word) for word in
                 ("load", "store", "exchange", "swap", "add", "take", "fence", "read", "write")}
        with open(os.path.join(HERE, "shapes", name + ".py"), encoding="utf-8") as file:
            exec(compile(file.read(), name, "exec"), space)  # pylint: disable=exec-used
        self.name = name
        self.space = space
        self.redundant = space.get("REDUNDANT", {})
        self.together = space.get("TOGETHER", [])
        self.states = 0

    def is_broken(self, orders):
        """Can something bad be seen?"""
        threads = [with_orders(thread, orders) for thread in self.space["THREADS"]]
        outcomes, states = machine.Machine(
            self.space["PLACES"], self.space["PLAIN"], threads).outcomes()
        self.states = max(self.states, states)
        bad = self.space.get("bad", lambda *_: False)
        if not outcomes:
            sys.exit(f"litmus: {self.name} never ends")
        return any(outcome == machine.RACE or bad(*outcome) for outcome in outcomes)


def judge(shape, ends, fences):
    """(what was weakened, what came of it, is that as expected), line by line."""
    orders = Orders(ends, fences)
    broken = shape.is_broken(orders)
    yield "as in the code", "broken" if broken else "holds", not broken

    def breaks(**instead):
        return shape.is_broken(Orders(ends, fences, instead["instead"]))

    for end, order in sorted(orders.asked.items()):
        if order == "relaxed":
            yield end, "is relaxed", False
            continue
        lesser = {weak: breaks(instead={end: weak}) for weak in WEAKER[order]}
        if not lesser["relaxed"]:
            yield end, "not needed here: " + shape.redundant.get(end, "?"), end in shape.redundant
            continue
        needed = needs_of(order, lesser)
        yield end, f"needed: {' and '.join(needed)}", end not in shape.redundant
    for both in shape.together:
        broken = breaks(instead=dict.fromkeys(both, "relaxed"))
        yield " and ".join(both), "needed: one of them" if broken else "not needed", broken


def needs_of(order, lesser):
    """What of an order is needed, given which weaker ones break; the whole end is."""
    if order == "acq_rel":
        return [side for side, other in (("release", "acquire"), ("acquire", "release"))
                if lesser[other]] or ["acquire or release"]
    if order == "seq_cst":
        return ["seq_cst"] if lesser["acq_rel"] else ["acq_rel"]
    return [order]


def fenced_functions(root):
    """Where the code has its full fence."""
    found = set()
    fence = re.compile(r"\bfence_(?:full|reads)\(")
    for file in weaken.source.read_all(root, ["engine"]):
        for function in file.functions():
            body = "\n".join(file.code[function.first - 1: function.last])
            if function.name not in ("fence_full", "fence_reads") and fence.search(body):
                found.add(function.name)
    return found


def main(words):
    if not words or not os.path.isdir(os.path.join(words[0], "engine")):
        print(__doc__, file=sys.stderr)
        return 2
    root, names = words[0], words[1:]
    ends, fences = weaken.ends_of(root), fenced_functions(root)
    known = sorted(name[:-3] for name in os.listdir(os.path.join(HERE, "shapes"))
                   if name.endswith(".py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"litmus: no shape {', '.join(unknown)}; there are: {', '.join(known)}",
              file=sys.stderr)
        return 2

    surprises, shown = 0, set()
    for name in names or known:
        shape, began = Shape(name), time.process_time()
        lines = list(judge(shape, ends, fences))
        print(f"{name}: {shape.states} states, {time.process_time() - began:.1f} s")
        for what, became, expected in lines:
            print(f"    {what:44} {became}{'' if expected else '   NOT AS EXPECTED'}")
            surprises += not expected
            shown.update(what_is_shown(what, became))
    if not names:
        surprises += report_ends(ends, shown)
    print("all as expected" if surprises == 0 else f"{surprises} not as expected")
    return 1 if surprises else 0


def what_is_shown(what, became):
    """EDGE FUNCTION, and EDGE FUNCTION ORDER for what of it is needed."""
    if not became.startswith("needed: "):
        return
    for end in what.split(" and "):
        end = " ".join(end.split()[:2])
        yield end
        for order in became.removeprefix("needed: ").split(" and "):
            yield f"{end} {order}"


def report_ends(ends, shown):
    """Ends that no shape needs, and sides of them: declared, or a surprise."""
    needless = set()
    for (edge, _, function), accesses in ends.items():
        end = f"{edge} {function}"
        orders = {access.order for access in accesses}
        if end not in shown:
            needless.add(end)
        elif "acq_rel" in orders:
            needless |= {f"{end} {side}" for side in ("acquire", "release")} - shown
        elif "seq_cst" in orders:
            needless |= {f"{end} seq_cst"} - shown

    surprises = 0
    for end in sorted(needless | set(NOT_SHOWN)):
        expected = end in needless and end in NOT_SHOWN
        why = NOT_SHOWN.get(end, "no shape needs it, and NOT_SHOWN has no reason")
        print(f"not shown to be needed: {end}: {why}{'' if expected else '   NOT AS EXPECTED'}")
        surprises += not expected
    return surprises


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
