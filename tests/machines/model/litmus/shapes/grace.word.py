"""G2: what a section reads, a waiter may write after it has seen the section end."""
PLACES = {"word": 1}
PLAIN = {"unlinked": 0}


def reads():
    yield read("unlinked")
    yield store("word", 0, "grace.word show")


def waits():
    if (yield load("word", "grace.word is_in_older")) == 0:
        yield write("unlinked", 1)


THREADS = [reads, waits]
