"""A reader that finds a transfer settled, by id or in a scan, reads its record."""
PLACES = {"tie": 0}
PLAIN = {"record": 0}


def creates():
    yield write("record", 1)
    yield store("tie", 1, "knot.tie knot_settle")


def finds():
    if (yield load("tie", "knot.tie is_settled")) == 1:
        yield read("record")


def scans():
    if (yield load("tie", "knot.tie knot_is_settled")) == 1:
        yield read("record")


THREADS = [creates, finds, scans]
