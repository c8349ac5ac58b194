"""The last round, which begins when the flusher finds that it has to stop, finds all that was
settled before."""
PLACES = {"published": 0, "stopping": 0}
PLAIN = {}


def settles_and_closes():
    yield store("published", 1, "ring.published ring_publish")
    yield store("stopping", 1, "journal.stopping quipui_journal_close")


def stops():
    if (yield load("stopping", "journal.stopping quipui_flusher_run")) == 1:
        return (yield load("published", "ring.published ring_see"))


def bad(_, seen):
    return seen == 0


REDUNDANT = {end: "`stopping` carries it here; ring.published is about the entries"
             for end in ("ring.published ring_publish", "ring.published ring_see")}
THREADS = [settles_and_closes, stops]
