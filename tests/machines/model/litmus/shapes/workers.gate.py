"""W2: a writer stores busy and loads the gate, an import stores the gate and loads busy. One of the
two sees the other's. Otherwise both go on (store buffering)."""
PLACES = {"busy": 0, "gate": 0}
PLAIN = {}


def writes():
    yield swap("busy", 0, 1, "worker.busy quipui_worker_try")
    return (yield load("gate", "workers.gate quipui_worker_take"))


def imports():
    yield exchange("gate", 1, "workers.gate quipui_worker_take_alone")
    return (yield load("busy", "worker.busy quipui_worker_take_alone"))


def bad(gate, busy):
    return gate == 0 and busy == 0


THREADS = [writes, imports]
