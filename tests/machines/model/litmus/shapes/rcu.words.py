"""R1: a reader copies the slot, and its stamp is the same before and after: the copy is that of the
stamp, whole. All words of a commit are there once its stamp is visible."""
PLACES = {"visible": 1, "stamp": 1, "debits": 1, "credits": 1}
PLAIN = {}


def commits():
    for stamp in (2, 3):
        yield store("stamp", stamp, "rcu.stamp set_stamp")
        yield store("debits", stamp, "rcu.words set_word")
        yield store("credits", stamp, "rcu.words set_word")
        yield store("visible", stamp, "rcu.visible make_visible")


def reads():
    visible = yield load("visible", "rcu.visible visible_stamp")
    stamp = yield load("stamp", "rcu.stamp stamp_at")
    if stamp > visible:
        return None
    debits = yield load("debits", "rcu.words word_at")
    credits = yield load("credits", "rcu.words word_at")
    if (yield load("stamp", "rcu.stamp stamp_at")) == stamp:
        return stamp, debits, credits


def bad(_, copy):
    return copy is not None and copy != (copy[0],) * 3


REDUNDANT = {
    "rcu.stamp set_stamp": "the words carry it, and the visible stamp",
    "rcu.stamp stamp_at": "as above",
}
THREADS = [commits, reads]
