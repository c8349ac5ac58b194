"""A call gives its worker a ring; the flusher, on its walk, finds it empty and not half made."""
PLACES = {"ring": 0}
PLAIN = {"drained": 0}


def joins():
    yield write("drained", 0)
    yield store("ring", 1, "worker.ring worker_set_ring")


def walks():
    if (yield load("ring", "worker.ring worker_ring")) == 1:
        yield read("drained")


THREADS = [joins, walks]
