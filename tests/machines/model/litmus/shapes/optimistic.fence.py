"""Independent reads of independent writes: two commits, two readers of both accounts; they must not
disagree on which came first. (The words of an account stand for all of it.)"""
PLACES = {"one": 0, "other": 0}
PLAIN = {}


def commits_one():
    yield store("one", 1, "optimistic.word unlock")


def commits_other():
    yield store("other", 1, "optimistic.word unlock")


def reads(first, second):
    def reader():
        copied = yield load(first, "optimistic.word try_to_read")
        copied_too = yield load(second, "optimistic.word try_to_read")
        yield fence("fence still_there")
        if (yield load(first)) == copied and (yield load(second)) == copied_too:
            return copied, copied_too
    return reader


def bad(_, __, one_way, other_way):
    return one_way == (1, 0) and other_way == (1, 0)


REDUNDANT = {
    "optimistic.word unlock": "the fences order the readers; see optimistic.words",
    "optimistic.word try_to_read": "as above",
}
THREADS = [commits_one, commits_other, reads("one", "other"), reads("other", "one")]
