"""Who follows the head of a thread, or a mark on it, reads the record behind it."""
PLACES = {"thread": 0}
PLAIN = {"record": 0}


def ties():
    yield write("record", 1)
    yield swap("thread", 0, 1, "cas.thread advance")


def walks():
    if (yield load("thread", "cas.thread thread_of")) == 1:
        yield read("record")


THREADS = [ties, walks]
