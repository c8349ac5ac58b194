"""The keeper that sees a lap sees that the ledger is about to be closed."""
PLACES = {"stopping": 0, "laps": 0}
PLAIN = {}


def stops():
    yield store("stopping", 1)
    yield add("laps", 1, "journal.laps quipui_journal_end_lap")


def keeps():
    seen = yield load("laps", "journal.laps quipui_journal_laps")
    return seen, (yield load("stopping"))


def bad(_, seen):
    return seen == (1, 0)


THREADS = [stops, keeps]
