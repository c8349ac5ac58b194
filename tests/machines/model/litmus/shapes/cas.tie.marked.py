"""Who comes to the tie from a mark has the record from the mark already."""
PLACES = {"thread": 0, "tie": "open"}
PLAIN = {"record": 0}


def ties():
    yield write("record", 1)
    yield swap("thread", 0, "mark", "cas.thread advance")
    yield swap("tie", "open", "committed", "cas.tie decide")


def sees():
    if (yield load("thread", "cas.thread thread_of")) == "mark":
        if (yield load("tie", "cas.tie tie_of")) == "committed":
            yield read("record")


REDUNDANT = {
    "cas.thread advance": "the tie carries the record too",
    "cas.thread thread_of": "as above",
    "cas.tie decide": "the mark carries the record too",
    "cas.tie tie_of": "as above",
}
TOGETHER = [("cas.thread advance", "cas.tie decide"), ("cas.thread thread_of", "cas.tie tie_of")]
THREADS = [ties, sees]
