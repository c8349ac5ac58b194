"""As optimistic.fence: two commits, two lookups of both accounts; they must not disagree on which
came first. A commit locks a word before it changes it."""
PLACES = {"one": "0", "other": "0"}
PLAIN = {}


def commits(word):
    def writer():
        if (yield swap(word, "0", "0 locked", "optimistic.word lock_at")) == "0":
            yield store(word, "1", "optimistic.word unlock")
    return writer


def looks(first, second):
    def reader():
        copied = yield load(first, "optimistic.word glimpse")
        copied_too = yield load(second, "optimistic.word glimpse")
        yield fence("fence first_moved")
        if (yield load(first)) == copied and (yield load(second)) == copied_too:
            return copied, copied_too
    return reader


def bad(_, __, one_way, other_way):
    return one_way == ("1", "0") and other_way == ("1", "0")


REDUNDANT = {
    "optimistic.word lock_at": "the fences order the readers; see optimistic.glimpse",
    "optimistic.word unlock": "as above",
    "optimistic.word glimpse": "as above",
}
THREADS = [commits("one"), commits("other"), looks("one", "other"), looks("other", "one")]
