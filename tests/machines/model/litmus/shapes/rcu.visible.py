"""R1: a commit to two accounts; a reader that has its stamp finds it on both."""
PLACES = {"one": 0, "other": 0, "visible": 0}
PLAIN = {}


def commits():
    yield store("one", 1, "rcu.stamp set_stamp")
    yield store("other", 1, "rcu.stamp set_stamp")
    yield store("visible", 1, "rcu.visible make_visible")


def reads():
    stamp = yield load("visible", "rcu.visible visible_stamp")
    return stamp, (yield load("one", "rcu.stamp stamp_at")), (
        yield load("other", "rcu.stamp stamp_at"))


def bad(_, found):
    return found[0] == 1 and found[1:] != (1, 1)


REDUNDANT = {
    "rcu.stamp set_stamp": "here the stamp carries both",
    "rcu.stamp stamp_at": "as above",
}
THREADS = [commits, reads]
