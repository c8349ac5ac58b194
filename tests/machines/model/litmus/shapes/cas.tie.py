"""A unit is decided: from then on its transfer is found by id, and its record is read."""
PLACES = {"tie": "open"}
PLAIN = {"record": 0}


def decides():
    yield write("record", 1)
    yield swap("tie", "open", "committed", "cas.tie decide")


def finds():
    if (yield load("tie", "knot.tie is_settled")) == "committed":
        yield read("record")


def helps():
    if (yield load("tie", "cas.tie tie_of")) == "committed":
        yield read("record")


THREADS = [decides, finds, helps]
