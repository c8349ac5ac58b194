"""R1: room is used again only after the flusher has read what was there."""
PLACES = {"drained": 0}
PLAIN = {"entry": 0}


def drains():
    yield read("entry")
    yield store("drained", 1, "ring.drained ring_drain")


def settles():
    if (yield load("drained", "ring.drained ring_has_room")) == 1:
        yield write("entry", 2)


THREADS = [drains, settles]
