"""A read that gave up trying locks whatever version is there, and copies under the lock."""
PLACES = {"word": "0 locked", "debits": 0}
PLAIN = {}


def commits():
    yield store("debits", 1, "optimistic.words set_word")
    yield store("word", "1", "optimistic.word unlock")


def reads_locked():
    yield take("word", "1", "1 locked", "optimistic.word lock_at")
    return (yield load("debits", "optimistic.words word_at"))


def bad(_, debits):
    return debits == 0


REDUNDANT = {
    "optimistic.words set_word": "the lock orders it here",
    "optimistic.words word_at": "as above",
}
THREADS = [commits, reads_locked]
