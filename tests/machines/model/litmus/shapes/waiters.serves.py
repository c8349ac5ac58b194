"""A waiter that sees the new count of its group sees that it is done, or it would not wake up."""
PLACES = {"done": 0, "serves": 0}
PLAIN = {}


def serves():
    yield store("done", 1)
    yield add("serves", 1, "waiters.serves wake_group")


def waits():
    serves = yield load("serves", "waiters.serves quipui_waiters_wait")
    return serves, (yield load("done"))


def bad(_, seen):
    return seen == (1, 0)


THREADS = [serves, waits]
