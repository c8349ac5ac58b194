"""F4: `earliest` moves on past an expiry after it was noted; a horizon above it finds the note."""
PLACES = {"count": 0, "earliest": 5}
PLAIN = {"note": 0}


def expires():
    yield write("note", 1)
    yield store("count", 1, "expiries.count quipui_expiries_add")
    yield store("earliest", 9, "timeouts.earliest publish")


def computes():
    earliest = yield load("earliest", "timeouts.earliest timeouts_earliest")
    count = yield load("count", "expiries.count expiries_count")
    if count == 1:
        yield read("note")
    return earliest, count


def bad(_, seen):
    return seen == (9, 0)


THREADS = [expires, computes]
