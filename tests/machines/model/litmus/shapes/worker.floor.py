"""F1 to F3: a call draws timestamp 1, and what it does takes effect. A horizon above 1 shows it."""
PLACES = {"last": 0, "floor": 9, "effect": 0}
PLAIN = {}


def writes():
    yield store("floor", 1, "worker.floor worker_set_floor")
    yield add("last", 1, "clock.last clock_draw")
    yield store("effect", 1)
    yield store("floor", 9, "worker.floor worker_set_floor")


def computes():
    horizon = 1 + (yield load("last", "clock.last clock_floor"))
    floor = yield load("floor", "worker.floor lowest_floor")
    return min(horizon, floor), (yield load("effect"))


def bad(_, seen):
    return seen[0] > 1 and seen[1] == 0


THREADS = [writes, computes]
