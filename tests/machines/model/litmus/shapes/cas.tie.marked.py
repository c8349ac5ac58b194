"""A thread that comes to the tie from a mark has the record from the mark already."""
PLACES = {"strand": 0, "tie": "open"}
PLAIN = {"record": 0}


def ties():
    yield write("record", 1)
    yield swap("strand", 0, "mark", "cas.strand advance")
    yield swap("tie", "open", "committed", "cas.tie decide")


def sees():
    if (yield load("strand", "cas.strand strand_of")) == "mark":
        if (yield load("tie", "cas.tie tie_of")) == "committed":
            yield read("record")


REDUNDANT = {
    "cas.strand advance": "the tie carries the record too",
    "cas.strand strand_of": "as above",
    "cas.tie decide": "the mark carries the record too",
    "cas.tie tie_of": "as above",
}
TOGETHER = [("cas.strand advance", "cas.tie decide"), ("cas.strand strand_of", "cas.tie tie_of")]
THREADS = [ties, sees]
