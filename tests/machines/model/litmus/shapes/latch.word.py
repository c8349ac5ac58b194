"""Two threads add to what a latch guards; one of them only if it is free."""
PLACES = {"latch": 0}
PLAIN = {"guarded": 0}


def adds():
    yield take("latch", 0, 1, "latch.word latch_take")
    yield write("guarded", (yield read("guarded")) + 1)
    yield store("latch", 0, "latch.word latch_leave")


def tries():
    seen = yield swap("latch", 0, 1, "latch.word latch_try")
    if seen == 0:
        yield write("guarded", (yield read("guarded")) + 1)
        yield store("latch", 0, "latch.word latch_leave")


THREADS = [adds, tries]
