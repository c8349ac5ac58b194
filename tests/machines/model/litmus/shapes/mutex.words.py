"""M1: what a lookup copies while a commit goes on is whole: what was before, or what is after."""
PLACES = {"lock": "free", "version": 0, "closed": 0, "debits": 0}
PLAIN = {}


def commits():
    if (yield take("lock", "free", "held", "lock.word lock_take")) == "free":
        yield store("debits", 1, "mutex.words set_word")
        yield store("closed", 1, "mutex.words set_closed")
        yield store("version", 1, "mutex.version set_version")
        yield exchange("lock", "free", "lock.word lock_leave")


def copies():
    version = yield load("version", "mutex.version glimpse")
    closed = yield load("closed", "mutex.words glimpse")
    debits = yield load("debits", "mutex.words glimpse")
    if (yield load("lock", "lock.word is_at")) == "free" and (yield load("version")) == version:
        return version, closed, debits


def bad(_, copy):
    return copy not in (None, (0, 0, 0), (1, 1, 1))


REDUNDANT = {
    "lock.word lock_take": "there is one writer here",
}
THREADS = [commits, copies]
