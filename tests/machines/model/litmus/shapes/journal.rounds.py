"""A call lacks room in its ring. It does not sleep on the number of the last round, after which the
flusher is gone, unless it knows that the journal has failed."""
PLACES = {"failed": 0, "rounds": 0}
PLAIN = {}


def fails_in_its_last_round():
    yield store("failed", 1, "journal.failed fail")
    yield store("rounds", 1, "journal.rounds end_round")


def lacks_room():
    number = yield load("rounds", "journal.rounds quipui_journal_room")
    return number, (yield load("failed", "journal.failed quipui_journal_status"))


def bad(_, seen):
    return seen == (1, 0)


REDUNDANT = {end: "`rounds` carries it here; journal.failed is about the diagnosis"
             for end in ("journal.failed fail", "journal.failed quipui_journal_status")}
THREADS = [fails_in_its_last_round, lacks_room]
