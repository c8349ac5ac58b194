"""N3: a note that is replaced while a reader looks at it is read whole or not at all."""
PLACES = {"count": 0, "oldest": 0}
PLAIN = {}


def notes():
    if (yield swap("count", 0, "changes", "chunk.note quipui_chunk_note cas")) == 0:
        yield store("oldest", 1, "chunk.span quipui_chunk_note")
        yield store("count", 1, "chunk.note quipui_chunk_note store")


def replaces():
    if (yield swap("count", 1, "changes", "chunk.note quipui_chunk_note cas")) == 1:
        yield store("oldest", 2, "chunk.span quipui_chunk_note")
        yield store("count", 2, "chunk.note quipui_chunk_note store")


def reads():
    count = yield load("count", "chunk.note quipui_chunk_span")
    if count in (0, "changes"):
        return None
    oldest = yield load("oldest", "chunk.span quipui_chunk_span")
    if (yield load("count")) == count:
        return count, oldest


def bad(_, __, note):
    return note not in (None, (1, 1), (2, 2))


THREADS = [notes, replaces, reads]
