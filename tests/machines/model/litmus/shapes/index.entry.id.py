"""X3: the id of a record is written before it is claimed, and read by a thread that meets the
entry."""
PLACES = {"entry": 0, "mark": 0}
PLAIN = {"id": 0}


def claims():
    yield write("id", 7)
    yield store("entry", 1, "index.entry set_entry")
    yield store("mark", 1, "knot.tie knot_settle")


def probes():
    if (yield load("entry", "index.entry index_load_line")) == 1:
        if (yield load("mark", "knot.tie is_settled")) == 1:
            yield read("id")


REDUNDANT = {
    "index.entry set_entry": "without the latch an id is read only once its record is settled",
    "index.entry index_load_line": "as above",
    "knot.tie knot_settle": "the entry carries the id too",
    "knot.tie is_settled": "as above",
}
TOGETHER = [
    ("index.entry set_entry", "knot.tie knot_settle"),
    ("index.entry index_load_line", "knot.tie is_settled"),
]
THREADS = [claims, probes]
