"""G2: a word that shows the next section carries that the one before has ended."""
PLACES = {"word": 1}
PLAIN = {"unlinked": 0}


def reads():
    yield read("unlinked")
    yield store("word", 0, "grace.word show")
    yield store("word", 2, "grace.word show")


def waits():
    if (yield load("word", "grace.word is_in_older")) == 2:
        yield write("unlinked", 1)


THREADS = [reads, waits]
