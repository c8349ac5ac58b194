"""The same in cas, where a hold is claimed before its unit is tied, and opened after."""
PLACES = {"hold": "new"}
PLAIN = {"record": 0}


def opens():
    yield write("record", 1)
    if (yield swap("hold", "new", "claimed", "hold.state change")) == "new":
        yield store("hold", "pending", "hold.state set")


def releases():
    if (yield swap("hold", "new", "lapsed", "hold.state lapse")) == "pending":
        yield read("record")


def posts():
    if (yield load("hold", "hold.state state_for")) == "pending":
        yield read("record")


REDUNDANT = {"hold.state change": "a unit that finds it locked retries; needed in hold.state"}
THREADS = [opens, releases, posts]
