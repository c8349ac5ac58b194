"""M5: a producer stores the tail and loads the flag of the sleeper, which stores its flag and loads
the tail. One of the two sees the other's. Otherwise a message lies there, and no bell is rung."""
PLACES = {"tail": 0, "sleeps": 0}
PLAIN = {}


def asks():
    yield exchange("tail", 1, "wire.tail wire_publish")
    return (yield load("sleeps", "wire.sleeps wire_must_ring"))


def lies_down():
    yield exchange("sleeps", 1, "wire.sleeps wire_lie_down")
    return (yield load("tail", "wire.tail wire_see"))


def bad(sleeps, tail):
    return sleeps == 0 and tail == 0


THREADS = [asks, lies_down]
