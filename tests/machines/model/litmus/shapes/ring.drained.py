"""An entry is written over only after the flusher has read it."""
PLACES = {"drained": 0}
PLAIN = {"entry": 0}


def drains():
    yield read("entry")
    yield store("drained", 1, "ring.drained ring_drain")


def goes_round():
    if (yield load("drained", "ring.drained ring_has_room")) == 1:
        yield write("entry", 2)


THREADS = [drains, goes_round]
