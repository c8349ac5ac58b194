/* transfers.h - from transfers to units: what a call does with its events.
 *
 * A pipeline (warm.c) brings close what events will touch; they take effect in order, unit by unit:
 * a unit is a chain, or a transfer by itself. A unit is built (build.c), its ids are claimed
 * (claim.c), its accounts and holds found (footprint.c); then the protocol runs it, and claims are
 * settled, burnt or freed. A ledger that is full answers what needs no place (full.c). So racing
 * duplicates meet at the index and exactly one wins. Plain transfers, which most are, have a
 * straight path of their own (plain.c).
 *
 *   B1  claims are taken in the order of hashes, and whoever waits for another's claim holds only
 *       claims that come before it: no deadlock. (A run of plain transfers claims in any order, and
 *       waits for none.)
 *   B2  a pending transfer is looked for before any id is claimed: that look may wait for a claim
 *   B3  nothing is waited for while an account is held
 *   B4  an event is copied once, by the pipeline or, in a chain that reaches beyond it, as the
 *       chain is followed; only the copy is looked at. So id, hash, law and record are of the same
 *       bytes, whatever other threads do to the caller's */
#ifndef QUIPU_BATCH_TRANSFERS_H
#define QUIPU_BATCH_TRANSFERS_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* The pipeline (warm.c) goes on by so many events at a time, and keeps what it knows of so many. */
#define STEP_EVENTS RUN_EVENTS
#define RING_EVENTS (4 * STEP_EVENTS)

/* The place of a leg that has none. */
#define NOWHERE UINT64_MAX

/* The hashes of the ids that an event names, and guesses at where its accounts are. */
struct hashes {
    uint64_t id;
    uint64_t debit, credit;             /* accounts of a plain or pending transfer */
    uint64_t pending;                   /* of a post or void */
    uint64_t debit_guess, credit_guess; /* places, or UINT64_MAX */
};

/* An event that the pipeline has: the copy (B4) and what is known of it. */
struct arrival {
    quipu_transfer event;
    struct hashes hashes;
};

/* For sorting: legs by hash, accounts by address. */
struct key {
    uint64_t by;
    uint32_t which;
};

struct transfer_batch {
    /* What the caller says. */
    struct store *store;
    const struct protocol *protocol;
    const quipu_transfer *events; /* only to be copied (B4) */
    size_t count;
    quipu_result *results;
    const quipu_expectation *expectations; /* of a commit */
    size_t expectation_count;
    quipu_receipt *receipts; /* of a commit, or NULL */

    /* What the batch knows. */
    struct worker *worker;
    bool imports;
    uint64_t drawn;                   /* timestamp of events[0] */
    size_t next;                      /* the first event that has not run */
    size_t hashed, asked, seen;       /* events before these have passed the pipeline's stages */
    struct arrival ring[RING_EVENTS]; /* events from next to hashed */
    quipu_transfer *beyond;           /* events from hashed on: the end of a chain; or NULL */
    struct hashes cold;               /* of one of those */

    /* The unit at hand: events[from] and the leg_count - 1 after it. */
    struct unit unit;
    size_t from;
    uint64_t place;       /* of its first leg, the others in a row; or NOWHERE */
    uint32_t decided;     /* the first leg that an earlier check refused, or leg_count */
    bool is_open;         /* the batch ends inside this chain */
    quipu_status lack;    /* of a commit that nothing is wrong with but this; else QUIPU_OK */
    bool conflict;        /* an expected account does not exist, or is expected at two versions */
    struct key *keys;     /* legs by hash while claiming, accounts by address after */
    struct single single; /* the memory of a unit that is one transfer */
    struct key single_keys[2];
    struct plain plains[RUN_EVENTS];
};

/* A batch of these events, without expectations. */
void quipui_batch_open(struct transfer_batch *batch, struct store *store,
                       const struct protocol *protocol, const quipu_transfer *events, size_t count,
                       quipu_result *results);

/* Create transfers; as quipu_create_transfers(). */
quipu_status quipui_create_transfers(struct transfer_batch *batch);

/* Create all or none under expectations; as quipu_commit(). */
quipu_status quipui_commit(struct transfer_batch *batch);

/* Ask for what the events from batch->next on will touch. In a read section. */
void quipui_warm(struct transfer_batch *batch);

/* Copy the next event of a chain that the pipeline does not have. False: no memory. */
bool quipui_take_beyond(struct transfer_batch *batch, size_t event);

/* An event that the pipeline has. */
static inline struct arrival *ring_at(struct transfer_batch *batch, size_t event)
{
    return &batch->ring[event % RING_EVENTS];
}

/* An event of the unit at hand. */
static inline const quipu_transfer *batch_event(const struct transfer_batch *batch, size_t event)
{
    return event < batch->hashed ? &batch->ring[event % RING_EVENTS].event
                                 : &batch->beyond[event - batch->hashed];
}

/* The hashes of an event; valid until the next is asked for. */
const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event);

/* Build the unit of `count` events: memory, legs, and what can be said of each by itself. */
quipu_status quipui_build(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open);

/* What can be said of an event before its id is looked up. `drawn`: when its batch began. */
uint32_t quipui_first_verdict(const quipu_transfer *event, bool batch_imports, uint64_t drawn);

/* Claim the ids of the unit; legs whose id is in use get their verdict. */
quipu_status quipui_claim(struct transfer_batch *batch);

/* What a claim says of an event: QUIPU_CREATED when the id was free and its fields are fine. */
uint32_t quipui_verdict_on(struct transfer_batch *batch, const quipu_transfer *event,
                           enum claim claim, uint64_t found, uint64_t *original);

/* The same without a claim: its id is only asked for. */
uint32_t quipui_ask(struct transfer_batch *batch, struct leg *leg);

/* Undo the claims of a unit that came to nothing: the leg that failed for a transient reason burns
 * its id, the other ids are free again. */
void quipui_unclaim(struct transfer_batch *batch, bool refused);

/* The same for the claim of one transfer, which failed with this outcome. Returns how it is
 * answered: another outcome when there is no space to remember that the id is burnt. */
uint32_t quipui_unclaim_one(struct transfer_batch *batch, quipu_uint128 id, uint64_t hash,
                            uint64_t place, uint32_t outcome);

/* The unit has no places, but may be certain to fail: find the first leg that is, and make the unit
 * ready to be claimed and run as far as that (full.c). Its legs before that one are at places that
 * nothing is stored at; quipui_leave_aside() gives these back.
 *
 *   returns  QUIPU_OK, or why there is no answer: `status`, or QUIPU_NO_MEMORY */
quipu_status quipui_step_aside(struct transfer_batch *batch, quipu_status status);
void quipui_leave_aside(struct transfer_batch *batch);

/* Find the pending transfers that legs resolve. */
void quipui_find_pending(struct transfer_batch *batch);

/* Find the accounts, take the holds: the footprint of the unit. */
quipu_status quipui_find_footprint(struct transfer_batch *batch);

/* The account with this id, or NULL. `guess`: where it may be, or UINT64_MAX. In a read section. */
struct slot *quipui_find_slot(struct store *store, uint64_t hash, quipu_uint128 id, uint64_t guess);

/* Do the plain transfers that come next, as far as they can be prepared together; how many. None:
 * the next event is not plain, or has to wait, or lacks an account or a place. */
size_t quipui_do_plains(struct transfer_batch *batch, quipu_status *status);

/* Give back the holds of a unit that came to nothing. */
void quipui_give_back_holds(struct transfer_batch *batch);

void quipui_sort(struct key *keys, size_t count);

#endif
