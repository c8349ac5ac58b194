/* play.c - operations of a program, made and recorded; see play.h. */
#include "machines/explore/play.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"
#include "base/event.h"
#include "machines/explore/arena.h"
#include "machines/explore/event.h"
#include "machines/explore/far.h"
#include "machines/explore/flusher.h"
#include "machines/explore/grace.h"
#include "machines/explore/kept.h"
#include "machines/explore/points.h"
#include "quipu/connect.h"

#define NOON UINT64_C(1700000000000000000)

/* Imported transfers are so old, and their accounts older. */
#define LONG_AGO 1000

static uint64_t read_clock(void *context)
{
    struct stage *stage = context;

    explore_point(arena_nowhere(OF_CLOCK), false, __func__, __LINE__);
    return stage->now;
}

/* Between two calls of a fiber others may run: their order in real time is of interest. */
uint64_t stage_begin_call(void)
{
    explore_point(arena_nowhere(OF_CALLS), true, "begin_call", 0);
    return scheduler_time();
}

static void require(struct stage *stage, bool claim, const char *otherwise)
{
    if (!claim && stage->trouble == NULL) stage->trouble = otherwise;
}

struct history_step *stage_step(struct tape *tape, enum history_kind kind)
{
    struct history_step *step = tape_step(tape, kind);

    if (step == NULL) abort(); /* stage_open() made room */
    return step;
}

struct history_call *stage_end_call(struct stage *stage, struct tape *tape, uint64_t begin)
{
    struct history_call *call = tape_call(tape, begin, scheduler_time());

    if (call == NULL || tape->call_count > CALLS_MAX) abort(); /* stage_open() made room */
    stage->durable[tape - stage->history.tapes][tape->call_count - 1] = kept_frames();
    return call;
}

quipu_uint128 stage_id(const struct stage *stage, uint32_t id)
{
    quipu_uint128 real = id;
    bool same_home = id >= SAME_HOME;
    uint32_t wanted = id - (same_home ? SAME_HOME : SAME_SHARD);

    if (id < SAME_SHARD) return id;
    for (;; real++) {
        uint64_t hash = index_hash(&stage->ledger->store.transfer_ids, real);

        if (index_shard_number(hash) != 0) continue;
        if ((!same_home || index_fingerprint(hash) >> 63 == 0) && wanted-- == 0) return real;
    }
}

static size_t count_ids(const uint32_t *accounts)
{
    size_t count = 0;

    while (count < ACCOUNTS_MAX && accounts[count] != 0)
        count++;
    return count;
}

size_t stage_events(const struct stage *stage, const struct op *op, quipu_transfer *events)
{
    size_t count = 0;

    for (; count < EVENTS_MAX && op->events[count].id != 0; count++) {
        const struct event *event = &op->events[count];
        bool resolves = event->pending_id != 0;

        events[count] =
            (quipu_transfer){.id = stage_id(stage, event->id),
                             .debit_account_id = event->debit,
                             .credit_account_id = event->credit,
                             .amount = event->amount,
                             .pending_id = resolves ? stage_id(stage, event->pending_id) : 0,
                             .timeout = event->timeout,
                             .ledger = resolves ? 0 : 1,
                             .code = resolves ? 0 : 1,
                             .flags = event->flags};
        if (event->flags & QUIPU_TRANSFER_IMPORTED) events[count].timestamp = LONG_AGO + event->id;
    }
    return count;
}

/* Reap at most so often, until nothing is found; `first` comes before the other. Returns how many
 * are missing. */
static unsigned reap(struct stage *stage, quipu_queue *queue, const void *first, unsigned missing,
                     unsigned most)
{
    quipu_completion completion;

    while (most-- > 0 && quipu_reap(queue, &completion, 1) > 0) {
        missing--;
        require(stage, completion.status == QUIPU_OK, "a submit failed");
        require(stage, missing == 0 || completion.context == first,
                "the sync came before what it is for");
    }
    return missing;
}

/* The call by a queue, and a sync behind it, which completes as well. An event loop sleeps before
 * it reaps; some also reap when they have submitted: here if the first id is odd. Some reap once
 * for each time that they are woken: if three divides it. */
static quipu_status submit_transfers(struct stage *stage, quipu_queue *queue,
                                     const quipu_transfer *events, size_t count,
                                     quipu_result *results)
{
    unsigned missing = 2, most = events[0].id % 3 == 0 ? 1 : UINT_MAX;
    quipu_status status;

    /* Ends: the ring is drained, and the queue is told so. */
    while ((status = quipu_submit_create_transfers(queue, events, count, results, results)) ==
           QUIPU_BUSY) {
        (void)quipui_event_wait(quipu_queue_fd(queue), EVENT_FOR_EVER);
        (void)reap(stage, queue, results, 1, UINT_MAX);
    }
    require(stage, quipu_submit_sync(queue, NULL) == QUIPU_OK, "quipu_submit_sync() failed");
    if (events[0].id % 2 != 0) missing = reap(stage, queue, results, missing, UINT_MAX);
    while (missing > 0) {
        (void)quipui_event_wait(quipu_queue_fd(queue), EVENT_FOR_EVER);
        missing = reap(stage, queue, results, missing, most);
    }
    return status;
}

static void play_transfers(struct stage *stage, struct tape *tape, uint32_t fiber,
                           const struct op *op)
{
    quipu_transfer events[EVENTS_MAX];
    quipu_result results[EVENTS_MAX];
    size_t count = stage_events(stage, op, events);
    uint64_t begin = stage_begin_call();
    bool in_setup = fiber == FIBERS_MAX;
    quipu_queue *queue = in_setup ? NULL : stage->queues[fiber];
    quipu_ledger *ledger = in_setup || stage->far == NULL ? stage->ledger : stage->far;
    quipu_status status = queue != NULL ? submit_transfers(stage, queue, events, count, results)
                                        : quipu_create_transfers(ledger, events, count, results);

    require(stage, status == QUIPU_OK, "quipu_create_transfers() failed");
    (void)stage_end_call(stage, tape, begin);
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = stage_step(tape, HISTORY_TRANSFER);

        step->status = results[i].status;
        step->transfer = events[i];
    }
}

static void record_accounts(struct tape *tape, const quipu_uint128 *ids,
                            const quipu_account *accounts, const uint64_t *versions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = stage_step(tape, HISTORY_READ);

        step->version = versions[i];
        step->account = accounts[i];
        step->account.id = ids[i];
    }
}

static size_t look_up(struct stage *stage, struct tape *tape, const uint32_t *wanted,
                      uint64_t *versions)
{
    quipu_uint128 ids[ACCOUNTS_MAX];
    quipu_account accounts[ACCOUNTS_MAX];
    size_t count = count_ids(wanted);
    struct progress look;
    uint64_t begin;
    quipu_status status;

    for (size_t i = 0; i < count; i++)
        ids[i] = wanted[i];
    begin = stage_begin_call();
    look = (struct progress){tape, tape->step_count, count, stage->now};
    status = quipu_lookup_accounts(stage->ledger, ids, count, accounts, versions);
    require(stage, status == QUIPU_OK, "quipu_lookup_accounts() failed");
    (void)stage_end_call(stage, tape, begin);
    record_accounts(tape, ids, accounts, versions, count);
    if (stage->look_count < LOOKS_MAX) stage->looks[stage->look_count++] = look;
    return count;
}

static void record_receipt(struct tape *tape, const quipu_receipt *receipt)
{
    if (receipt->debit_version != 0) {
        record_accounts(tape, &receipt->debit.id, &receipt->debit, &receipt->debit_version, 1);
    }
    if (receipt->credit_version != 0) {
        record_accounts(tape, &receipt->credit.id, &receipt->credit, &receipt->credit_version, 1);
    }
}

static void play_commit(struct stage *stage, struct tape *tape, const struct op *op)
{
    quipu_transfer events[EVENTS_MAX];
    quipu_result results[EVENTS_MAX];
    quipu_receipt receipts[EVENTS_MAX];
    quipu_expectation expected[ACCOUNTS_MAX];
    uint64_t versions[ACCOUNTS_MAX], begin;
    size_t reads = look_up(stage, tape, op->accounts, versions);
    size_t count = stage_events(stage, op, events);
    quipu_status status;

    for (size_t i = 0; i < reads; i++) {
        expected[i] = (quipu_expectation){.account_id = op->accounts[i], .version = versions[i]};
    }
    begin = stage_begin_call();
    status = quipu_commit(stage->ledger, expected, reads, events, count, results, receipts);
    require(stage, status == QUIPU_OK || status == QUIPU_CONFLICT, "quipu_commit() failed");
    stage_end_call(stage, tape, begin)->status = status;
    for (size_t i = 0; i < reads; i++) {
        struct history_step *step = stage_step(tape, HISTORY_EXPECT);

        step->version = versions[i];
        step->account.id = op->accounts[i];
    }
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = stage_step(tape, HISTORY_TRANSFER);

        step->transfer = events[i];
        if (i + 1 < count) step->transfer.flags |= QUIPU_TRANSFER_LINKED;
        if (status != QUIPU_OK) continue;
        step->status = results[i].status;
        step->versions.debit = receipts[i].debit_version;
        step->versions.credit = receipts[i].credit_version;
        record_receipt(tape, &receipts[i]);
    }
}

static void play_create(struct stage *stage, struct tape *tape, const struct op *op)
{
    quipu_account events[ACCOUNTS_MAX];
    quipu_result results[ACCOUNTS_MAX];
    size_t count = count_ids(op->accounts);
    uint64_t begin;
    quipu_status status;

    for (size_t i = 0; i < count; i++) {
        events[i] =
            (quipu_account){.id = op->accounts[i], .ledger = 1, .code = 1, .flags = op->flags};
        if (op->flags & QUIPU_ACCOUNT_IMPORTED) events[i].timestamp = 1 + op->accounts[i];
    }
    begin = stage_begin_call();
    status = quipu_create_accounts(stage->ledger, events, count, results);
    require(stage, status == QUIPU_OK, "quipu_create_accounts() failed");
    (void)stage_end_call(stage, tape, begin);
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = stage_step(tape, HISTORY_ACCOUNT);

        step->status = results[i].status;
        step->version = 1;
        step->account = events[i];
        step->account.timestamp = results[i].timestamp;
    }
}

static bool visit(void *context, const quipu_account *account, uint64_t version)
{
    record_accounts(context, &account->id, account, &version, 1);
    return true;
}

static void play_snapshot(struct stage *stage, struct tape *tape)
{
    uint64_t begin = stage_begin_call();
    struct history_call *call = tape_call(tape, begin, begin);
    quipu_status status = quipu_snapshot(stage->ledger, visit, tape);

    call->end = scheduler_time();
    stage->durable[tape - stage->history.tapes][tape->call_count - 1] = kept_frames();
    require(stage, status == QUIPU_OK, "quipu_snapshot() failed");
}

static void play_find(struct stage *stage, struct tape *tape, const struct op *op)
{
    for (size_t i = 0; i < EVENTS_MAX && op->events[i].id != 0; i++) {
        quipu_uint128 id = stage_id(stage, op->events[i].id);
        uint64_t begin = stage_begin_call();
        quipu_transfer_versions versions;
        quipu_transfer transfer;
        quipu_status status = quipu_lookup_transfers(stage->ledger, &id, 1, &transfer, &versions);
        struct history_step *step;

        require(stage, status == QUIPU_OK, "quipu_lookup_transfers() failed");
        require(stage, transfer.id == 0 || transfer.id == id, "the transfer found is another");
        (void)stage_end_call(stage, tape, begin);
        step = stage_step(tape, HISTORY_FIND);
        step->status = transfer.id != 0;
        step->transfer = transfer;
        step->transfer.id = id;
        step->versions = versions;
    }
}

/* `fiber`: whose walk and follower it is; of the setup, none. */
static void play(struct stage *stage, struct tape *tape, uint32_t fiber, const struct op *op)
{
    const char *failed = NULL;

    switch (op->kind) {
    case OP_NONE: break;
    case OP_TRANSFERS: play_transfers(stage, tape, fiber, op); break;
    case OP_COMMIT: play_commit(stage, tape, op); break;
    case OP_CREATE: play_create(stage, tape, op); break;
    case OP_LOOKUP: {
        uint64_t versions[ACCOUNTS_MAX];

        (void)look_up(stage, tape, op->accounts, versions);
        break;
    }
    case OP_SNAPSHOT: play_snapshot(stage, tape); break;
    case OP_FIND: play_find(stage, tape, op); break;
    case OP_HISTORY: failed = sight_history(stage, &stage->walks[fiber], op); break;
    case OP_FOLLOW: failed = sight_changes(stage, &stage->followers[fiber]); break;
    case OP_HOLD: failed = sight_hold(stage, &stage->holds[fiber], op); break;
    case OP_SCAN: failed = sight_scan(stage, &stage->scans[fiber]); break;
    case OP_ACQUIRE: failed = holder_acquire(stage, &stage->holders[fiber], tape, op); break;
    case OP_RENEW: failed = holder_renew(stage, &stage->holders[fiber], tape, op); break;
    case OP_FENCED: failed = holder_commit(stage, &stage->holders[fiber], tape, op); break;
    case OP_ADVANCE:
        explore_point(arena_nowhere(OF_CLOCK), true, __func__, __LINE__);
        stage->now += op->ns;
        explore_wrote(arena_nowhere(OF_CLOCK));
        break;
    }
    require(stage, failed == NULL, failed);
}

void stage_play(void *context, uint32_t fiber)
{
    struct stage *stage = context;
    const struct op *ops = stage->program->fibers[fiber];

    if (stage->journal != NULL && fiber == stage->fibers - 1) {
        flusher_run(stage->journal);
        return;
    }
    if (stage->far != NULL && fiber == stage->fibers - 1) {
        far_run(stage->ledger);
        return;
    }
    for (size_t i = 0; i < OPS_MAX && ops[i].kind != OP_NONE; i++)
        play(stage, &stage->history.tapes[1 + fiber], fiber, &ops[i]);
    if (--stage->busy > 0) return;
    if (stage->journal != NULL) flusher_stop(stage->journal);
    if (stage->far != NULL) far_stop();
}

/* A worker for each fiber, so that schedules are not about adding one. */
static bool hire(struct stage *stage)
{
    struct workers *workers = &stage->ledger->store.workers;
    struct worker *hired[FIBERS_MAX];
    bool done = true;

    for (uint32_t i = 0; i < stage->fibers; i++) {
        hired[i] = quipui_worker_take(workers, WORKER_WRITES);
        done = done && hired[i] != NULL;
        if (done && stage->journal != NULL) done = quipui_journal_join(hired[i]);
    }
    for (uint32_t i = 0; i < stage->fibers; i++) {
        if (hired[i] != NULL) quipui_worker_give_back(hired[i]);
    }
    return done;
}

/* The ledger remembers: by the explorer's own log. */
static bool open_journal(struct stage *stage)
{
    const struct journal_options options = {.buffered = false};
    struct store *store = &stage->ledger->store;

    if (quipui_journal_open(store, kept_log(), &options, NULL) != QUIPU_OK) return false;
    stage->journal = store->journal;
    flusher_is(stage->journal);
    return true;
}

bool stage_open(struct stage *stage, const struct program *program, quipu_protocol protocol)
{
    const quipu_options options = {.protocol = protocol,
                                   .account_capacity = 16,
                                   .transfer_capacity = 64,
                                   .clock = read_clock,
                                   .clock_context = stage};

    memset(stage, 0, sizeof *stage);
    arena_open();
    far_forget();
    stage->program = program;
    stage->now = NOON;
    stage->fibers = program_fibers(program) + (program->is_kept || program->is_far);
    stage->checker = checker_new();
    if (stage->checker == NULL || !history_open(&stage->history, stage->fibers + 2)) return false;
    stage->history.promise = protocol == QUIPU_CAS ? HISTORY_PER_ACCOUNT : HISTORY_SERIALIZABLE;
    for (size_t i = 0; i < stage->history.tape_count; i++) {
        if (!tape_reserve(&stage->history.tapes[i], CALLS_MAX, 64)) return false;
    }
    if (quipu_open(&options, &stage->ledger) != QUIPU_OK) return false;
    if ((program->is_kept && !open_journal(stage)) || !hire(stage)) return false;
    if (program->is_far && quipu_connect("daemon", NULL, &stage->far) != QUIPU_OK) return false;
    for (uint32_t i = 0; i < program->queues; i++) {
        if (quipu_queue_open(program->is_far ? stage->far : stage->ledger, 2, &stage->queues[i]) !=
            QUIPU_OK)
            return false;
    }
    for (size_t i = 0; i < OPS_MAX; i++)
        play(stage, &stage->history.tapes[0], FIBERS_MAX, &program->setup[i]);
    stage->kept_now = stage->now;
    kept_keep();
    far_keep();
    return stage->trouble == NULL && arena_keep();
}

void stage_close(struct stage *stage)
{
    for (uint32_t i = 0; i < FIBERS_MAX; i++) {
        follower_stop(&stage->followers[i]);
        if (stage->queues[i] != NULL) quipui_event_close(quipu_queue_fd(stage->queues[i]));
    }
    history_close(&stage->history);
    checker_free(stage->checker);
}

void stage_restore(struct stage *stage)
{
    arena_restore();
    grace_forget();
    event_forget();
    kept_restore();
    far_restore();
    stage->busy = program_fibers(stage->program);
    stage->now = stage->kept_now;
    stage->trouble = NULL;
    stage->look_count = 0;
    for (size_t i = 1; i < stage->history.tape_count; i++) {
        stage->history.tapes[i].call_count = 0;
        stage->history.tapes[i].step_count = 0;
    }
    for (uint32_t i = 0; i < stage->fibers; i++) {
        stage->walks[i].done = stage->holds[i].done = stage->scans[i].done = false;
        stage->holders[i] = (struct holder){0};
        follower_stop(&stage->followers[i]);
        follower_start(&stage->followers[i]);
    }
}

static void complete(struct stage *stage, struct tape *tape)
{
    for (size_t i = 0; i < tape->step_count; i++) {
        struct history_step *step = &tape->steps[i];
        quipu_transfer stored;

        if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED) continue;
        (void)quipu_lookup_transfers(stage->ledger, &step->transfer.id, 1, &stored,
                                     &step->versions);
        require(stage, stored.id == step->transfer.id, "a transfer that was created is not there");
        step->transfer = stored;
    }
}

void stage_finish(struct stage *stage)
{
    uint32_t ids[ACCOUNTS_MAX] = {1, 2, 3, 4, 5, 6};
    uint64_t versions[ACCOUNTS_MAX];
    uint64_t count = accounts_count(&stage->ledger->store.accounts);

    ids[count] = 0;
    for (size_t i = 0; i + 1 < stage->history.tape_count; i++)
        complete(stage, &stage->history.tapes[i]);
    (void)look_up(stage, &stage->history.tapes[stage->history.tape_count - 1], ids, versions);
}
