"""H1: a horizon is shown after its frame is durable."""
PLACES = {"frame": 0, "durable": 0}
PLAIN = {}


def flushes():
    yield store("frame", 1)
    yield store("durable", 1, "journal.durable show")


def answers():
    durable = yield load("durable", "journal.durable quipui_journal_durable")
    return durable, (yield load("frame"))


def bad(_, seen):
    return seen == (1, 0)


THREADS = [flushes, answers]
