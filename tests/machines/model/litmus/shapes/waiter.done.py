"""A waiter that is let go reads what became of it, and its call returns: the next call writes where
the waiter was."""
PLACES = {"done": 0}
PLAIN = {"status": 0}


def lets_go():
    yield write("status", 1)
    yield store("done", 1, "waiter.done let_go")


def waits():
    yield load("done", "waiter.done quipui_waiters_wait", lambda seen: seen == 1)
    yield read("status")
    yield write("status", 2)


THREADS = [lets_go, waits]
