"""test_machine - the machine against litmus tests whose answers are known.

Names are those of Alglave, Maranget and Tautschnig, "Herding Cats" (2014); answers are those of
RC11 (Lahav et al., 2017). Each is run with the orders that forbid the outcome and with less."""
import sys
import os

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machine import RACE, Machine, exchange, fence, load, read, store, swap, write  # noqa: E402
from machine import add  # noqa: E402


def seen(places, plain, *threads):
    return set(Machine(places, plain, threads).outcomes()[0])


def thread(*steps):
    """A thread without choices; it returns what it read."""
    def run():
        found = []
        for step in steps:
            value = yield step
            if step[0] in ("load", "read", "swap"):
                found.append(value)
        return tuple(found)
    return run


def xy(*threads, **more):
    return seen({"x": 0, "y": 0, **more}, {}, *map(lambda t: thread(*t), threads))


def check(name, answer, expected):
    if answer != expected:
        sys.exit(f"{name}: {'seen' if answer else 'never seen'}; RC11 says otherwise")
    check.count += 1


check.count = 0


def message_passing():
    for stored in ("relaxed", "release", "seq_cst"):
        for loaded in ("relaxed", "acquire", "seq_cst"):
            found = xy([store("x", 1), store("y", 1, stored)], [load("y", loaded), load("x")])
            weak = stored == "relaxed" or loaded == "relaxed"
            check(f"MP {stored} {loaded}", ((), (1, 0)) in found, weak)
    found = xy([store("x", 1), fence("release"), store("y", 1)],
               [load("y"), fence("acquire"), load("x")])
    check("MP fences", ((), (1, 0)) in found, False)
    found = xy([store("x", 1), fence("release"), store("y", 1)], [load("y"), load("x")])
    check("MP one fence", ((), (1, 0)) in found, True)


def store_buffering():
    for order in ("relaxed", "acq_rel", "seq_cst"):
        loads = "acquire" if order == "acq_rel" else order
        found = xy([exchange("x", 1, order), load("y", loads)],
                   [exchange("y", 1, order), load("x", loads)])
        check(f"SB {order}", ((0, 0), (0, 0)) in found, order != "seq_cst")
    found = xy([store("x", 1), fence("seq_cst"), load("y")],
               [store("y", 1), fence("seq_cst"), load("x")])
    check("SB fences", ((0,), (0,)) in found, False)
    found = xy([store("x", 1), fence("seq_cst"), load("y")],
               [store("y", 1), fence("acq_rel"), load("x")])
    check("SB one fence", ((0,), (0,)) in found, True)


def independent_reads():
    def iriw(order, between):
        return xy([store("x", 1, "seq_cst" if order == "seq_cst" else "release")],
                  [store("y", 1, "seq_cst" if order == "seq_cst" else "release")],
                  [load("x", order), fence(between), load("y", order)],
                  [load("y", order), fence(between), load("x", order)])
    bad = ((), (), (1, 0), (1, 0))
    check("IRIW acquire", bad in iriw("acquire", "relaxed"), True)
    check("IRIW seq_cst", bad in iriw("seq_cst", "relaxed"), False)
    check("IRIW acq_rel fences", bad in iriw("acquire", "acq_rel"), True)
    check("IRIW seq_cst fences", bad in iriw("acquire", "seq_cst"), False)


def coherence():
    found = xy([store("x", 1)], [store("x", 2)], [load("x"), load("x")], [load("x"), load("x")])
    check("CoRR", ((), (), (1, 2), (2, 1)) in found, False)
    check("CoRR one", ((), (), (1, 2), (1, 2)) in found, True)
    found = xy([load("x"), store("x", 1)])
    check("CoRW", ((1,),) in found, False)
    found = xy([store("x", 1), load("x")], [store("x", 2)])
    check("CoWR", ((0,), ()) in found, False)
    # 2+2W: the last of both places, by the thread that can read it last
    ends = [load("x"), load("x"), load("y"), load("y")]
    found = xy([store("x", 1), store("y", 2)], [store("y", 1), store("x", 2)], ends, ends)
    check("2+2W relaxed", any(f[2] == (2, 1, 0, 0) for f in found), True)


def causality():
    for passed in ("relaxed", "release"):
        found = xy([store("x", 1)], [load("x"), store("y", 1, passed)],
                   [load("y", "acquire"), load("x")])
        check(f"WRC {passed}", ((), (1,), (1, 0)) in found, passed == "relaxed")
    found = xy([load("x"), store("y", 1)], [load("y"), store("x", 1)])
    check("LB", ((1,), (1,)) in found, False)


def read_modify_write():
    found = xy([add("x", 1)], [add("x", 1)])
    check("two adds", ((0,), (0,)) in found, False)
    found = xy([swap("x", 0, 1)], [swap("x", 0, 2)])
    check("two swaps", ((0,), (0,)) in found, False)
    found = xy([store("x", 1), store("y", 1, "release")], [add("y", 1)],
               [load("y", "acquire"), load("x")])
    check("release sequence", ((), (1,), (2, 0)) in found, False)
    found = xy([store("x", 1), store("y", 1, "release"), store("y", 3)],
               [load("y", "acquire"), load("x")])
    check("no release sequence by a store", ((), (3, 0)) in found, True)
    found = xy([store("x", 1), swap("y", 7, 8, "acq_rel")], [add("y", 1, "acquire"), load("x")])
    check("a failed swap releases nothing", ((0,), (0, 0)) in found, True)


def races():
    def run(stored, loaded):
        def writer():
            yield write("data", 1)
            yield store("flag", 1, stored)

        def reader():
            if (yield load("flag", loaded)) == 1:
                return (yield read("data"))
        return seen({"flag": 0}, {"data": 0}, writer, reader)
    check("race relaxed", RACE in run("relaxed", "acquire"), True)
    check("race too", RACE in run("release", "relaxed"), True)
    check("no race", run("release", "acquire") == {(None, None), (None, 1)}, True)

    # Read, then written by another: a race with any value (load buffering, if it had one).
    def looks(order):
        def reader():
            yield read("data")
            yield store("flag", 1, order)

        def writer():
            if (yield load("flag", "acquire")) == 1:
                yield write("data", 1)
        return seen({"flag": 0}, {"data": 0}, reader, writer)
    check("race of a read", RACE in looks("relaxed"), True)
    check("no race of a read", RACE in looks("release"), False)


for family in (message_passing, store_buffering, independent_reads, coherence, causality,
               read_modify_write, races):
    family()
print(f"{check.count} litmus tests, as RC11 says")
