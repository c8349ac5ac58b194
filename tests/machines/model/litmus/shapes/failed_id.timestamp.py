"""A checkpoint that finds that an id is burnt finds the id, too."""
PLACES = {"timestamp": 0}
PLAIN = {"id": 0}


def burns():
    yield write("id", 1)
    yield store("timestamp", 1, "failed_id.timestamp failed_id_settle")


def copies():
    if (yield load("timestamp", "failed_id.timestamp failed_id_time")) == 1:
        yield read("id")


THREADS = [burns, copies]
