"""A reader of the time of a draw, or a later draw, sees what the thread did before it drew."""
PLACES = {"last": 0, "before": 0}
PLAIN = {}


def draws():
    yield store("before", 1)
    yield add("last", 1, "clock.last clock_draw")


def reads():
    time = yield load("last", "clock.last clock_read")
    return time, (yield load("before"))


def draws_ten():
    time = yield add("last", 10, "clock.last clock_draw")
    return time, (yield load("before"))


def bad(_, reader, second):
    return (reader[0] % 10 == 1 and reader[1] == 0) or second == (1, 0)


THREADS = [draws, reads, draws_ten]
