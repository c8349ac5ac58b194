"""A worker goes from call to call, with its memory."""
PLACES = {"busy": 1}
PLAIN = {"worker": 0}


def gives_back():
    yield write("worker", 1)
    yield store("busy", 0, "worker.busy quipui_worker_give_back")


def takes():
    if (yield swap("busy", 0, 1, "worker.busy quipui_worker_try")) == 0:
        yield read("worker")


def imports():
    if (yield load("busy", "worker.busy quipui_worker_take_alone")) == 0:
        yield read("worker")


THREADS = [gives_back, takes, imports]
