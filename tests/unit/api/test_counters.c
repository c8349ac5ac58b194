/* test_counters.c - how full a ledger is, as it says itself.
 *
 *   C1  exact while no call is in flight, also after events that failed
 *   C2  never more than the capacity, and never less than what was stored before, while others
 *       write
 *   C3  misuse is refused
 *   C4  holds are open until they are posted, voided or expired, also across openings
 *   C5  conflicts and retries are counted, of all workers; of a ledger with a path, bytes and lag
 *       of its journal */
#include "support/folder.h"
#include "support/ledger.h"
#include "support/threads.h"

#include <string.h>

static quipu_counters count(quipu_ledger *ledger)
{
    quipu_counters counters;

    memset(&counters, 0xa5, sizeof counters);
    cr_assert_eq(quipu_get_counters(ledger, &counters), QUIPU_OK);
    return counters;
}

/* C1 */
EVERY_PROTOCOL(counters, are_exact)
{
    uint64_t now = NOON;
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = 20,
                                   .transfer_capacity = 5000,
                                   .failed_id_capacity = 70,
                                   .clock = ledger_clock,
                                   .clock_context = &now};
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_transfer events[6] = {
        a_transfer(1, 1, 2, 1), a_hold(2, 1, 2, 1, 1), a_hold(3, 1, 2, 1, 0),
        a_hold(4, 1, 2, 1, 9),  a_post(5, 3, 1),       a_transfer(6, 1, 99, 1), /* burnt */
    };
    quipu_transfer refused = a_hold(7, 1, 99, 1, 1), ill = a_transfer(8, 1, 2, 1);
    quipu_result results[6];
    quipu_ledger *ledger = NULL;
    quipu_counters is;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    is = count(ledger);
    cr_assert(is.accounts == 0 && is.transfers == 0 && is.failed_ids == 0 && is.holds == 0);
    cr_assert(is.timeouts == 0);
    cr_assert_eq(is.account_capacity, 20);
    cr_assert_eq(is.transfer_capacity, 5000);
    cr_assert_eq(is.failed_id_capacity, 70);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, events, 6, results), QUIPU_OK);
    cr_assert_eq(results[5].status, QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND);
    cr_assert_eq(quipu_create_transfers(ledger, events, 6, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, &refused, 1, results), QUIPU_OK);
    ill.code = 0;
    cr_assert_eq(quipu_create_transfers(ledger, &ill, 1, results), QUIPU_OK);

    is = count(ledger);
    cr_assert_eq(is.accounts, 2);
    cr_assert_eq(is.transfers, 5);
    cr_assert_eq(is.failed_ids, 2);
    cr_assert_eq(is.holds, 3);
    cr_assert_eq(is.timeouts, 2);
    cr_assert_eq(is.open_holds, 2, "one is posted");
    cr_assert(is.expiries == 0 && is.conflicts == 0);
    cr_assert(is.journal_bytes == 0 && is.journal_lag == 0);
    cr_assert_eq(is.workers, 1);
    cr_assert_geq(is.table_bytes, 2 * 192 + 5 * 176 + 3 * 72 + 2 * 16);

    now += 2 * SECOND;
    (void)ledger_account(ledger, 1, NULL); /* something is due, and expires */
    is = count(ledger);
    cr_assert_eq(is.timeouts, 1);
    cr_assert_eq(is.holds, 3, "a resolved one stays");
    cr_assert(is.open_holds == 1 && is.expiries == 1);
    ledger_close(ledger);
}

/* C4, C5 */
Test(counters, of_a_ledger_that_is_kept)
{
    struct folder folder;
    uint64_t now = NOON;
    quipu_options options = {.clock = ledger_clock, .clock_context = &now};
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_transfer events[6] = {a_hold(1, 1, 2, 1, 1), a_hold(2, 1, 2, 1, 0), a_hold(3, 1, 2, 1, 0),
                                a_hold(4, 1, 2, 1, 9), a_post(5, 2, 1),       a_void(6, 3)};
    quipu_transfer late = a_transfer(7, 1, 2, 1);
    quipu_expectation expectation = {.account_id = 1, .version = 1};
    quipu_result results[6];
    quipu_ledger *ledger = NULL;
    quipu_counters is;

    folder_make(&folder);
    options.path = folder.path;
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, events, 6, results), QUIPU_OK);
    cr_assert_eq(quipu_commit(ledger, &expectation, 1, &late, 1, results, NULL), QUIPU_CONFLICT);
    now += 2 * SECOND;
    (void)ledger_account(ledger, 1, NULL);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    is = count(ledger);
    cr_assert(is.open_holds == 1 && is.expiries == 1 && is.conflicts == 1);
    cr_assert_gt(is.journal_bytes, 6 * 16);
    cr_assert_eq(is.journal_lag, 0);
    ledger_close(ledger);

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    is = count(ledger);
    cr_assert(is.open_holds == 1 && is.expiries == 1 && is.conflicts == 0);
    now += 9 * SECOND;
    (void)ledger_account(ledger, 1, NULL);
    is = count(ledger);
    cr_assert(is.open_holds == 0 && is.expiries == 2);
    ledger_close(ledger);
    folder_remove(&folder);
}

static void hold_and_conflict(quipu_ledger *ledger, quipu_uint128 id)
{
    const quipu_transfer hold = a_hold(id, 1, 2, 1, 0), late = a_transfer(100, 1, 2, 1);
    const quipu_expectation expectation = {.account_id = 1, .version = 1};
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &hold, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert_eq(quipu_commit(ledger, &expectation, 1, &late, 1, &result, NULL), QUIPU_CONFLICT);
}

static bool do_the_same(void *ledger, const quipu_account *account, uint64_t version)
{
    (void)version;
    hold_and_conflict(ledger, 10 + account->id);
    return true;
}

/* C4, C5: what is called during a visit has a worker of its own, as has another thread. */
Test(counters, are_of_all_workers)
{
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_ledger *ledger = ledger_open(QUIPU_RCU, NULL);
    quipu_result results[2];
    quipu_counters is;

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    hold_and_conflict(ledger, 1);
    cr_assert_eq(quipu_snapshot(ledger, do_the_same, ledger), QUIPU_OK);
    is = count(ledger);
    cr_assert_eq(is.workers, 2);
    cr_assert_eq(is.conflicts, 3);
    cr_assert_eq(is.open_holds, 3);
    ledger_close(ledger);
}

/* Tables grow, and what an index has outgrown does not count. */
Test(counters, count_bytes)
{
    quipu_ledger *ledger = ledger_open(QUIPU_OPTIMISTIC, NULL);
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    quipu_account_filter filter = {
        .account_id = 1, .limit = 1, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    uint64_t before = count(ledger).table_bytes, stored = 0, after;
    size_t found;

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    for (unsigned batch = 0; batch < 20; batch++, stored += QUIPU_BATCH_MAX) {
        for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++)
            events[i] = a_transfer(1 + stored + i, 1, 2, 1);
        cr_assert_eq(quipu_create_transfers(ledger, events, QUIPU_BATCH_MAX, results), QUIPU_OK);
    }
    after = count(ledger).table_bytes - before;
    cr_assert_eq(count(ledger).transfers, stored);
    cr_assert_geq(after, stored * (176 + 8));
    cr_assert_leq(after, stored * (176 + 40) * 3 / 2 + (8 << 20), "%llu bytes",
                  (unsigned long long)after);

    /* A reader leaves a marker of 96 bytes for each 256 versions. */
    before = count(ledger).table_bytes;
    filter.timestamp_min = results[QUIPU_BATCH_MAX / 2].timestamp;
    cr_assert_eq(quipu_get_account_transfers(ledger, &filter, events, 1, &found), QUIPU_OK);
    cr_assert_eq(found, 1);
    cr_assert_geq(count(ledger).table_bytes - before, stored / 256 * 96);
    ledger_close(ledger);
}

enum { THREADS = 4, CAPACITY = 60000 };

struct crowd {
    quipu_ledger *ledger;
    uint64_t stored; /* shared: told to be created */
    uint64_t over, wrong;
};

/* C2 */
static void write_or_count(void *context, unsigned thread)
{
    struct crowd *crowd = context;
    quipu_transfer events[20];
    quipu_result results[20];

    for (uint64_t round = 0; thread > 0 && round < threads_work(600); round++) {
        uint64_t created = 0;

        for (unsigned i = 0; i < 20; i++) {
            events[i] = a_transfer(((quipu_uint128)thread << 32) + round * 20 + i + 1, 1,
                                   i % 5 == 4 ? 99 : 2, 1);
        }
        if (quipu_create_transfers(crowd->ledger, events, 20, results) != QUIPU_OK) {
            (void)shared_add(&crowd->wrong, 1);
        }
        for (unsigned i = 0; i < 20; i++)
            created += results[i].status == QUIPU_CREATED;
        (void)shared_add(&crowd->stored, created);
    }
    if (thread > 0) (void)shared_add(&crowd->over, 1);
    while (thread == 0 && shared_read(&crowd->over) < THREADS - 1) {
        uint64_t least = shared_read(&crowd->stored);
        quipu_counters is;

        if (quipu_get_counters(crowd->ledger, &is) != QUIPU_OK || is.transfers < least ||
            is.transfers > CAPACITY || is.failed_ids > CAPACITY) {
            (void)shared_add(&crowd->wrong, 1);
        }
    }
}

EVERY_PROTOCOL(counters, are_plausible_while_others_write, .timeout = 120)
{
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = 20,
                                   .transfer_capacity = CAPACITY};
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    struct crowd crowd = {0};
    quipu_result results[2];
    quipu_counters is;

    cr_assert_eq(quipu_open(&options, &crowd.ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(crowd.ledger, accounts, 2, results), QUIPU_OK);
    threads_run(THREADS, write_or_count, &crowd);
    cr_assert_eq(crowd.wrong, 0);
    is = count(crowd.ledger);
    cr_assert_eq(is.transfers, crowd.stored);
    cr_assert_eq(is.failed_ids, is.transfers / 4);
    cr_assert_leq(is.workers, THREADS);
    ledger_close(crowd.ledger);
}

/* C3 */
Test(counters, refuse_misuse)
{
    quipu_ledger *ledger = ledger_open(QUIPU_OPTIMISTIC, NULL);
    quipu_counters counters;

    cr_assert_eq(quipu_get_counters(NULL, &counters), QUIPU_INVALID);
    cr_assert_eq(quipu_get_counters(ledger, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_counters(NULL, NULL), QUIPU_INVALID);
    ledger_close(ledger);
}
