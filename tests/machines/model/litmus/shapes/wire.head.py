"""M2: room is used again only after what was there has been copied."""
PLACES = {"head": 0}
PLAIN = {"bytes": 0}


def serves():
    yield read("bytes")
    yield exchange("head", 1, "wire.head wire_give_back")


def asks():
    if (yield load("head", "wire.head wire_has_room")) == 1:
        yield write("bytes", 2)


THREADS = [serves, asks]
