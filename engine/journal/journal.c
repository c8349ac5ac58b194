/* journal.c - opening, closing, waiting; see journal.h. */
#include "journal/journal_parts.h"

#include <string.h>

#include "base/futex.h"
#include "base/thread.h"
#include "records/horizon.h"

/* A frame is written when somebody waits for it, or when so much has come together. */
#define OUTBOX_BYTES ((size_t)1 << 20)

void quipui_journal_call(struct journal *journal)
{
    /* edge journal.calls: release; pairs with acquire in quipui_flusher_run(). Carries why. */
    (void)add_release(&journal->calls, 1);
    quipui_futex_wake(&journal->calls, 1);
}

/* In the call that the flusher sleeps for. */
static void lend_or_call(void *journal)
{
    int before = thread_must_not_end();

    if (!quipui_flusher_lend(journal)) quipui_journal_call(journal);
    thread_may_end(before);
}

quipu_status quipui_journal_status(struct journal *journal)
{
    /* edge journal.failed: acquire; pairs with release in fail(). */
    return (quipu_status)load_acquire(&journal->failed);
}

uint64_t quipui_journal_durable(struct journal *journal)
{
    /* edge journal.durable: acquire; pairs with release in show(). */
    return load_acquire(&journal->durable);
}

void quipui_journal_diagnosis(struct journal *journal, struct diagnosis *diagnosis)
{
    if (quipui_journal_status(journal) != QUIPU_OK) *diagnosis = journal->diagnosis;
}

uint64_t quipui_journal_sequence(struct journal *journal)
{
    /* relaxed: a frame that a later draw of the clock comes into is appended later. */
    return load_relaxed(&journal->sequence);
}

uint64_t quipui_journal_appended(struct journal *journal)
{
    /* relaxed: a number to be shown. */
    return load_relaxed(&journal->appended);
}

uint64_t quipui_journal_epoch(const struct journal *journal)
{
    return journal->epoch;
}

void quipui_journal_set_lap(struct journal *journal, uint64_t bytes)
{
    /* relaxed: a lap more or less. */
    store_relaxed(&journal->lap_bytes, bytes);
}

uint32_t quipui_journal_laps(struct journal *journal)
{
    /* edge journal.laps: acquire; pairs with release in quipui_journal_end_lap(). */
    return load_acquire(&journal->laps);
}

uint32_t quipui_journal_wait_lap(struct journal *journal, uint32_t laps)
{
    /* Ends: with the lap. */
    while (quipui_journal_laps(journal) == laps)
        quipui_futex_wait(&journal->laps, laps, FUTEX_FOR_EVER);
    return quipui_journal_laps(journal);
}

void quipui_journal_end_lap(struct journal *journal)
{
    /* edge journal.laps: release; pairs with acquire in quipui_journal_laps(). Carries why: that
     * the ledger is about to be closed. */
    (void)add_release(&journal->laps, 1);
    quipui_futex_wake(&journal->laps, INT32_MAX);
}

quipu_status quipui_journal_sync(struct journal *journal, uint64_t timestamp)
{
    struct waiter waiter = {.timestamp = timestamp};

    if (quipui_journal_durable(journal) > timestamp) return QUIPU_OK;
    return quipui_waiters_wait(&journal->waiters, &waiter, lend_or_call, journal);
}

quipu_status quipui_journal_wait(struct journal *journal, uint64_t timestamp)
{
    if (journal->options.buffered) return quipui_journal_status(journal);
    return quipui_journal_sync(journal, timestamp);
}

uint64_t quipui_journal_lasting(struct journal *journal, uint64_t horizon)
{
    uint64_t durable = quipui_journal_durable(journal);

    return journal->options.buffered && durable < horizon ? durable : horizon;
}

bool quipui_journal_is_buffered(const struct journal *journal)
{
    return journal->options.buffered;
}

struct waiters *quipui_journal_waiters(struct journal *journal)
{
    return &journal->waiters;
}

static void call(void *journal)
{
    quipui_journal_call(journal);
}

bool quipui_journal_expect(struct journal *journal, struct watcher *watcher, uint64_t horizon)
{
    return quipui_watcher_expect(&journal->waiters, watcher, horizon, call, journal);
}

bool quipui_journal_join(struct worker *worker)
{
    struct ring *ring;

    if (worker_ring(worker) != NULL) return true;
    ring = quipui_ring_open();
    if (ring == NULL) return false;
    worker_set_ring(worker, ring);
    return true;
}

quipu_status quipui_journal_room(struct journal *journal, struct ring *ring, uint64_t count)
{
    /* Ends: each round of the flusher drains all that was published, or the journal has failed. */
    while (!ring_has_room(ring, count)) {
        /* edge journal.rounds: acquire; pairs with release in end_round(). */
        uint32_t round = load_acquire(&journal->rounds);
        quipu_status status = quipui_journal_status(journal);

        if (status != QUIPU_OK) return status;
        if (ring_has_room(ring, count)) break;
        quipui_journal_call(journal);
        quipui_futex_wait(&journal->rounds, round, FUTEX_FOR_EVER);
    }
    return QUIPU_OK;
}

static void give_back(struct journal *journal)
{
    quipui_memory_give_back(journal->expiries);
    quipui_memory_give_back(journal->accounts);
    quipui_memory_give_back(journal->outbox.bytes);
    quipui_memory_give_back(journal);
}

static void forget(struct store *store)
{
    store->journal = NULL;
    store->rings.expiries = store->rings.accounts = NULL;
}

static struct journal *take(struct store *store, struct log *log,
                            const struct journal_options *options)
{
    size_t room = OUTBOX_BYTES < log->payload_max ? OUTBOX_BYTES : log->payload_max;
    struct journal *journal = quipui_memory_take(sizeof *journal);

    if (journal == NULL) return NULL;
    memset(journal, 0, sizeof *journal);
    journal->store = store;
    journal->log = log;
    journal->options = *options;
    journal->waiters.awake_at = 1;
    journal->expiries = quipui_ring_open();
    journal->accounts = quipui_ring_open();
    journal->outbox.bytes = quipui_memory_take(room);
    journal->outbox.room = room;
    if (journal->expiries != NULL && journal->accounts != NULL && journal->outbox.bytes != NULL) {
        return journal;
    }
    give_back(journal);
    return NULL;
}

quipu_status quipui_journal_open(struct store *store, struct log *log,
                                 const struct journal_options *options, struct diagnosis *diagnosis)
{
    struct journal *journal = take(store, log, options);
    struct log_head head;
    quipu_status status;

    if (journal == NULL) return QUIPU_NO_MEMORY;
    status = log_head(log, &head, diagnosis);
    if (status == QUIPU_OK) status = log_lead(log, &journal->epoch, diagnosis);
    if (status != QUIPU_OK) goto give_journal_back;
    /* relaxed: no other thread knows the journal yet. */
    store_relaxed(&journal->sequence, head.sequence);
    journal->written_horizon = options->horizon;
    /* relaxed: no other thread knows the journal yet. */
    store_relaxed(&journal->durable, options->horizon);
    status = quipui_journal_append(journal, LOG_CUT, options->horizon);
    if (status != QUIPU_OK) {
        if (diagnosis != NULL) *diagnosis = journal->diagnosis;
        goto give_journal_back;
    }
    if (!quipui_thread_start(&journal->flusher, quipui_flusher_run, journal)) {
        status = QUIPU_NO_MEMORY;
        goto give_journal_back;
    }
    store->journal = journal;
    store->rings.expiries = journal->expiries;
    store->rings.accounts = journal->accounts;
    return QUIPU_OK;

give_journal_back:
    give_back(journal);
    return status;
}

quipu_status quipui_journal_close(struct store *store, struct diagnosis *diagnosis)
{
    struct journal *journal = store->journal;
    quipu_status status;

    /* relaxed: the call that follows carries it. */
    store_relaxed(&journal->stopping, 1);
    quipui_journal_call(journal);
    (void)pthread_join(journal->flusher, NULL);
    status = quipui_journal_status(journal);
    if (status != QUIPU_OK && diagnosis != NULL) *diagnosis = journal->diagnosis;
    forget(store);
    give_back(journal);
    return status;
}

void quipui_journal_abandon(struct store *store)
{
    give_back(store->journal);
    forget(store);
}
