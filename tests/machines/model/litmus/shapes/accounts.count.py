"""A scan of all accounts up to the count: their slots are written."""
PLACES = {"timestamp": 0, "count": 0}
PLAIN = {"fields": 0}


def creates():
    yield write("fields", 1)
    yield store("timestamp", 5, "slot.timestamp accounts_settle")
    yield store("count", 1, "accounts.count accounts_set_count")


def scans():
    if (yield load("count", "accounts.count accounts_count")) == 1:
        yield read("fields")


REDUNDANT = {"slot.timestamp accounts_settle": "the count is stored after it and carries the slot"}
THREADS = [creates, scans]
