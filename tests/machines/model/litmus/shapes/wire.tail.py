"""M4: the bytes of a message are written before its consumer sees that it is there."""
PLACES = {"tail": 0}
PLAIN = {"bytes": 0}


def asks():
    yield write("bytes", 1)
    yield exchange("tail", 1, "wire.tail wire_publish")


def serves():
    if (yield load("tail", "wire.tail wire_see")) == 1:
        yield read("bytes")


THREADS = [asks, serves]
