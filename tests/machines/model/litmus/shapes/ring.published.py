"""What the flusher sees as published is written: the entries, and the records that they name."""
PLACES = {"published": 0}
PLAIN = {"record": 0, "entry": 0}


def settles():
    yield write("record", 1)
    yield write("entry", 1)
    yield store("published", 1, "ring.published ring_publish")


def drains():
    if (yield load("published", "ring.published ring_see")) == 1:
        yield read("entry")
        yield read("record")


THREADS = [settles, drains]
