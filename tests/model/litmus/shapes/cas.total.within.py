"""The same where the total has moved and a limit leaves room all the same (C3)."""
PLACES = {"credits_posted": 0, "debits_total": 0}
PLAIN = {}


def funds():
    yield add("credits_posted", 1, "cas.total grow")


def spends():
    if (yield load("credits_posted", "cas.total total_of")) == 1:
        yield swap("debits_total", 0, 1, "cas.total grow_within")


def copies():
    credits = yield load("credits_posted", "cas.total total_of")
    debits = yield load("debits_total", "cas.total total_of")
    if (yield load("credits_posted", "cas.total total_of")) == credits:
        return credits, debits


def bad(_, __, pair):
    return pair == (0, 1)


REDUNDANT = {"cas.total grow": "the spender's own view of the credits is what it releases"}
THREADS = [funds, spends, copies]
