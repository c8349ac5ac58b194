/* test_queues.c - several queues in several threads, beside a thread of plain calls: the history is
 * strictly serializable.
 *
 * The interval of a call is from its submit to its reaping. A queue has a window of calls in
 * flight; each place in the window is a tape. There is a journal, so completions come later than
 * submits, and out of their order.
 *
 *   T1  the checker finds nothing (cas: per account)
 *   T2  each submit has exactly one completion
 *   T3  what a completion says was created is in the log by then */
#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"
#include "checker/checker.h"
#include "checker/stamp.h"
#include "quipu/queue.h"
#include "support/held_log.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum {
    QUEUES = 3,
    WINDOW = 5,
    CALLS = 6000,
    ACCOUNTS = 4,
    EVENTS = 3,
    TAPES = QUEUES * WINDOW + 2
};

/* A call in flight. */
struct flight {
    struct tape *tape;
    bool is_read;
    uint64_t begin, completions;
    size_t count;
    quipu_transfer events[EVENTS];
    quipu_result results[EVENTS];
    quipu_uint128 ids[ACCOUNTS];
    quipu_account accounts[ACCOUNTS];
    uint64_t versions[ACCOUNTS];
};

struct scene {
    quipu_ledger *ledger;
    struct held_log *log;
    struct history history;
    uint64_t next_id;
    unsigned calls; /* of a thread */
};

static struct history_step *add(struct tape *tape, enum history_kind kind)
{
    struct history_step *step = tape_step(tape, kind);

    cr_assert_not_null(step);
    return step;
}

/* A call is answered: it goes to its tape. */
static void record(struct scene *scene, struct flight *flight)
{
    uint64_t end = stamp_end(true);

    cr_assert_not_null(tape_call(flight->tape, flight->begin, end));
    for (size_t i = 0; i < flight->count && !flight->is_read; i++) {
        struct history_step *step = add(flight->tape, HISTORY_TRANSFER);

        step->status = flight->results[i].status;
        step->transfer = flight->events[i];
        if (step->status != QUIPU_CREATED) continue;
        cr_assert(held_log_has(scene->log, (uint64_t)flight->events[i].id)); /* T3 */
    }
    for (size_t i = 0; i < flight->count && flight->is_read; i++) {
        struct history_step *step = add(flight->tape, HISTORY_READ);

        step->account = flight->accounts[i];
        step->account.id = flight->ids[i];
        step->version = flight->versions[i];
    }
}

/* Some transfers, at times a chain; or a read of some accounts. */
static void draw(struct scene *scene, struct random *random, struct flight *flight)
{
    flight->is_read = random_one_in(random, 3);
    flight->count = 1 + random_below(random, EVENTS);
    for (size_t i = 0; i < flight->count; i++) {
        uint32_t debit = random_below(random, ACCOUNTS);
        uint32_t credit = (debit + 1 + random_below(random, ACCOUNTS - 1)) % ACCOUNTS;

        flight->ids[i] = 1 + (debit + i) % ACCOUNTS;
        flight->events[i] = a_transfer(0, 1 + debit, 1 + credit, 1 + random_below(random, 30));
        if (!flight->is_read) flight->events[i].id = shared_add(&scene->next_id, 1);
        if (i + 1 < flight->count && random_one_in(random, 2)) {
            flight->events[i].flags = QUIPU_TRANSFER_LINKED;
        }
    }
    flight->begin = stamp_begin(true);
}

static void submit(struct scene *scene, struct random *random, quipu_queue *queue,
                   struct flight *flight)
{
    quipu_status status;

    draw(scene, random, flight);
    status = flight->is_read
                 ? quipu_submit_lookup_accounts(queue, flight->ids, flight->count, flight->accounts,
                                                flight->versions, flight)
                 : quipu_submit_create_transfers(queue, flight->events, flight->count,
                                                 flight->results, flight);
    cr_assert_eq(status, QUIPU_OK);
}

/* Completions of a queue, as they come; their places in the window are free then. */
static unsigned reap(struct scene *scene, quipu_queue *queue, struct flight **free)
{
    quipu_completion completions[2];
    unsigned freed = 0;
    size_t taken;

    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    while ((taken = quipu_reap(queue, completions, 2)) > 0) {
        for (size_t i = 0; i < taken; i++) {
            struct flight *flight = completions[i].context;

            cr_assert_eq(completions[i].status, QUIPU_OK);
            flight->completions++;
            record(scene, flight);
            free[freed++] = flight;
        }
    }
    return freed;
}

static void run_queue(struct scene *scene, unsigned index)
{
    static struct flight flights[QUEUES][WINDOW];
    struct flight *own = flights[index], *free[WINDOW];
    struct random random = {100 + index};
    unsigned begun = 0, count = WINDOW;
    uint64_t completions = 0;
    quipu_queue *queue;

    cr_assert_eq(quipu_queue_open(scene->ledger, WINDOW, &queue), QUIPU_OK);
    for (unsigned i = 0; i < WINDOW; i++) {
        own[i] = (struct flight){.tape = &scene->history.tapes[index * WINDOW + i]};
        free[i] = &own[i];
    }
    while (begun < scene->calls) {
        while (count > 0 && begun < scene->calls) {
            submit(scene, &random, queue, free[--count]);
            begun++;
        }
        count += reap(scene, queue, free + count);
    }
    while (count < WINDOW)
        count += reap(scene, queue, free + count);
    for (unsigned i = 0; i < WINDOW; i++)
        completions += own[i].completions;
    cr_assert_eq(completions, begun); /* T2 */
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
}

static void run_plain(struct scene *scene)
{
    struct flight flight = {.tape = &scene->history.tapes[QUEUES * WINDOW]};
    struct random random = {7};

    for (unsigned i = 0; i < scene->calls; i++) {
        quipu_status status;

        draw(scene, &random, &flight);
        status = flight.is_read ? quipu_lookup_accounts(scene->ledger, flight.ids, flight.count,
                                                        flight.accounts, flight.versions)
                                : quipu_create_transfers(scene->ledger, flight.events, flight.count,
                                                         flight.results);
        cr_assert_eq(status, QUIPU_OK);
        record(scene, &flight);
    }
}

static void run(void *context, unsigned index)
{
    if (index < QUEUES) {
        run_queue(context, index);
    } else {
        run_plain(context);
    }
}

/* Account 1 has no limit, the others may not be overdrawn. */
static void make_accounts(struct scene *scene)
{
    struct tape *tape = &scene->history.tapes[TAPES - 1];
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];
    uint64_t begin = stamp_begin(true);

    for (unsigned i = 0; i < ACCOUNTS; i++) {
        uint16_t flags = i > 0 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0;

        accounts[i] = a_flagged_account(1 + i, flags);
    }
    cr_assert_eq(quipu_create_accounts(scene->ledger, accounts, ACCOUNTS, results), QUIPU_OK);
    cr_assert_not_null(tape_call(tape, begin, stamp_end(true)));
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        struct history_step *step = add(tape, HISTORY_ACCOUNT);

        step->status = results[i].status;
        step->version = 1;
        step->account = accounts[i];
        step->account.timestamp = results[i].timestamp;
    }
}

/* What was created, as it was stored. */
static void complete(struct scene *scene)
{
    for (size_t t = 0; t < TAPES; t++) {
        struct tape *tape = &scene->history.tapes[t];

        for (size_t i = 0; i < tape->step_count; i++) {
            struct history_step *step = &tape->steps[i];
            quipu_uint128 id = step->transfer.id;

            if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED) continue;
            cr_assert_eq(
                quipu_lookup_transfers(scene->ledger, &id, 1, &step->transfer, &step->versions),
                QUIPU_OK);
            cr_assert(step->transfer.id == id);
        }
    }
}

EVERY_PROTOCOL(queues, are_strictly_serializable)
{
    const struct journal_options options = {.buffered = false};
    quipu_protocol protocol = protocols[*protocol_index];
    struct checker *checker = checker_new();
    struct scene scene = {.next_id = 100, .calls = threads_work(CALLS)};
    struct verdict verdict;

    scene.ledger = ledger_open(protocol, NULL);
    scene.log = held_log_new();
    cr_assert(checker != NULL && history_open(&scene.history, TAPES));
    scene.history.promise = protocol == QUIPU_CAS ? HISTORY_PER_ACCOUNT : HISTORY_SERIALIZABLE;
    cr_assert_eq(quipui_journal_open(&scene.ledger->store, &scene.log->log, &options, NULL),
                 QUIPU_OK);
    make_accounts(&scene);
    threads_run(QUEUES + 1, run, &scene);
    complete(&scene);
    cr_assert(checker_run(checker, &scene.history, &verdict));
    checker_print(checker, &scene.history, stderr);
    cr_assert_eq(verdict.anomaly_count, 0, "%s", anomaly_name(verdict.first));
    cr_assert_geq(verdict.calls, (QUEUES + 1) * scene.calls);
    checker_free(checker);
    history_close(&scene.history);
    cr_assert_eq(quipui_journal_close(&scene.ledger->store, NULL), QUIPU_OK);
    ledger_close(scene.ledger);
    held_log_free(scene.log);
}
