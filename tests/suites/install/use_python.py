"""use_python.py - the Python package, by the installed library: records, statuses, threads."""
import os
import sys
import tempfile
import threading

import numpy
import quipu

FUNDS = 1 << 100


def some_transfers(count, debit, credit, amount):
    them = quipu.transfers(count)
    quipu.set_wide(them["id"], [quipu.new_id() for _ in range(count)])
    quipu.set_wide(them["debit_account_id"], debit)
    quipu.set_wide(them["credit_account_id"], credit)
    quipu.set_wide(them["amount"], amount)
    them["ledger"], them["code"] = 978, 1
    return them


def some_accounts():
    them = quipu.accounts(2)
    quipu.set_wide(them["id"], [1, 2])
    them["ledger"], them["code"] = 978, 1
    them["flags"] = [0, 2]
    return them


def refuses(status, call, *arguments):
    try:
        call(*arguments)
    except quipu.Error as error:
        assert error.status == status, error
        assert str(error)
    else:
        raise AssertionError(f"{call} worked")


def use(ledger):
    assert (ledger.create_accounts(some_accounts())["status"] == quipu.CREATED).all()
    results = ledger.create_transfers(some_transfers(1, 1, 2, FUNDS))
    assert quipu.outcome_name(results["status"][0]) == "CREATED"
    results = ledger.create_transfers(some_transfers(2, 2, 1, FUNDS)[::2])
    assert results.size == 1 and results["status"][0] == quipu.CREATED, "not in a row: copied"
    results = ledger.create_transfers(some_transfers(1, 2, 1, 1))
    assert quipu.outcome_name(results["status"][0]) == "EXCEEDS_CREDITS"

    found, versions = ledger.lookup_accounts([2, 77])
    assert quipu.wide(found["credits_posted"][0]) == FUNDS
    assert list(quipu.wide(found["id"])) == [2, 0] and list(versions) == [3, 0]
    history = ledger.account_transfers(2, 10)
    assert list(quipu.wide(history["amount"])) == [FUNDS, FUNDS]
    assert ledger.account_transfers(2, 1, is_reversed=True)["timestamp"][0] == \
        history["timestamp"][1]
    assert quipu.wide(ledger.lookup_transfers([quipu.wide(history["id"][0])])["amount"][0]) == FUNDS

    ledger.commit({2: 3}, some_transfers(1, 1, 2, 5))
    refuses(quipu.CONFLICT, ledger.commit, {2: 3}, some_transfers(1, 1, 2, 5))
    counters = ledger.stats()
    assert counters["conflicts"] == 1 and counters["accounts"] == 2 and counters["transfers"] == 3


def use_threads(ledger):
    def work():
        for _ in range(20):
            ledger.create_transfers(some_transfers(100, 1, 2, 1))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found, _ = ledger.lookup_accounts([2])
    assert quipu.wide(found["credits_posted"][0]) == FUNDS + 5 + 6000


def main():
    assert quipu.ACCOUNT.itemsize == quipu.TRANSFER.itemsize == quipu.BALANCE.itemsize == 128
    assert quipu.FILTER.itemsize == 128 and quipu.RESULT.itemsize == 16
    assert quipu.version() == sys.argv[1], quipu.version()
    for protocol in ("optimistic", "mutex", "rcu"):
        with quipu.Ledger(protocol=protocol) as ledger:
            use(ledger)
            use_threads(ledger)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ledger")
        with quipu.Ledger(path) as ledger:
            use(ledger)
            refuses(quipu.BUSY, quipu.Ledger, path)
        with quipu.Ledger(path) as ledger:
            assert ledger.stats()["transfers"] == 3
    ledger.close()
    refuses(quipu.INVALID, ledger.stats)
    refuses(quipu.IO, lambda: quipu.Ledger(socket="/nowhere/at.all"))
    assert (numpy.diff([quipu.new_id() for _ in range(50)]) > 0).all()


if __name__ == "__main__":
    main()
