/* test_journal.c - what is answered is durable: a journal over a log that the test holds.
 *
 *   T1  a horizon is shown when the frame that carries it is durable, not before (H1)
 *   T2  what was answered is in the log (J1, H2)
 *   T3  a call that sees what is not durable waits: reads, `exists`, refusals (H3)
 *   T4  a call that waits has given up its floor (J4)
 *   T5  a call that lacks room waits, and what is not in a ring holds the horizon back (J1)
 *   T6  around expiries stand a floor and a barrier, and the ring has them before others can go
 *       past them (J3)
 *   T7  one append serves all that wait; none is made for nobody; closing makes the last
 *   T8  if an append fails nothing that has to wait is answered any more */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "api/ledger.h"
#include "journal/journal_parts.h"
#include "protocol/expiry.h"
#include "protocol/settle.h"
#include "records/horizon.h"
#include "support/held_log.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { CROWD = 8, FULL_BATCHES = 5 };

static uint64_t now;
static quipu_protocol protocol = QUIPU_OPTIMISTIC;
static quipu_ledger *ledger;
static struct store *store;
static struct held_log *held;

/* A ledger with accounts 1 and 2 and transfer 1 between them, all durable, on an idle journal. */
static void begin_with(const struct journal_options *options)
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
}

static void begin(void)
{
    begin_with(&(struct journal_options){.buffered = false});
}

static quipu_status end(void)
{
    quipu_status status = quipui_journal_close(store, NULL);

    ledger_close(ledger);
    held_log_free(held);
    return status;
}

/* A call of its own thread. */
struct call {
    pthread_t thread;
    quipu_status (*make)(struct call *call);
    uint64_t id;
    quipu_result result;
    quipu_status status;
    uint64_t done;
};

static void *make_call(void *context)
{
    struct call *call = context;

    call->status = call->make(call);
    shared_add(&call->done, 1);
    return NULL;
}

static void start(struct call *call, quipu_status (*make)(struct call *), uint64_t id)
{
    *call = (struct call){.make = make, .id = id};
    cr_assert_eq(pthread_create(&call->thread, NULL, make_call, call), 0);
}

static quipu_status finish(struct call *call)
{
    cr_assert_eq(pthread_join(call->thread, NULL), 0);
    return call->status;
}

static quipu_status create(struct call *call)
{
    quipu_transfer transfer = a_transfer(call->id, 1, 2, 1);

    return quipu_create_transfers(ledger, &transfer, 1, &call->result);
}

static quipu_status create_hold(struct call *call)
{
    quipu_transfer transfer = a_flagged_transfer(call->id, 1, 2, 1, QUIPU_TRANSFER_PENDING);

    return quipu_create_transfers(ledger, &transfer, 1, &call->result);
}

static quipu_status refuse(struct call *call)
{
    quipu_transfer transfer = a_transfer(call->id, 1, 3, 1); /* there is no account 3 */

    return quipu_create_transfers(ledger, &transfer, 1, &call->result);
}

/* Not in a run of plain transfers, but as a unit. */
static quipu_status refuse_hold(struct call *call)
{
    quipu_transfer transfer = a_flagged_transfer(call->id, 1, 3, 1, QUIPU_TRANSFER_PENDING);

    return quipu_create_transfers(ledger, &transfer, 1, &call->result);
}

static quipu_status read_account(struct call *call)
{
    quipu_uint128 id = 1;
    quipu_account account;

    (void)call;
    return quipu_lookup_accounts(ledger, &id, 1, &account, NULL);
}

static quipu_status read_transfer(struct call *call)
{
    quipu_uint128 id = call->id;
    quipu_transfer transfer;

    return quipu_lookup_transfers(ledger, &id, 1, &transfer, NULL);
}

static uint64_t waiting(void)
{
    struct waiters *waiters = &store->journal->waiters;
    uint64_t count = 0;

    lock_take(&waiters->lock);
    for (struct waiter *w = waiters->first; w != NULL; w = w->next)
        count++;
    lock_leave(&waiters->lock);
    return count;
}

/* Until so many wait; returns false if the call is done before. */
static bool comes_to_wait(struct call *call, uint64_t count)
{
    while (waiting() < count) {
        if (shared_read(&call->done) != 0) return false;
        sched_yield();
    }
    return true;
}

/* T1 */
Test(journal, shows_a_horizon_when_it_is_durable)
{
    struct call call;
    uint64_t before;

    begin();
    before = quipui_journal_durable(store->journal);
    held_log_hold(held);
    start(&call, create, 10);
    held_log_await(held);
    cr_assert_eq(quipui_journal_durable(store->journal), before);
    cr_assert_eq(shared_read(&call.done), 0);
    held_log_let_go(held);
    cr_assert_eq(finish(&call), QUIPU_OK);
    cr_assert_gt(quipui_journal_durable(store->journal), call.result.timestamp);
    cr_assert_gt(held->horizon, call.result.timestamp);
    cr_assert(held_log_has(held, 10));
    cr_assert_eq(end(), QUIPU_OK);
}

static void create_and_look(void *context, unsigned index)
{
    uint64_t times = *(uint64_t *)context;

    for (uint64_t i = 0; i < times; i++) {
        struct call call = {.id = 100 + index * times + i};

        cr_assert_eq(create(&call), QUIPU_OK);
        cr_assert_eq(call.result.status, QUIPU_CREATED);
        cr_assert(held_log_has(held, call.id), "what was answered is in the log");
    }
}

/* T2 */
Test(journal, answers_what_is_in_the_log)
{
    uint64_t times = threads_work(2000);

    begin();
    threads_run(3, create_and_look, &times);
    cr_assert_eq(end(), QUIPU_OK);
}

/* Take all workers that are idle, so that the next call has one that has done nothing; and give
 * them back. */
static size_t take_workers(struct worker **taken)
{
    size_t count = 0;

    for (struct worker *w = workers_first(&store->workers); w != NULL && count < CROWD; w = w->next)
        if (quipui_worker_try(w, WORKER_READS)) taken[count++] = w;
    return count;
}

static void give_workers_back(struct worker **taken, size_t count)
{
    while (count > 0)
        quipui_worker_give_back(taken[--count]);
}

/* While transfer 10 is not durable, this call waits for it. */
static void waits(quipu_status (*make)(struct call *), uint64_t id, const char *what)
{
    struct worker *taken[CROWD];
    struct call first, second;
    size_t count;

    begin();
    held_log_hold(held);
    start(&first, create, 10);
    held_log_await(held);
    count = take_workers(taken);
    start(&second, make, id);
    cr_assert(comes_to_wait(&second, 2), "%s does not wait", what);
    give_workers_back(taken, count);
    cr_assert_eq(shared_read(&second.done), 0);
    held_log_let_go(held);
    cr_assert_eq(finish(&first), QUIPU_OK);
    cr_assert_eq(finish(&second), QUIPU_OK);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T3 */
Test(journal, a_read_waits_for_what_it_saw)
{
    waits(read_account, 0, "a read of an account");
}

Test(journal, a_read_without_a_worker_waits_for_what_it_saw)
{
    protocol = QUIPU_RCU;
    waits(read_account, 0, "a read of an account");
}

Test(journal, a_lookup_waits_for_what_it_found)
{
    waits(read_transfer, 10, "a lookup of a transfer");
}

Test(journal, exists_waits_for_what_exists)
{
    waits(create, 10, "`exists`");
}

Test(journal, a_refusal_waits_for_what_it_saw)
{
    waits(refuse, 11, "a refusal");
}

Test(journal, a_refused_unit_waits_for_what_it_saw)
{
    waits(refuse_hold, 11, "a refused hold");
}

Test(journal, a_unit_waits_for_itself)
{
    waits(create_hold, 11, "a hold");
}

/* T3: what is durable is not waited for. */
Test(journal, a_read_of_what_is_durable_goes_on)
{
    struct call first, second = {.id = 1};

    begin();
    held_log_hold(held);
    start(&first, create, 10);
    held_log_await(held);
    cr_assert_eq(read_transfer(&second), QUIPU_OK);
    held_log_let_go(held);
    cr_assert_eq(finish(&first), QUIPU_OK);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T4 */
Test(journal, a_call_that_waits_has_no_floor)
{
    struct call call;
    uint64_t least;

    begin();
    held_log_hold(held);
    start(&call, create, 10);
    cr_assert(comes_to_wait(&call, 1));
    cr_assert(quipui_waiters_gather(&store->journal->waiters, &least));
    cr_assert_gt(quipui_floor(store), least);
    (void)clock_draw(&store->clock, 1);
    cr_assert_gt(quipui_floor(store), clock_last(&store->clock), "it holds nobody back");
    held_log_let_go(held);
    cr_assert_eq(finish(&call), QUIPU_OK);
    cr_assert_eq(end(), QUIPU_OK);
}

static quipu_transfer many[QUIPU_BATCH_MAX];
static quipu_result many_results[QUIPU_BATCH_MAX];

static quipu_status create_many(struct call *call)
{
    quipu_status status = QUIPU_OK;

    for (int round = 0; status == QUIPU_OK && round < FULL_BATCHES; round++) {
        for (size_t i = 0; i < QUIPU_BATCH_MAX; i++)
            many[i] = a_transfer(call->id++, 1, 2, 1);
        status = quipu_create_transfers(ledger, many, QUIPU_BATCH_MAX, many_results);
    }
    return status;
}

static uint64_t published(void)
{
    uint64_t count = 0;

    for (struct worker *w = workers_first(&store->workers); w != NULL; w = w->next)
        if (worker_ring(w) != NULL) count += ring_see(worker_ring(w));
    return count;
}

/* T5. Nothing but a lack of room calls the flusher here. */
Test(journal, a_full_ring_waits_and_holds_the_horizon)
{
    struct call call;
    uint64_t calls, base, before;

    begin_with(&(struct journal_options){.buffered = true, .flush_interval = 1000000});
    held_log_hold(held);
    base = clock_last(&store->clock) + 1;
    before = published();
    calls = load_acquire(&store->journal->calls);
    start(&call, create_many, 1000);
    while (load_acquire(&store->journal->calls) == calls) {
        cr_assert_eq(shared_read(&call.done), 0, "there is no room for all");
        sched_yield();
    }
    cr_assert_leq(quipui_floor(store), base + (published() - before),
                  "what is not in the ring is not below the horizon");
    held_log_let_go(held);
    cr_assert_eq(finish(&call), QUIPU_OK);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T6. No hold is due by itself: the test does what the holder of the lock does. */
Test(journal, expiries_stand_behind_a_floor_and_a_barrier)
{
    quipu_transfer pending = a_hold(10, 1, 2, 1, 60);
    struct timeouts *timeouts;
    quipu_result result;
    uint64_t hold, drawn;

    begin();
    timeouts = &store->timeouts;
    cr_assert_eq(quipu_create_transfers(ledger, &pending, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
    held_log_hold(held);

    lock_take(&timeouts->lock);
    drawn = clock_last(&store->clock);
    quipui_expiries_begin(store);
    cr_assert_gt(store_barrier(store), drawn, "a barrier is drawn");
    cr_assert_leq(quipui_floor(store), store_barrier(store), "and the horizon stays below it");
    hold = quipui_timeouts_first(timeouts, NULL, NEVER - 1);
    cr_assert_neq(hold, NEVER);
    /* relaxed: the lock of the time-outs is taken. */
    store_relaxed(&hold_at(&store->transfers, hold)->state, hold_word(HOLD_EXPIRED, 0));
    quipui_settle_expiry(store, hold);
    cr_assert_eq(timeouts_earliest(timeouts), NEVER);
    cr_assert_eq(ring_see(store->rings.expiries), 1, "it is in the ring by then");
    cr_assert_leq(quipui_floor(store), store_barrier(store));
    quipui_expiries_end(store);
    cr_assert_gt(quipui_floor(store), store_barrier(store));
    lock_leave(&timeouts->lock);
    held_log_let_go(held);
    cr_assert_eq(end(), QUIPU_OK);
}

/* T7 */
Test(journal, one_append_serves_all_that_wait)
{
    struct call first, crowd[CROWD];
    uint64_t appends;

    begin();
    appends = held_log_appends(held);
    held_log_hold(held);
    start(&first, create, 10);
    held_log_await(held);
    for (unsigned i = 0; i < CROWD; i++) {
        start(&crowd[i], create, 20 + i);
        cr_assert(comes_to_wait(&crowd[i], 2 + i));
    }
    held_log_let_go(held);
    cr_assert_eq(finish(&first), QUIPU_OK);
    for (unsigned i = 0; i < CROWD; i++)
        cr_assert_eq(finish(&crowd[i]), QUIPU_OK);
    cr_assert_eq(held_log_appends(held), appends + 2, "the first's, and the crowd's");
    cr_assert_eq(end(), QUIPU_OK);
}

static void let_rounds_pass(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t round = load_acquire(&store->journal->rounds);

        quipui_journal_call(store->journal);
        while (load_acquire(&store->journal->rounds) == round)
            sched_yield();
    }
}

Test(journal, nothing_is_written_for_nobody)
{
    uint64_t appends;

    begin();
    appends = held_log_appends(held);
    let_rounds_pass(3);
    cr_assert_eq(held_log_appends(held), appends);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK, "and nothing new is waited for");
    cr_assert_eq(held_log_appends(held), appends);
    cr_assert_eq(end(), QUIPU_OK);
}

Test(journal, closing_writes_the_rest)
{
    struct call call = {.id = 10};

    begin_with(&(struct journal_options){.buffered = true, .flush_interval = 3600 * SECOND});
    cr_assert_eq(create(&call), QUIPU_OK, "it does not wait");
    cr_assert_eq(quipui_journal_close(store, NULL), QUIPU_OK);
    cr_assert(held_log_has(held, 10));
    cr_assert_gt(held->horizon, call.result.timestamp);
    ledger_close(ledger);
    held_log_free(held);
}

/* T8 */
Test(journal, a_failure_is_final)
{
    struct call first, late = {.id = 11}, seen = {.id = 10}, durable = {.id = 1};
    char words[256];
    uint64_t appends;

    begin();
    held_log_hold(held);
    start(&first, create, 10);
    held_log_await(held);
    held_log_refuse(held, QUIPU_NO_SPACE);
    held_log_let_go(held);
    cr_assert_eq(finish(&first), QUIPU_NO_SPACE);
    cr_assert_eq(first.result.timestamp, 0, "no result is given");
    appends = held_log_appends(held);
    held_log_refuse(held, QUIPU_OK);
    cr_assert_eq(create(&late), QUIPU_NO_SPACE);
    cr_assert_eq(quipu_sync(ledger), QUIPU_NO_SPACE);
    cr_assert_eq(read_transfer(&seen), QUIPU_NO_SPACE, "it will never be durable");
    cr_assert_eq(read_transfer(&durable), QUIPU_OK);
    cr_assert_eq(quipu_diagnose(ledger, NULL, words, sizeof words), QUIPU_NO_SPACE);
    cr_assert_not_null(strstr(words, "as it was told"));
    cr_assert_eq(held_log_appends(held), appends, "nothing is written again");
    cr_assert_eq(end(), QUIPU_NO_SPACE);
}

/* T8: those that lack room learn of it, too. */
Test(journal, a_failure_ends_the_wait_for_room)
{
    struct call call;
    uint64_t calls;

    begin_with(&(struct journal_options){.buffered = true, .flush_interval = 1000000});
    held_log_hold(held);
    calls = load_acquire(&store->journal->calls);
    start(&call, create_many, 1000);
    while (load_acquire(&store->journal->calls) == calls)
        sched_yield();
    held_log_refuse(held, QUIPU_IO);
    held_log_let_go(held);
    cr_assert_eq(finish(&call), QUIPU_IO);
    cr_assert_eq(end(), QUIPU_IO);
}
