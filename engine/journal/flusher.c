/* flusher.c - the thread that makes things durable, and calls that do a round for it.
 *
 * One round:
 *
 *   1  note the horizon: the clock, then all floors (H2)
 *   2  note how far the rings are filled, and encode all of that
 *   3  if somebody waits for this horizon, or enough has come together: append the frame
 *   4  show the horizon, and let the calls go that waited for it (H1)
 *
 * A call that is to wait does the round itself if nobody is doing one. The flusher is for the calls
 * that come meanwhile, for what is encoded before anybody waits, and for buffered ledgers.
 *
 * A round takes no lock of the engine but that of the waiters, and waits for no grace period: a
 * call may wait for room in its ring while it is the one writer, or holds the lock of the
 * time-outs. */
#include "base/futex.h"
#include "base/probe.h"
#include "journal/journal_parts.h"
#include "records/horizon.h"

/* A waiter whose horizon is held back by another call's floor: look again after so long, since that
 * call need not wake anybody when it moves its floor. */
#define LOOK_AGAIN_NS 50000

static void count_lap(struct journal *journal, size_t bytes)
{
    /* relaxed: a lap more or less. */
    uint64_t lap = load_relaxed(&journal->lap_bytes);

    /* relaxed: written under `round`; a reader shows a number. */
    store_relaxed(&journal->appended, load_relaxed(&journal->appended) + bytes);
    journal->lap_used += bytes;
    if (lap == 0 || journal->lap_used < lap) return;
    journal->lap_used = 0;
    quipui_journal_end_lap(journal);
}

quipu_status quipui_journal_append(struct journal *journal, enum log_kind kind, uint64_t horizon)
{
    struct outbox *outbox = &journal->outbox;
    const struct log_frame frame = {
        .kind = kind,
        .epoch = journal->epoch,
        .sequence = quipui_journal_sequence(journal) + 1,
        .horizon = horizon,
        .watermark = quipui_journal_durable(journal),
        .bytes = outbox->bytes,
        .length = outbox->used,
    };
    quipu_status status = log_append(journal->log, &frame, &journal->diagnosis);

    if (status != QUIPU_OK) return status;
    /* relaxed: see quipui_journal_sequence(). */
    store_relaxed(&journal->sequence, frame.sequence);
    journal->written_horizon = horizon;
    count_lap(journal, frame.length);
    probe(flush, frame.sequence, frame.length);
    outbox->used = 0;
    outbox->context = (struct entry_context){.timestamp = 0};
    return QUIPU_OK;
}

static void fail(struct journal *journal, quipu_status status)
{
    /* edge journal.failed: release; pairs with acquire in quipui_journal_status(). Carries the
     * diagnosis. */
    store_release(&journal->failed, (uint32_t)status);
    quipui_waiters_fail(&journal->waiters, status);
}

/* H1 */
static void show(struct journal *journal, uint64_t horizon)
{
    /* edge journal.durable: release; pairs with acquire in quipui_journal_durable(). Carries that
     * the frame is durable. */
    store_release(&journal->durable, horizon);
    journal->served = quipui_waiters_serve(&journal->waiters, horizon);
}

/* Calls that wait for room look again. */
static void end_round(struct journal *journal)
{
    /* relaxed: written with `round` taken. */
    uint32_t rounds = load_relaxed(&journal->rounds);

    /* edge journal.rounds: release; pairs with acquire in quipui_journal_room(). Carries what was
     * drained. */
    store_release(&journal->rounds, rounds + 1);
    quipui_futex_wake(&journal->rounds, INT32_MAX);
}

/* Is this horizon worth a frame? */
static bool is_worth(struct journal *journal, uint64_t horizon, bool everything)
{
    uint64_t least;

    if (horizon <= journal->written_horizon && journal->outbox.used == 0) return false;
    if (everything) return true;
    return quipui_waiters_gather(&journal->waiters, &least) && least < horizon;
}

/* One round, with `round` taken. Returns false if the journal has failed. */
static bool do_round(struct journal *journal, bool everything)
{
    uint64_t horizon = quipui_floor(journal->store);
    quipu_status status;

    if (horizon < journal->written_horizon) horizon = journal->written_horizon;
    quipui_drain_see(journal);
    status = quipui_drain(journal);
    if (status == QUIPU_OK && is_worth(journal, horizon, everything)) {
        status = quipui_journal_append(journal, LOG_ENTRIES, horizon);
        if (status == QUIPU_OK) show(journal, horizon);
    }
    if (status != QUIPU_OK) fail(journal, status);
    end_round(journal);
    return status == QUIPU_OK;
}

/* A round of the flusher's own. Returns false if the journal has failed. *shown: a horizon was. */
static bool take_round(struct journal *journal, bool everything, bool *shown)
{
    uint64_t before;
    bool fine;

    lock_take(&journal->round);
    before = journal->written_horizon;
    fine = quipui_journal_status(journal) == QUIPU_OK && do_round(journal, everything);
    *shown = journal->written_horizon != before;
    lock_leave(&journal->round);
    return fine;
}

/* Where several wait at one time, the flusher serves them together: the first of them would sync
 * for itself. */
bool quipui_flusher_lend(struct journal *journal)
{
    bool lends;

    if (!lock_try(&journal->round)) return false;
    lends = journal->served <= 1 && quipui_journal_status(journal) == QUIPU_OK;
    if (lends) lends = do_round(journal, false);
    lock_leave(&journal->round);
    return lends && quipui_waiters_sleep_until(&journal->waiters, 1) == 0;
}

/* Sleep until the count of calls is not `calls` any more. Not at all if the last round has shown a
 * horizon and calls wait: they have come meanwhile, and woke nobody. */
static void rest(struct journal *journal, uint32_t calls, bool shown)
{
    uint64_t ns = journal->options.buffered ? journal->options.flush_interval : FUTEX_FOR_EVER;
    size_t waiting = quipui_waiters_sleep_until(&journal->waiters, 1);

    if (waiting > 0) {
        if (shown) return;
        if (quipui_waiters_sleep_until(&journal->waiters, waiting + 1) > waiting) return;
        ns = LOOK_AGAIN_NS;
    }
    quipui_futex_wait(&journal->calls, calls, ns);
}

void *quipui_flusher_run(void *context)
{
    struct journal *journal = context;
    bool shown;

    /* Ends: the ledger is closed, or the journal fails. */
    for (;;) {
        /* edge journal.calls: acquire; pairs with release in quipui_journal_call(). */
        uint32_t calls = load_acquire(&journal->calls);
        /* relaxed: the count of calls carries it. */
        bool stopping = load_relaxed(&journal->stopping) != 0;

        if (!take_round(journal, stopping || journal->options.buffered, &shown) || stopping)
            return NULL;
        rest(journal, calls, shown);
    }
}
