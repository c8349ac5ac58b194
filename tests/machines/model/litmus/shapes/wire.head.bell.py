"""M5: a consumer stores the head and loads the flag of the sleeper, a producer without room stores
its flag and loads the head. One of the two sees the other's."""
PLACES = {"head": 0, "sleeps": 0}
PLAIN = {}


def serves():
    yield exchange("head", 1, "wire.head wire_give_back")
    return (yield load("sleeps", "wire.sleeps wire_must_ring"))


def lies_down():
    yield exchange("sleeps", 1, "wire.sleeps wire_lie_down")
    return (yield load("head", "wire.head wire_has_room"))


def bad(sleeps, head):
    return sleeps == 0 and head == 0


THREADS = [serves, lies_down]
