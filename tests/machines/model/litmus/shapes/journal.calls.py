"""The flusher does not sleep on the number of the call that told it to stop."""
PLACES = {"stopping": 0, "calls": 0}
PLAIN = {}


def closes():
    yield store("stopping", 1, "journal.stopping quipui_journal_close")
    yield add("calls", 1, "journal.calls quipui_journal_call")


def calls_for_another_reason():
    yield add("calls", 10, "journal.calls quipui_journal_call")


def sleeps():
    number = yield load("calls", "journal.calls quipui_flusher_run")
    return number, (yield load("stopping", "journal.stopping quipui_flusher_run"))


def bad(_, __, seen):
    return seen[0] % 10 == 1 and seen[1] == 0


REDUNDANT = {end: "`calls` carries it here; journal.stopping has a shape of its own"
             for end in ("journal.stopping quipui_journal_close",
                         "journal.stopping quipui_flusher_run")}
THREADS = [closes, calls_for_another_reason, sleeps]
