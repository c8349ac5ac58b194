"""Two threads add to what a lock guards; one of them has to wait for it."""
PLACES = {"lock": 0}
PLAIN = {"guarded": 0}


def passes():
    seen = yield swap("lock", 0, 1, "lock.word lock_take")
    if seen == 0:
        yield write("guarded", (yield read("guarded")) + 1)
        yield exchange("lock", 0, "lock.word lock_leave")


def spins():
    yield take("lock", 0, 1, "lock.word look")
    yield write("guarded", (yield read("guarded")) + 1)
    yield exchange("lock", 0, "lock.word lock_leave")


THREADS = [passes, spins]
