"""D4: the writer of a hold that lapsed takes it out of the heap, under the heap's lock, before it
draws a new timestamp; so that it lapsed carries nothing."""
PLACES = {"hold": "new", "lock": 1}
PLAIN = {"heap": 0}


def releases():
    yield swap("hold", "new", "lapsed", "hold.state lapse")
    yield write("heap", 1)
    yield exchange("lock", 0, "lock.word lock_leave")


def writes():
    if (yield load("hold", "hold.state quipui_has_lapsed")) == "lapsed":
        yield take("lock", 0, 1, "lock.word lock_take")
        yield write("heap", 2)


REDUNDANT = {
    "hold.state lapse": "the heap's lock carries the heap; its acquire is needed in hold.state",
    "hold.state quipui_has_lapsed": "as above",
}
THREADS = [releases, writes]
