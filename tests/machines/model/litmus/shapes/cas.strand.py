"""A reader that follows the head of a strand, or a mark on it, reads the record behind it."""
PLACES = {"strand": 0}
PLAIN = {"record": 0}


def ties():
    yield write("record", 1)
    yield swap("strand", 0, 1, "cas.strand advance")


def walks():
    if (yield load("strand", "cas.strand strand_of")) == 1:
        yield read("record")


THREADS = [ties, walks]
