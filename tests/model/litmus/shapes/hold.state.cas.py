"""The same in cas, where a hold is opened after its unit is tied; one that lapsed is opened by a
store, and released by its opener."""
PLACES = {"hold": "new"}
PLAIN = {"record": 0}


def opens():
    yield write("record", 1)
    if (yield swap("hold", "new", "pending", "hold.state open_holds cas")) == "lapsed":
        yield store("hold", "pending", "hold.state open_holds store")


def releases():
    if (yield swap("hold", "new", "lapsed", "hold.state lapse")) == "pending":
        yield read("record")


def posts():
    if (yield load("hold", "hold.state state_for")) == "pending":
        yield read("record")


THREADS = [opens, releases, posts]
