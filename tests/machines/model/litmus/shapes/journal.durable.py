"""H1: who sees a horizon answers for the frame that carries it: that is synced by then."""
PLACES = {"durable": 0}
PLAIN = {"synced": 0}


def shows():
    yield write("synced", 1)
    yield store("durable", 1, "journal.durable show")


def answers():
    if (yield load("durable", "journal.durable quipui_journal_durable")) == 1:
        yield read("synced")


THREADS = [shows, answers]
