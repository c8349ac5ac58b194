"""A thread that takes a lock only if it is free, and one that holds it."""
PLACES = {"lock": 0}
PLAIN = {"guarded": 0}


def holds():
    seen = yield swap("lock", 0, 1, "lock.word lock_take")
    if seen == 0:
        yield write("guarded", (yield read("guarded")) + 1)
        yield exchange("lock", 0, "lock.word lock_leave")


def tries():
    seen = yield swap("lock", 0, 1, "lock.word lock_try")
    if seen == 0:
        yield write("guarded", (yield read("guarded")) + 1)
        yield exchange("lock", 0, "lock.word lock_leave")


THREADS = [holds, tries]
