"""The flusher that sees a call sees the reason for it."""
PLACES = {"reason": 0, "calls": 0}
PLAIN = {}


def calls():
    yield store("reason", 1)
    yield add("calls", 1, "journal.calls quipui_journal_call")


def flushes():
    seen = yield load("calls", "journal.calls quipui_flusher_run")
    return seen, (yield load("reason"))


def bad(_, seen):
    return seen == (1, 0)


THREADS = [calls, flushes]
