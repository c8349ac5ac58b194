"""X5: an entry is taken out of a full line and one of the next line moves there; a lookup of that
one that finds nothing sees the state changed."""
PLACES = {"state": 0, "home": "A", "next": "B"}
PLAIN = {}


def takes_out_A():
    yield store("state", 1, "index.state set_state")
    yield store("home", "B", "index.entry set_entry")
    yield store("next", "", "index.entry set_entry")
    yield store("state", 2, "index.state set_state")


def looks_for_B():
    state = yield load("state", "index.state index_state")
    for place in ("home", "next"):
        if (yield load(place, "index.entry index_load_line")) == "B":
            return "found"
    again = yield load("state")
    return "nothing" if state % 2 == 0 and again == state else "look under the latch"


def bad(_, answer):
    return answer == "nothing"


THREADS = [takes_out_A, looks_for_B]
