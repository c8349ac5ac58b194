/* test_kept_queue.c - a queue over a journal that the test holds: completions come when they are
 * durable.
 *
 *   T1  submits return while nothing is durable; no completion comes before its frame (Q1)
 *   T2  completions come in the order in which they become durable
 *   T3  a read hangs on what it has seen; what hangs on nothing is ready at once
 *   T4  the flusher is woken by a queue alone; one sync serves all that came meanwhile
 *   T5  the descriptor is written when something becomes ready, and not for nothing
 *   T6  a failure is the status of all that is not durable; results are zeroed
 *   T7  a ring without room is QUIPU_BUSY, not a wait; the descriptor says when there is room (Q4)
 *   T8  calls that wait and queues do not disturb each other */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "api/ledger.h"
#include "journal/journal_parts.h"
#include "quipu/queue.h"
#include "support/held_log.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { DEPTH = 64 };

static uint64_t now;
static quipu_ledger *ledger;
static struct store *store;
static struct held_log *held;
static quipu_queue *queue;

/* A ledger with accounts 1 and 2 and transfer 1 between them, all durable, on an idle journal. */
static void begin_with(const struct journal_options *options, quipu_protocol protocol)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_transfer transfer = a_transfer(1, 1, 2, 100);
    quipu_result results[2];

    now = NOON;
    held = held_log_new();
    ledger = ledger_open(protocol, &now);
    store = &ledger->store;
    cr_assert_eq(quipui_journal_open(store, &held->log, options, NULL), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, &transfer, 1, results), QUIPU_OK);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    cr_assert_eq(quipu_queue_open(ledger, DEPTH, &queue), QUIPU_OK);
}

static void begin(void)
{
    begin_with(&(struct journal_options){.buffered = false}, QUIPU_OPTIMISTIC);
}

static quipu_status end(void)
{
    quipu_status status;

    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    status = quipui_journal_close(store, NULL);
    ledger_close(ledger);
    held_log_free(held);
    return status;
}

static bool is_readable(void)
{
    struct pollfd poll_of = {.fd = quipu_queue_fd(queue), .events = POLLIN};

    return poll(&poll_of, 1, 0) == 1;
}

/* A transfer of this id; the context is its result. */
static quipu_result results[HELD_IDS];

static quipu_status submit(uint64_t id)
{
    static quipu_transfer event;

    event = a_transfer(id, 1, 2, 1);
    return quipu_submit_create_transfers(queue, &event, 1, &results[id], &results[id]);
}

/* Wait for the next completion. */
static quipu_completion reap(void)
{
    quipu_completion completion;

    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    return completion;
}

static void expect_none(void)
{
    quipu_completion completion;

    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
}

/* Reap until nothing is left, asleep on the descriptor in between. */
static size_t reap_all(size_t count)
{
    quipu_completion completions[3];
    struct pollfd poll_of = {.fd = quipu_queue_fd(queue), .events = POLLIN};
    size_t reaped = 0;

    while (reaped < count) {
        size_t taken;

        cr_assert_eq(poll(&poll_of, 1, -1), 1);
        while ((taken = quipu_reap(queue, completions, 3)) > 0)
            reaped += taken;
    }
    return reaped;
}

/* T1, T2 */
EVERY_PROTOCOL(kept_queue, completes_when_it_is_durable)
{
    begin_with(&(struct journal_options){.buffered = false}, protocols[*protocol_index]);
    held_log_hold(held);
    for (uint64_t id = 10; id < 30; id++) {
        cr_assert_eq(submit(id), QUIPU_OK);
        expect_none();
    }
    held_log_await(held);
    cr_assert_not(held_log_has(held, 10));
    expect_none();
    cr_assert_not(is_readable());
    cr_assert_eq(quipu_queue_wait(queue, 1), QUIPU_BUSY);
    held_log_let_go(held);
    for (uint64_t id = 10; id < 30; id++) {
        quipu_completion completion = reap();

        cr_assert(held_log_has(held, id));
        cr_assert_eq(completion.context, &results[id]);
        cr_assert_eq(completion.status, QUIPU_OK);
        cr_assert_eq(results[id].status, QUIPU_CREATED);
    }
    expect_none();
    cr_assert_not(is_readable());
    cr_assert_eq(end(), QUIPU_OK);
}

/* T3 */
Test(kept_queue, reads_hang_on_what_they_have_seen)
{
    quipu_uint128 ids[] = {1, 10};
    quipu_transfer transfers[2];

    begin();
    held_log_hold(held);
    cr_assert_eq(submit(10), QUIPU_OK);
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &ids[1], 1, &transfers[1], NULL, &ids[1]),
                 QUIPU_OK);
    expect_none();
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &ids[0], 1, &transfers[0], NULL, &ids[0]),
                 QUIPU_OK);
    cr_assert(is_readable(), "what it has seen is durable");
    cr_assert_eq(reap().context, &ids[0]);
    expect_none();
    ledger->reads_latest = true;
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &ids[1], 1, &transfers[0], NULL, &ids[0]),
                 QUIPU_OK);
    cr_assert_eq(reap().context, &ids[0], "the latest is ready at once");
    ledger->reads_latest = false;
    expect_none();
    held_log_let_go(held);
    cr_assert_eq(reap().context, &results[10]);
    cr_assert_eq(reap().context, &ids[1]);
    cr_assert(transfers[1].id == 10);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T2: what was ready before stays before what is ready at once. */
Test(kept_queue, keeps_the_order_in_which_answers_become_durable)
{
    quipu_uint128 id = 1;
    quipu_transfer transfer;

    begin();
    cr_assert_eq(submit(10), QUIPU_OK);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &id, 1, &transfer, NULL, &id), QUIPU_OK);
    ledger->reads_latest = true;
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &id, 1, &transfer, NULL, &transfer),
                 QUIPU_OK);
    ledger->reads_latest = false;
    cr_assert_eq(reap().context, &id, "it hangs on what has been durable for longest");
    cr_assert_eq(reap().context, &results[10]);
    cr_assert_eq(reap().context, &transfer);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T4. The first wakes the flusher, whose append is held; the others are all in the next. */
Test(kept_queue, one_sync_serves_all_that_came_meanwhile)
{
    uint64_t appends;

    begin();
    appends = held_log_appends(held);
    held_log_hold(held);
    cr_assert_eq(submit(10), QUIPU_OK);
    held_log_await(held);
    for (uint64_t id = 11; id < 50; id++)
        cr_assert_eq(submit(id), QUIPU_OK);
    held_log_let_go(held);
    cr_assert_eq(reap_all(40), 40);
    cr_assert_eq(held_log_appends(held), appends + 2);
    cr_assert_eq(end(), QUIPU_OK);
}

static bool flusher_sleeps(void)
{
    struct waiters *waiters = &store->journal->waiters;
    bool sleeps;

    lock_take(&waiters->lock);
    sleeps = waiters->awake_at == 1;
    lock_leave(&waiters->lock);
    return sleeps;
}

/* T4: again and again, from its sleep. */
Test(kept_queue, wakes_the_flusher)
{
    begin();
    for (uint64_t id = 10; id < 200; id++) {
        while (!flusher_sleeps())
            sched_yield();
        cr_assert_eq(submit(id), QUIPU_OK);
        cr_assert_eq(reap().context, &results[id]);
    }
    cr_assert_eq(end(), QUIPU_OK);
}

/* T5 */
Test(kept_queue, is_not_woken_for_nothing)
{
    quipu_result result;

    begin();
    for (uint64_t id = 10; id < 20; id++) {
        quipu_transfer other = a_transfer(100 + id, 1, 2, 1);

        cr_assert_eq(submit(id), QUIPU_OK);
        cr_assert_eq(reap_all(1), 1);
        expect_none();
        cr_assert_not(is_readable());
        cr_assert_eq(quipu_create_transfers(ledger, &other, 1, &result), QUIPU_OK);
        cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
        cr_assert_not(is_readable(), "the queue does not need that horizon");
    }
    cr_assert_eq(end(), QUIPU_OK);
}

/* T5: a sync that is submitted completes with what was submitted before it. */
Test(kept_queue, syncs)
{
    int context;

    begin_with(&(struct journal_options){.buffered = true, .flush_interval = 1000000},
               QUIPU_OPTIMISTIC);
    held_log_hold(held);
    cr_assert_eq(submit(10), QUIPU_OK);
    cr_assert_eq(reap().context, &results[10], "a buffered answer is ready at once");
    cr_assert_eq(quipu_submit_sync(queue, &context), QUIPU_OK);
    expect_none();
    cr_assert_not(held_log_has(held, 10));
    held_log_let_go(held);
    cr_assert_eq(reap().context, &context);
    cr_assert(held_log_has(held, 10));
    cr_assert_eq(end(), QUIPU_OK);
}

/* T6 */
Test(kept_queue, learns_of_a_failure)
{
    quipu_transfer event = a_transfer(30, 1, 2, 1);
    quipu_completion completion;
    quipu_receipt receipt;
    quipu_uint128 id = 1;
    quipu_transfer transfer;

    begin();
    cr_assert_eq(submit(10), QUIPU_OK);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    held_log_hold(held);
    cr_assert_eq(submit(11), QUIPU_OK);
    cr_assert_eq(quipu_submit_commit(queue, NULL, 0, &event, 1, &results[30], &receipt, &receipt),
                 QUIPU_OK);
    held_log_await(held);
    held_log_refuse(held, QUIPU_NO_SPACE);
    held_log_let_go(held);
    completion = reap();
    cr_assert_eq(completion.context, &results[10]);
    cr_assert_eq(completion.status, QUIPU_OK, "it is durable");
    completion = reap();
    cr_assert_eq(completion.context, &results[11]);
    cr_assert_eq(completion.status, QUIPU_NO_SPACE);
    cr_assert_eq(results[11].status, 0, "no results are given");
    completion = reap();
    cr_assert_eq(completion.context, &receipt);
    cr_assert_eq(completion.status, QUIPU_NO_SPACE);
    cr_assert_eq(receipt.debit_version, 0);
    expect_none();

    results[12].status = QUIPU_CREATED;
    cr_assert_eq(submit(12), QUIPU_OK);
    cr_assert_eq(reap().status, QUIPU_NO_SPACE, "nothing is taken any more");
    cr_assert_eq(results[12].status, 0);
    cr_assert_eq(quipu_submit_sync(queue, NULL), QUIPU_OK);
    cr_assert_eq(reap().status, QUIPU_NO_SPACE);
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &id, 1, &transfer, NULL, NULL), QUIPU_OK);
    cr_assert_eq(reap().status, QUIPU_OK, "it was durable");
    cr_assert_eq(end(), QUIPU_NO_SPACE);
}

/* T7 */
static quipu_transfer many[QUIPU_BATCH_MAX];
static quipu_result many_results[QUIPU_BATCH_MAX];

static quipu_status submit_many(uint64_t id)
{
    for (size_t i = 0; i < QUIPU_BATCH_MAX; i++)
        many[i] = a_transfer(id + i, 1, 2, 1);
    return quipu_submit_create_transfers(queue, many, QUIPU_BATCH_MAX, many_results, many);
}

Test(kept_queue, is_busy_where_a_ring_has_no_room)
{
    quipu_uint128 id = 100000;
    quipu_completion completion;
    quipu_transfer transfer;
    quipu_status status;
    uint64_t batches = 0;
    size_t reaped = 0;

    begin();
    held_log_hold(held);
    while ((status = submit_many(id)) == QUIPU_OK) {
        batches++;
        id += QUIPU_BATCH_MAX;
    }
    cr_assert_eq(status, QUIPU_BUSY);
    cr_assert_geq(batches, 1);
    ledger->reads_latest = true;
    cr_assert_eq(quipu_lookup_transfers(ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    cr_assert(transfer.id == 0, "nothing was done");
    ledger->reads_latest = false;
    held_log_let_go(held);
    while (reaped < batches) {
        cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
        reaped += quipu_reap(queue, &completion, 1);
    }
    while ((status = submit_many(id)) == QUIPU_BUSY)
        cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK, "it says when");
    cr_assert_eq(status, QUIPU_OK);
    cr_assert_eq(reap_all(1), 1);
    cr_assert_eq(end(), QUIPU_OK);
}

static void submit_until_busy(uint64_t *id)
{
    for (; submit_many(*id) == QUIPU_OK; *id += QUIPU_BATCH_MAX)
        continue;
}

/* T7: a loop that sleeps on the descriptor, and has nothing in flight, hears that there is room. */
Test(kept_queue, is_told_that_there_is_room)
{
    struct pollfd poll_of = {.events = POLLIN};
    quipu_completion completion;
    quipu_queue *other, *own;
    uint64_t id = 100000;

    begin();
    cr_assert_eq(quipu_queue_open(ledger, DEPTH, &other), QUIPU_OK);
    own = queue;
    queue = other;
    held_log_hold(held);
    submit_until_busy(&id);
    held_log_await(held); /* until then the flusher makes room */
    submit_until_busy(&id);
    queue = own;
    poll_of.fd = quipu_queue_fd(queue);
    cr_assert_eq(submit_many(id), QUIPU_BUSY);
    expect_none();
    cr_assert_not(is_readable());
    held_log_let_go(held);
    while (submit_many(id) == QUIPU_BUSY) {
        cr_assert_eq(poll(&poll_of, 1, -1), 1);
        expect_none();
    }
    cr_assert_eq(reap_all(1), 1);
    while (quipu_queue_wait(other, UINT64_MAX) == QUIPU_OK)
        (void)quipu_reap(other, &completion, 1);
    cr_assert_eq(quipu_queue_close(other), QUIPU_OK);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T8 */
static void mix(void *context, unsigned index)
{
    uint64_t first = 1000 + 8000 * index, count = threads_work(2000);
    quipu_completion completions[DEPTH];
    quipu_queue *own;
    size_t flight = 0, taken;

    (void)context;
    if (index % 2 == 0) {
        for (uint64_t i = 0; i < count; i++) {
            quipu_transfer event = a_transfer(first + i, 1, 2, 1);

            cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &results[first + i]), QUIPU_OK);
            cr_assert(held_log_has(held, first + i));
        }
        return;
    }
    cr_assert_eq(quipu_queue_open(ledger, DEPTH, &own), QUIPU_OK);
    for (uint64_t i = 0; i < count || flight > 0;) {
        while (i < count && flight < 1 + i % DEPTH) {
            quipu_transfer event = a_transfer(first + i, 1, 2, 1);

            cr_assert_eq(quipu_submit_create_transfers(own, &event, 1, &results[first + i],
                                                       &results[first + i]),
                         QUIPU_OK);
            i++;
            flight++;
        }
        cr_assert_eq(quipu_queue_wait(own, UINT64_MAX), QUIPU_OK);
        while ((taken = quipu_reap(own, completions, DEPTH)) > 0) {
            for (size_t c = 0; c < taken; c++) {
                quipu_result *result = completions[c].context;

                cr_assert_eq(completions[c].status, QUIPU_OK);
                cr_assert_eq(result->status, QUIPU_CREATED);
                cr_assert(held_log_has(held, (uint64_t)(result - results)));
            }
            flight -= taken;
        }
    }
    cr_assert_eq(quipu_queue_close(own), QUIPU_OK);
}

Test(kept_queue, lives_beside_calls_that_wait)
{
    begin();
    threads_run(6, mix, NULL);
    cr_assert_eq(end(), QUIPU_OK);
}

static uint64_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    shared_add(&interrupted, 1);
}

static void wait_or_interrupt(void *context, unsigned index)
{
    pthread_t *sleeper = context;

    if (index == 0) {
        __atomic_store_n(sleeper, pthread_self(), __ATOMIC_RELEASE);
        errno = 77;
        cr_assert_eq(reap().status, QUIPU_OK);
        cr_assert_eq(errno, 77, "errno is not ours");
        shared_add(&interrupted, 1000);
        return;
    }
    while (__atomic_load_n(sleeper, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    for (uint64_t i = 1; i < 100; i++) {
        cr_assert_eq(pthread_kill(*sleeper, SIGUSR2), 0);
        while (shared_read(&interrupted) < i)
            sched_yield();
    }
    cr_assert_eq(shared_read(&interrupted), 99, "it still waits");
    held_log_let_go(held);
}

/* A signal does not end the wait. */
Test(kept_queue, waits_through_signals)
{
    struct sigaction action = {.sa_handler = interrupt};
    pthread_t sleeper = 0;

    cr_assert_eq(sigaction(SIGUSR2, &action, NULL), 0);
    begin();
    held_log_hold(held);
    cr_assert_eq(submit(10), QUIPU_OK);
    held_log_await(held);
    threads_run(2, wait_or_interrupt, &sleeper);
    cr_assert_eq(end(), QUIPU_OK);
}
