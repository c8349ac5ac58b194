"""A new strand carries when it was touched; that it was touched carries nothing."""
PLACES = {"strand": 0, "touched": 0}
PLAIN = {}


def finishes():
    yield swap("touched", 0, 1, "cas.touched finish")
    yield swap("strand", 0, 1, "cas.strand advance")


def sees():
    if (yield load("strand", "cas.strand strand_of")) == 1:
        return (yield load("touched", "cas.touched touched_by"))


def bad(_, touched):
    return touched == 0


REDUNDANT = {
    "cas.touched finish": "the thread, advanced after it, carries it",
    "cas.touched touched_by": "as above",
}
THREADS = [finishes, sees]
