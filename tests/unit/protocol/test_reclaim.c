/* test_reclaim.c - rcu: what writers wait for while readers keep versions; see reclaim.inc.h.
 *
 *   T1  a writer begins no grace period while a snapshot needs all that is retired
 *   T2  while a grace period lasts, another writer goes on; once it has replaced too much it gives
 *       its processor away in each call, until the grace period is over
 *
 * This thread enters a read section, as a reader that has no processor would be in one. Ledgers are
 * prefaulted, since an index that grows waits for a grace period, too. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/grace.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { CALL = 500, CALLS = 80 }; /* two versions a transfer: more than twice FLOOD of them */

/* What `spin` calls when it yields: of this thread. */
static _Thread_local unsigned yields;

int sched_yield(void)
{
    yields++;
    return (int)syscall(SYS_sched_yield);
}

static quipu_ledger *open_with_two_accounts(void)
{
    const quipu_options options = {
        .protocol = QUIPU_RCU,
        .account_capacity = 2,
        .transfer_capacity = 3 * CALL * CALLS,
        .prefault = 1,
    };
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_result results[2];
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    return ledger;
}

struct writer {
    quipu_ledger *ledger;
    uint64_t first_id, done; /* done: shared, 1 when it has written all */
    unsigned last_yields;    /* in its last call */
    pthread_t thread;
};

static void call_once(struct writer *writer)
{
    quipu_transfer transfers[CALL];
    quipu_result results[CALL];

    for (unsigned i = 0; i < CALL; i++)
        transfers[i] = a_transfer(writer->first_id++, 1, 2, 1);
    yields = 0;
    cr_assert_eq(quipu_create_transfers(writer->ledger, transfers, CALL, results), QUIPU_OK);
    for (unsigned i = 0; i < CALL; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    writer->last_yields = yields;
}

static void *write_all(void *context)
{
    struct writer *writer = context;

    for (unsigned i = 0; i < CALLS; i++)
        call_once(writer);
    (void)shared_add(&writer->done, 1);
    return NULL;
}

/* Of the first account: in a read section, until another thread has written all. */
static bool write_meanwhile(void *context, const quipu_account *account, uint64_t version)
{
    struct writer *writer = context;

    (void)account;
    (void)version;
    quipui_grace_enter();
    cr_assert_eq(pthread_create(&writer->thread, NULL, write_all, writer), 0);
    cr_assert_eq(pthread_join(writer->thread, NULL), 0);
    quipui_grace_leave();
    return false;
}

Test(reclaim, t1_no_grace_period_in_vain, .timeout = 20)
{
    struct writer writer = {.ledger = open_with_two_accounts(), .first_id = 1};

    cr_assert_eq(quipu_snapshot(writer.ledger, write_meanwhile, &writer), QUIPU_OK);
    cr_assert_eq(writer.done, 1);
    cr_assert_eq(ledger_account(writer.ledger, 1, NULL).debits_posted, CALL * CALLS);
    ledger_close(writer.ledger);
}

/* Two of them. The first to find enough retired waits for a grace period; the other goes on. */
static void start_two(struct writer *writers, quipu_ledger *ledger)
{
    for (unsigned i = 0; i < 2; i++) {
        writers[i] = (struct writer){.ledger = ledger, .first_id = 1 + i * CALL * CALLS};
        cr_assert_eq(pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
    }
}

Test(reclaim, t2_writers_give_way, .timeout = 60)
{
    quipu_ledger *ledger = open_with_two_accounts();
    struct writer writers[2], after = {.ledger = ledger, .first_id = 1 + 2 * CALL * CALLS};
    unsigned first = 0;

    cr_assert(grace_join());
    quipui_grace_enter();
    start_two(writers, ledger);
    while (shared_read(&writers[first].done) == 0) {
        first = !first;
        (void)sched_yield();
    }
    cr_expect_geq(writers[first].last_yields, SPIN_YIELDS);
    cr_expect_eq(shared_read(&writers[!first].done), 0);
    quipui_grace_leave();

    for (unsigned i = 0; i < 2; i++)
        cr_assert_eq(pthread_join(writers[i].thread, NULL), 0);
    call_once(&after);
    cr_expect_lt(after.last_yields, SPIN_YIELDS);
    cr_assert_eq(ledger_account(ledger, 1, NULL).debits_posted, CALL * (2 * CALLS + 1));
    ledger_close(ledger);
}
