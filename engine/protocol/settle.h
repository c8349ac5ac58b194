/* settle.h - what happens once something has taken effect: in one place, in one order.
 *
 *   1  a protocol makes a unit take effect (commit)
 *   2  its worker settles the records: lookups by id and scans find them
 *   3  holds that were resolved leave the time-outs
 *   4  an import notes when its records came in
 *   5  a durable ledger has it in a ring, for the journal (journal.h)
 *   6  the call moves its floor past the unit (horizon.h, F2)
 *
 * The same is done for plain transfers, for expiries, for ids that a transient failure burnt and
 * for new accounts. Whatever hangs on "it has happened" belongs here.
 *
 *   S1  nothing here can fail: all memory was supplied before the unit ran (unit.h, U3)
 *   S2  a unit is settled once, by the worker that ran it, before its floor moves past it */
#ifndef QUIPU_PROTOCOL_SETTLE_H
#define QUIPU_PROTOCOL_SETTLE_H

#include "journal/ring.h"
#include "protocol/plain.h"
#include "protocol/unit.h"

/* A transfer is found from here on. */
static inline void settle_transfer(struct store *store, struct worker *worker, uint64_t place,
                                   uint64_t timestamp)
{
    knot_settle(knot_at(&store->transfers, place));
    if (timestamp > worker->newest) worker->newest = timestamp;
}

static inline void settle_leg(struct store *store, struct worker *worker, const struct leg *leg)
{
    settle_transfer(store, worker, leg->place, leg->timestamp);
}

/* A plain transfer of a run, which has its last timestamp. */
static inline void settle_plain(struct store *store, struct worker *worker,
                                const struct plain *plain)
{
    struct ring *ring = worker_ring(worker);
    struct ring_entry *entry;

    settle_transfer(store, worker, plain->place, plain->timestamp);
    if (ring == NULL) return;
    entry = ring_append(ring, RING_TRANSFER, plain->place);
    entry->slots[SIDE_DEBIT] = plain->debit;
    entry->slots[SIDE_CREDIT] = plain->credit;
}

/* A hold was opened; or posted or voided, and falls due no more. */
static inline void settle_view(struct store *store, struct worker *worker, const struct view *view)
{
    if (view->opens) worker_mark(&worker->marks.held, 1);
    if (view->now != HOLD_POSTED && view->now != HOLD_VOIDED) return;
    worker_mark(&worker->marks.held, (uint64_t)-1);
    if (hold_at(&store->transfers, view->hold)->due == 0) return;
    quipui_timeouts_remove(&store->timeouts, view->hold);
}

/* All of a run: before its floor moves on. */
static inline void settle_run(struct worker *worker)
{
    struct ring *ring = worker_ring(worker);

    if (ring != NULL) ring_publish(ring);
}

/* Any unit but an expiry. */
void quipui_settle_unit(struct store *store, struct worker *worker, const struct unit *unit);

/* The expiry of a hold, or that it was resolved before. With the lock of the time-outs taken. */
void quipui_settle_expiry(struct store *store, uint64_t hold);

/* An id that a transient failure burnt at `timestamp`: its claim is at `place`, and `burnt` says
 * where it is kept from here on. */
void quipui_settle_failed_id(struct store *store, struct worker *worker, uint64_t hash,
                             uint64_t place, uint64_t burnt, uint64_t timestamp);

/* The accounts in the next `count` slots. With `creating` taken. */
struct new_accounts {
    const uint64_t *timestamps;
    size_t count;
    bool imports;
    uint64_t drawn; /* imports: by the call, and the place of the first among its events */
    size_t from;
};

void quipui_settle_accounts(struct store *store, const struct new_accounts *created);

#endif
