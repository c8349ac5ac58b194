"""A pending transfer: a reader that finds its hold pending reads its record; one that finds it
posted finds it where it went."""
PLACES = {"hold": "new"}
PLAIN = {"record": 0, "totals": 0}


def opens():
    yield write("record", 1)
    yield swap("hold", "new", "pending", "hold.state change")


def posts():
    if (yield load("hold", "hold.state state_for")) == "pending":
        yield read("record")
        if (yield swap("hold", "pending", "claimed", "hold.state change")) == "pending":
            yield write("totals", 1)
            yield store("hold", "posted", "hold.state set")


def releases():
    if (yield swap("hold", "new", "lapsed", "hold.state lapse")) == "posted":
        yield read("totals")


THREADS = [opens, posts, releases]
