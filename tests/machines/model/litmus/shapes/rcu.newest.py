"""A reader follows the head to a version, and through it."""
PLACES = {"newest": 0}
PLAIN = {"version": 0}


def publishes():
    yield write("version", 1)
    yield store("newest", 1, "rcu.newest publish")


def reads():
    if (yield load("newest", "rcu.newest read_at")) == 1:
        yield read("version")


THREADS = [publishes, reads]
