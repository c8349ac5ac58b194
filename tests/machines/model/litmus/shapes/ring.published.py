"""R2: an entry, and the record that it names, are written before the flusher sees it."""
PLACES = {"published": 0}
PLAIN = {"entry": 0, "record": 0}


def settles():
    yield write("record", 1)
    yield write("entry", 1)
    yield store("published", 1, "ring.published ring_publish")


def drains():
    if (yield load("published", "ring.published ring_see")) == 1:
        yield read("entry")
        yield read("record")


THREADS = [settles, drains]
