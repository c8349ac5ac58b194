"""A reader that sees that an account exists reads what never changes about it."""
PLACES = {"timestamp": 0}
PLAIN = {"fields": 0}


def creates():
    yield write("fields", 1)
    yield store("timestamp", 5, "slot.timestamp accounts_settle")


def finds():
    if (yield load("timestamp", "slot.timestamp is_settled")) != 0:
        yield read("fields")


def scans():
    if (yield load("timestamp", "slot.timestamp slot_exists")) != 0:
        yield read("fields")


THREADS = [creates, finds, scans]
