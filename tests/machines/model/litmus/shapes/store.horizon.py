"""F5: a horizon that another thread computed shows what that thread had seen below it."""
PLACES = {"floor": 1, "effect": 0, "horizon": 0}
PLAIN = {}


def writes():
    yield store("effect", 1)
    yield store("floor", 9, "worker.floor worker_set_floor")


def computes():
    if (yield load("floor", "worker.floor lowest_floor")) == 9:
        yield take("horizon", 0, 2, "store.horizon raise cas")


def is_answered_by_it():
    if (yield load("horizon", "store.horizon raise load")) == 2:
        return (yield load("effect"))


def loses_the_race():
    if (yield swap("horizon", 1, 1, "store.horizon raise cas")) == 2:
        return (yield load("effect"))


def bad(_, __, answered, lost):
    return answered == 0 or lost == 0


THREADS = [writes, computes, is_answered_by_it, loses_the_race]
