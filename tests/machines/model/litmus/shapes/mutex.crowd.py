"""A crowd leaves an account while it keeps the other (C4): no lookup sees one without the other."""
PLACES = {"lock": "free", "version": 0, "other": 0}
PLAIN = {}


def commits():
    yield take("lock", "free", "held", "lock.word lock_take")
    yield store("other", 1, "mutex.version set_version")
    yield store("version", 1, "mutex.version set_version")
    yield exchange("lock", "free", "lock.word lock_leave")


def looks():
    other = yield load("other", "mutex.version glimpse")
    if (yield load("lock", "lock.word is_at")) == "free":
        return other, (yield load("version"))


def bad(_, seen):
    return seen == (1, 0)


REDUNDANT = {
    "lock.word lock_take": "there is one writer here",
}
THREADS = [commits, looks]
