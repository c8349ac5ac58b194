"""A call that sees the end of a round sees the room that it made, or it would sleep for nothing."""
PLACES = {"drained": 0, "rounds": 0}
PLAIN = {}


def flushes():
    yield store("drained", 1)
    yield store("rounds", 1, "journal.rounds end_round")


def lacks_room():
    rounds = yield load("rounds", "journal.rounds quipui_journal_room")
    return rounds, (yield load("drained"))


def bad(_, seen):
    return seen == (1, 0)


THREADS = [flushes, lacks_room]
