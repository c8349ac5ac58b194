"""C4: credits are posted, and then spent; a copy of posted, all, posted shows no overdraft."""
PLACES = {"credits_posted": 0, "debits_total": 0, "other_total": 0}
PLAIN = {}


def funds():
    yield add("credits_posted", 1, "cas.total grow_posted")


def spends():
    if (yield load("credits_posted", "cas.total total_of")) == 1:
        yield swap("debits_total", 0, 1, "cas.total grow_from")
        yield swap("other_total", 0, 1, "cas.total grow_within")


def copies():
    credits = yield load("credits_posted", "cas.total total_of")
    debits = yield load("debits_total", "cas.total total_of")
    others = yield load("other_total", "cas.total total_of")
    if (yield load("credits_posted", "cas.total total_of")) == credits:
        return credits, debits or others


def bad(_, __, pair):
    return pair == (0, 1)


REDUNDANT = {"cas.total grow_posted": "the spender's own view of the credits is what it releases"}
THREADS = [funds, spends, copies]
