"""R1: a reader that the stamp of one commit sends to the older versions may load the link of the
next commit, and walks through the version behind it."""
PLACES = {"link": 1, "stamp": 1}
PLAIN = {"first": 1, "second": 0}


def changes():
    yield store("stamp", 2, "rcu.stamp set_stamp")
    yield write("second", 1)
    yield store("link", 2, "rcu.link set_link")
    yield store("stamp", 3, "rcu.stamp set_stamp")


def reads():
    if (yield load("stamp", "rcu.stamp stamp_at")) == 1:
        return None
    link = yield load("link", "rcu.link link_at")
    yield read("second" if link == 2 else "first")


REDUNDANT = {
    "rcu.stamp set_stamp": "here the link by itself carries the version",
    "rcu.stamp stamp_at": "as above",
}
THREADS = [changes, reads]
