"""Who sees a new thread sees when it was touched; who sees it touched sees nothing by that."""
PLACES = {"thread": 0, "touched": 0}
PLAIN = {}


def finishes():
    yield swap("touched", 0, 1, "cas.touched finish")
    yield swap("thread", 0, 1, "cas.thread advance")


def sees():
    if (yield load("thread", "cas.thread thread_of")) == 1:
        return (yield load("touched", "cas.touched touched_by"))


def bad(_, touched):
    return touched == 0


REDUNDANT = {
    "cas.touched finish": "the thread, advanced after it, carries it",
    "cas.touched touched_by": "as above",
}
THREADS = [finishes, sees]
