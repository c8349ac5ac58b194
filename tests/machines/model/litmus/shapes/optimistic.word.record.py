"""The head of an account leads to records: a reader that has copied it reads them."""
PLACES = {"word": "0", "head": 0}
PLAIN = {"record": 0}


def commits():
    yield write("record", 1)
    yield store("word", "0 locked")
    yield store("head", 1, "optimistic.words set_word")
    yield store("word", "1", "optimistic.word unlock")


def walks():
    if (yield load("word", "optimistic.word try_to_read")) == "1":
        if (yield load("head", "optimistic.words word_at")) == 1:
            yield read("record")


REDUNDANT = {
    "optimistic.word unlock": "the words carry the record too",
    "optimistic.word try_to_read": "the words carry the record too",
    "optimistic.words set_word": "the word carries the record too",
    "optimistic.words word_at": "the word carries the record too",
}
TOGETHER = [
    ("optimistic.word unlock", "optimistic.words set_word"),
    ("optimistic.word try_to_read", "optimistic.words word_at"),
]
THREADS = [commits, walks]
