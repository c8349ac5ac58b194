"""J3: the holder of the lock of the time-outs draws the barrier, timestamp 1, and lets a hold
expire. A horizon above the barrier shows that the expiry is in its ring."""
PLACES = {"last": 0, "floor": 9, "ring": 0}
PLAIN = {}


def lets_expire():
    yield store("floor", 1, "timeouts.floor timeouts_set_floor")
    yield add("last", 1, "clock.last clock_draw")
    yield store("ring", 1)
    yield store("floor", 9, "timeouts.floor timeouts_set_floor")


def computes():
    horizon = 1 + (yield load("last", "clock.last clock_floor"))
    floor = yield load("floor", "timeouts.floor timeouts_floor")
    return min(horizon, floor), (yield load("ring"))


def bad(_, seen):
    return seen[0] > 1 and seen[1] == 0


THREADS = [lets_expire, computes]
