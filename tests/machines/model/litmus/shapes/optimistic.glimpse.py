"""O1: what a lookup copies while a commit goes on is whole: as before, or as after."""
PLACES = {"word": "0", "debits": 0, "closed": 0}
PLAIN = {}


def commits():
    if (yield swap("word", "0", "0 locked", "optimistic.word lock_at")) == "0":
        yield store("closed", 1, "optimistic.words set_word")
        yield store("debits", 1, "optimistic.words set_word")
        yield store("word", "1", "optimistic.word unlock")


def copies():
    word = yield load("word", "optimistic.word glimpse")
    if word == "0 locked":
        return None
    closed = yield load("closed", "optimistic.words word_at")
    debits = yield load("debits", "optimistic.words glimpse")
    if (yield load("word")) == word:
        return word, closed, debits


def bad(_, copy):
    return copy not in (None, ("0", 0, 0), ("1", 1, 1))


REDUNDANT = {
    "optimistic.word lock_at": "a copy of this version was taken with acquire before it was locked",
}
THREADS = [commits, copies]
