"""G2: a reader shows its period, then reads what is linked; a waiter unlinks, then looks at the
word. One of the two sees the other's (store buffering). Otherwise the reader keeps what is taken
from it. The fences are those without membarrier; with it the kernel runs the reader's."""
PLACES = {"word": 0, "linked": 1}
PLAIN = {}


def reads():
    yield store("word", 1, "grace.word show")
    yield fence("fence fence_of_reader")
    return (yield load("linked"))


def waits():
    yield store("linked", 0)
    yield fence("fence fence_of_waiter")
    return (yield load("word", "grace.word is_in_older"))


def bad(linked, word):
    return linked == 1 and word == 0


REDUNDANT = {
    "grace.word show": "the fences order it; it carries the section before",
    "grace.word is_in_older": "as above; see grace.word",
}
THREADS = [reads, waits]
