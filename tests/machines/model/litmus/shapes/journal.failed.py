"""Who sees that the journal has failed reads what failed, in words."""
PLACES = {"failed": 0}
PLAIN = {"diagnosis": 0}


def fails():
    yield write("diagnosis", 1)
    yield store("failed", 1, "journal.failed fail")


def asks():
    if (yield load("failed", "journal.failed quipui_journal_status")) == 1:
        yield read("diagnosis")


THREADS = [fails, asks]
