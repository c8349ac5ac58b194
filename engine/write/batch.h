/* batch.h - from transfers to units: what a call does with its events.
 *
 * A pipeline (pipeline.c) brings close what events will touch; they take effect in order, unit by
 * unit: a unit is a chain, or a transfer by itself. A unit is built (build.c), its ids are claimed
 * (claim_ids.c), its accounts and holds found (footprint.c); then the protocol runs it, and claims
 * are settled, burnt or freed. A ledger that is full answers what needs no place (full.c). So
 * racing duplicates meet at the index and exactly one wins. Plain transfers, which most are, have a
 * straight path of their own (plain_run.c).
 *
 *   B1  claims are taken in the order of hashes, and a call that waits for another's claim has
 *       only claims that come before it: no deadlock. (A run of plain transfers claims in any
 *       order, and waits for none.)
 *   B2  a pending transfer is looked for before any id is claimed: that look may wait for a claim
 *   B3  nothing is waited for while an account is held
 *   B4  an event is copied once, by the pipeline or, in a chain that reaches beyond it, as the
 *       chain is followed; only the copy is looked at. So id, hash, law and record are of the same
 *       bytes, whatever other threads do to the caller's */
#ifndef QUIPU_WRITE_BATCH_H
#define QUIPU_WRITE_BATCH_H

#include "base/sort_keys.h"
#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* A run that is prepared together (plain_run.c) has at most so many events; where threads crowd,
 * up to PLAINS_MAX. */
#define PREPARED_EVENTS 16
_Static_assert(PLAINS_MAX + BURST_EVENTS <= RING_EVENTS, "those of a run are kept");
_Static_assert(HASH_AHEAD <= RING_EVENTS, "those on their way are kept, too");

/* The place of a leg that has none. */
#define NOWHERE UINT64_MAX

struct transfer_batch {
    /* What the caller says. */
    struct store *store;
    const struct protocol *protocol;
    size_t count; /* of events; they are in arrivals */
    quipu_result *results;
    const quipu_expectation *expectations; /* of a commit */
    size_t expectation_count;
    quipu_receipt *receipts; /* of a commit, or NULL */
    bool never_waits;        /* where the ring lacks room: QUIPU_BUSY, and nothing is done */

    /* What the batch knows. */
    struct worker *worker;
    bool imports;
    bool hangs_on_clock; /* some answer hangs on more than what the call created (journal.h, H3) */
    uint64_t answers_at; /* what the answer hangs on; of a durable ledger */
    uint64_t drawn;      /* timestamp of events[0] */
    size_t next;         /* the first event that has not run */
    struct arrivals arrivals;
    quipu_transfer *beyond; /* events from arrivals.stages.hashed on: the end of a chain; or NULL */
    struct hashes cold;     /* of one of those */

    /* The unit at hand: events[from] and the leg_count - 1 after it. */
    struct unit unit;
    size_t from;
    uint64_t place;       /* of its first leg, the others in a row; or NOWHERE */
    uint32_t decided;     /* the first leg that an earlier check refused, or leg_count */
    bool is_open;         /* the batch ends inside this chain */
    quipu_status lack;    /* of a commit that nothing is wrong with but this; or QUIPU_OK */
    bool conflict;        /* an expected account does not exist, or is expected at two versions */
    struct key *keys;     /* legs by hash while claiming, accounts by address after */
    struct single single; /* the memory of a unit that is one transfer */
    struct key single_keys[2];
    struct plain plains[PLAINS_MAX];
};

/* An event of the unit at hand. */
static inline const quipu_transfer *batch_event(const struct transfer_batch *batch, size_t event)
{
    const struct arrivals *arrivals = &batch->arrivals;

    return event < arrivals->stages.hashed ? &arrivals->ring[event % RING_EVENTS].event
                                           : &batch->beyond[event - arrivals->stages.hashed];
}

#endif
