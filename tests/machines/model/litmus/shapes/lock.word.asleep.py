"""The same for a thread that slept: it takes the lock as awaited, by an exchange."""
PLACES = {"lock": 0}
PLAIN = {"guarded": 0}


def passes():
    seen = yield swap("lock", 0, 1, "lock.word lock_take")
    if seen == 0:
        yield write("guarded", 1)
        yield exchange("lock", 0, "lock.word lock_leave")


def sleeps():
    yield take("lock", 0, 2, "lock.word quipui_lock_wait")
    yield write("guarded", 2)
    yield exchange("lock", 0, "lock.word lock_leave")


THREADS = [passes, sleeps]
