/* test_crowd.c - a run locks the account that its transfers share once (C1 of crowd.inc.h).
 *
 * And a run keeps its events while the pipeline goes on (write/pipeline.h).
 *
 * One thread that is told that others want its accounts: nothing hangs on when threads meet. */
#include "api/ledger.h"
#include "protocol/takes.h"
#include "support/ledger.h"

enum { HOT = 1, OTHERS = 16, TRANSFERS = 16 };

static const quipu_protocol locking[] = {QUIPU_OPTIMISTIC, QUIPU_MUTEX};

static quipu_ledger *open_with_accounts(quipu_protocol protocol)
{
    quipu_ledger *ledger = ledger_open(protocol, NULL);
    quipu_account accounts[1 + OTHERS];
    quipu_result results[1 + OTHERS];

    for (unsigned i = 0; i <= OTHERS; i++)
        accounts[i] = an_account(HOT + i);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 1 + OTHERS, results), QUIPU_OK);
    return ledger;
}

/* How many accounts this call locks in runs, if it is told that others want them. */
static uint64_t takes_of(quipu_ledger *ledger, const quipu_transfer *transfers, size_t count)
{
    quipu_result results[TRANSFERS];

    workers_first(&ledger->store.workers)->crowded = 1;
    quipui_takes = 0;
    cr_assert_eq(quipu_create_transfers(ledger, transfers, count, results), QUIPU_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED, "transfer %zu", i);
    return quipui_takes;
}

ParameterizedTestParameters(crowd, locks_the_account_that_all_share_once)
{
    return cr_make_param_array(const quipu_protocol, locking, sizeof locking / sizeof *locking);
}

ParameterizedTest(const quipu_protocol *protocol, crowd, locks_the_account_that_all_share_once)
{
    quipu_ledger *ledger = open_with_accounts(*protocol);
    quipu_transfer transfers[TRANSFERS];
    uint64_t version;

    for (unsigned i = 0; i < TRANSFERS; i++) {
        transfers[i] = i % 2 == 0 ? a_transfer(100 + i, HOT, HOT + 1 + i, 5)
                                  : a_transfer(100 + i, HOT + 1 + i, HOT, 3);
    }
    cr_assert_eq(takes_of(ledger, transfers, TRANSFERS), 1 + TRANSFERS);
    cr_assert_eq(ledger_account(ledger, HOT, &version).debits_posted, 5 * TRANSFERS / 2);
    cr_assert_eq(version, 1 + TRANSFERS);
    ledger_close(ledger);
}

ParameterizedTestParameters(crowd, locks_each_account_of_transfers_that_share_none)
{
    return cr_make_param_array(const quipu_protocol, locking, sizeof locking / sizeof *locking);
}

ParameterizedTest(const quipu_protocol *protocol, crowd,
                  locks_each_account_of_transfers_that_share_none)
{
    quipu_ledger *ledger = open_with_accounts(*protocol);
    quipu_transfer transfers[OTHERS / 2];

    for (unsigned i = 0; i < OTHERS / 2; i++)
        transfers[i] = a_transfer(100 + i, HOT + 2 * i, HOT + 2 * i + 1, 1);
    cr_assert_eq(takes_of(ledger, transfers, OTHERS / 2), OTHERS);
    ledger_close(ledger);
}

/* A run is longer than what is kept behind it: none of its events is overtaken by later ones. */
EVERY_PROTOCOL(crowd, keeps_the_events_of_its_run)
{
    enum { MANY = 100 };
    quipu_ledger *ledger = open_with_accounts(*protocol_index);
    quipu_transfer events[MANY], stored[MANY];
    quipu_result results[MANY];
    quipu_uint128 ids[MANY];

    for (unsigned i = 0; i < MANY; i++) {
        ids[i] = 100 + i;
        events[i] = a_transfer(ids[i], HOT, HOT + 1 + i % OTHERS, 1 + i);
    }
    workers_first(&ledger->store.workers)->crowded = 1;
    cr_assert_eq(quipu_create_transfers(ledger, events, MANY, results), QUIPU_OK);
    cr_assert_eq(quipu_lookup_transfers(ledger, ids, MANY, stored, NULL), QUIPU_OK);
    for (unsigned i = 0; i < MANY; i++) {
        cr_assert_eq(results[i].status, QUIPU_CREATED, "transfer %u", i);
        cr_assert(stored[i].id == ids[i] && stored[i].amount == 1 + i, "record %u", i);
    }
    ledger_close(ledger);
}
