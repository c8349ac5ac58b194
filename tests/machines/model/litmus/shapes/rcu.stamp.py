"""R1: a reader that sees a later stamp finds the link to what was before it: here to version 1. The
link from before that leads past it."""
PLACES = {"link": 0, "stamp": 1}
PLAIN = {}


def changes():
    yield store("link", 1, "rcu.link set_link")
    yield store("stamp", 2, "rcu.stamp set_stamp")


def reads():
    stamp = yield load("stamp", "rcu.stamp stamp_at")
    return stamp, (yield load("link", "rcu.link link_at"))


def bad(_, found):
    return found == (2, 0)


REDUNDANT = {
    "rcu.link set_link": "here the stamp carries the link",
    "rcu.link link_at": "as above",
}
THREADS = [changes, reads]
