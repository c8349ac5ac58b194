"""The flusher finds a ring only after it was made."""
PLACES = {"ring": 0}
PLAIN = {"entries": 0}


def joins():
    yield write("entries", 1)
    yield store("ring", 1, "worker.ring worker_set_ring")


def sees():
    if (yield load("ring", "worker.ring worker_ring")) == 1:
        yield read("entries")


THREADS = [joins, sees]
