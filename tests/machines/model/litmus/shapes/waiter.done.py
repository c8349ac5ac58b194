"""A waiter that is let go has its status."""
PLACES = {"done": 0}
PLAIN = {"status": 0}


def serves():
    yield write("status", 1)
    yield store("done", 1, "waiter.done let_go")


def waits():
    if (yield load("done", "waiter.done quipui_waiters_wait")) == 1:
        yield read("status")


THREADS = [serves, waits]
