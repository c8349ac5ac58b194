"""J3: a hold expires and is put into its ring; a horizon above the barrier, 1, has it."""
PLACES = {"last": 0, "floor": 9, "ring": 0}
PLAIN = {}


def expires():
    yield store("floor", 1, "timeouts.floor timeouts_set_floor")
    yield add("last", 1, "clock.last clock_draw")
    yield store("ring", 1)
    yield store("floor", 9, "timeouts.floor timeouts_set_floor")


def flushes():
    horizon = 1 + (yield load("last", "clock.last clock_floor"))
    floor = yield load("floor", "timeouts.floor timeouts_floor")
    return min(horizon, floor), (yield load("ring"))


def bad(_, seen):
    return seen[0] > 1 and seen[1] == 0


THREADS = [expires, flushes]
