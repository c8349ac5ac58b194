"""A worker that was added while an import closes the gate: either the import's walk finds it busy,
or its thread finds the gate closed."""
PLACES = {"first": 0, "busy": 0, "gate": 0}
PLAIN = {"worker": 0}


def adds_and_writes():
    yield write("worker", 1)
    yield exchange("first", 1, "workers.first add_worker")
    yield swap("busy", 0, 1, "worker.busy quipui_worker_try")
    return (yield load("gate", "workers.gate quipui_worker_take"))


def imports():
    yield exchange("gate", 1, "workers.gate quipui_worker_take_alone")
    if (yield load("first", "workers.first workers_first")) == 0:
        return 0
    yield read("worker")
    return (yield load("busy", "worker.busy quipui_worker_take_alone"))


def bad(gate, busy):
    return gate == 0 and busy == 0


THREADS = [adds_and_writes, imports]
