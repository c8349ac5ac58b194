"""D1 to D3, by the words of the account alone, while others' holds are due: a hold that is due at 5
is added, its transfer commits, it is released. A read at time 6 copies the account in between; it
must see that something was due, or was released."""
PLACES = {"earliest": 9, "rounds": 0, "reserved": 0}
PLAIN = {}


def writes_and_releases():
    yield store("earliest", 5, "timeouts.earliest publish")
    yield store("reserved", 1, "optimistic.word unlock")
    yield store("reserved", 0, "optimistic.word unlock")
    yield store("rounds", 1, "timeouts.rounds count_round")
    yield store("earliest", 10, "timeouts.earliest publish")


def reads_at_6():
    if (yield load("earliest", "timeouts.earliest timeouts_due_on")) <= 6:
        return "due"
    rounds = yield load("rounds", "timeouts.rounds timeouts_rounds_of")
    reserved = yield load("reserved", "optimistic.word try_to_read")
    if (yield load("earliest", "timeouts.earliest timeouts_due_on")) <= 6:
        return "due"
    if (yield load("rounds", "timeouts.rounds timeouts_rounds_of")) != rounds:
        return "again"
    return reserved


def bad(_, answer):
    return answer == 1


THREADS = [writes_and_releases, reads_at_6]
