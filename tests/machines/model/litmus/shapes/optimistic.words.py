"""O1: a copy taken while a commit goes on is whole: what it was before, or what it is after."""
PLACES = {"word": "0", "debits": 0, "credits": 0}
PLAIN = {}


def commits():
    if (yield swap("word", "0", "0 locked", "optimistic.word lock_at")) == "0":
        yield store("debits", 1, "optimistic.words set_word")
        yield store("credits", 1, "optimistic.words set_word")
        yield store("word", "1", "optimistic.word unlock")


def copies():
    word = yield load("word", "optimistic.word try_to_read")
    if word == "0 locked":
        return None
    debits = yield load("debits", "optimistic.words word_at")
    credits = yield load("credits", "optimistic.words word_at")
    if (yield load("word")) == word:
        return word, debits, credits


def bad(_, copy):
    return copy not in (None, ("0", 0, 0), ("1", 1, 1))


REDUNDANT = {
    "optimistic.word lock_at": "a copy of this version was taken with acquire before it was locked",
}
THREADS = [commits, copies]
