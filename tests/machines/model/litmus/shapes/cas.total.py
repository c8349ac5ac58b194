"""C1: a unit that finds room finds the tie of what made it."""
PLACES = {"strand": 0, "posted": 0, "all": 2}
PLAIN = {}


def posts():
    yield swap("strand", 0, 1, "cas.strand advance")
    yield add("posted", 1, "cas.total grow_posted")


def lets_go():
    yield swap("strand", 0, 2, "cas.strand advance")
    yield add("all", -2, "cas.total shrink")


def spends():
    if (yield load("posted", "cas.total total_of")) == 1:
        return (yield load("strand"))
    if (yield load("all", "cas.total total_of")) == 0:
        return (yield load("strand"))


def bad(_, __, thread):
    return thread == 0


REDUNDANT = {"cas.strand advance": "the total carries it"}
THREADS = [posts, lets_go, spends]
