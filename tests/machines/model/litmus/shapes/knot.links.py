"""T2: a link or version that was read under a mark, which is still there, is of the mark's attempt:
the owner takes the mark off before it writes knots for the next."""
PLACES = {"strand": "mark 1", "version": 1, "previous": 1}
PLAIN = {}


def tries_again():
    yield swap("strand", "mark 1", "idle", "cas.strand advance")
    yield store("version", 2, "knot.links knot_tie_to")
    yield store("previous", 2, "knot.links knot_tie_to")


def looks():
    if (yield load("strand", "cas.strand strand_of")) != "mark 1":
        return None
    version = yield load("version", "knot.links knot_version")
    previous = yield load("previous", "knot.links knot_previous")
    if (yield load("strand", "cas.strand strand_of")) == "mark 1":
        return version, previous


def bad(_, pair):
    return pair is not None and pair != (1, 1)


REDUNDANT = {
    "cas.strand advance": "here the links carry it; see cas.strand",
    "cas.strand strand_of": "as above",
}
THREADS = [tries_again, looks]
