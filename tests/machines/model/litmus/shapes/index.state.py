"""A lookup in a shard that doubles: with the new size it sees the entries of the new table."""
PLACES = {"state": 0, "entry": 0}
PLAIN = {}


def grows():
    yield store("entry", 7)
    yield store("state", 1, "index.state set_state")


def looks_up():
    if (yield load("state", "index.state index_state")) == 1:
        return (yield load("entry"))


def bad(_, found):
    return found == 0


THREADS = [grows, looks_up]
