"""A writer that finds the gate open again sees what the import did, which began after it closed."""
PLACES = {"gate": 1}
PLAIN = {"ledger": 0}


def imports():
    yield write("ledger", 1)
    yield exchange("gate", 0, "workers.gate quipui_worker_give_back_alone")


def writes():
    if (yield load("gate", "workers.gate quipui_worker_take")) == 0:
        yield read("ledger")


THREADS = [imports, writes]
