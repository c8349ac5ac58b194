"""H1: a lookup that finds a hold posted (cas: confirmed) finds it where it went."""
PLACES = {"hold": "pending"}
PLAIN = {"totals": 0}


def posts():
    if (yield swap("hold", "pending", "claimed", "hold.state change")) == "pending":
        yield write("totals", 1)
        yield store("hold", "posted", "hold.state set")


def looks_up():
    if (yield load("hold", "hold.state hold_word_of")) == "posted":
        yield read("totals")


REDUNDANT = {"hold.state change": "nobody else wants it here; needed in hold.state"}
THREADS = [posts, looks_up]
