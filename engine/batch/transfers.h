/* transfers.h - from transfers to units: what a call does with its events.
 *
 * Events go through in groups (warm.c: hash all, then bring index lines and account slots close)
 * and take effect in order, unit by unit: a unit is a chain, or a transfer by itself. A unit is
 * built (build.c), its ids are claimed (claim.c), its accounts and holds found (footprint.c); then
 * the protocol runs it, and claims are settled, burnt or freed. So racing duplicates meet at the
 * index and exactly one wins.
 *
 *   B1  claims are taken in the order of hashes, and whoever waits for another's claim holds only
 *       claims that come before it: no deadlock
 *   B2  a pending transfer is looked for before any id is claimed: that look may wait for a claim
 *   B3  nothing is waited for while an account is held */
#ifndef QUIPU_BATCH_TRANSFERS_H
#define QUIPU_BATCH_TRANSFERS_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* Events per group: enough lines in flight to hide memory, few enough to stay close. */
#define GROUP_EVENTS 32

/* The hashes of the ids that an event names, and guesses at where its accounts are. */
struct hashes {
    uint64_t id;
    uint64_t debit, credit;             /* accounts of a plain or pending transfer */
    uint64_t pending;                   /* of a post or void */
    uint64_t debit_guess, credit_guess; /* places, or UINT64_MAX */
};

/* For sorting: legs by hash, accounts by address. */
struct key {
    uint64_t by;
    uint32_t which;
};

/* The memory of a unit that is one transfer; a chain has its own in the worker's scratch. */
struct single {
    struct leg leg;
    struct copy copies[2];
    struct account_state was[2];
    struct view view;
    struct key keys[2];
};

struct transfer_batch {
    /* What the caller says. */
    struct store *store;
    const struct protocol *protocol;
    const quipu_transfer *events;
    size_t count;
    quipu_result *results;
    const quipu_expectation *expectations; /* of a commit */
    size_t expectation_count;
    quipu_receipt *receipts; /* of a commit, or NULL */

    /* What the batch knows. */
    struct worker *worker;
    bool imports;
    uint64_t drawn; /* timestamp of events[0] */
    size_t warm_from, warm_to;
    struct hashes warm[GROUP_EVENTS];
    struct hashes cold; /* of an event beyond the group: the end of a chain */

    /* The unit at hand: events[from] and the leg_count - 1 after it. */
    struct unit unit;
    size_t from;
    uint32_t decided; /* the first leg that an earlier check refused, or leg_count */
    bool is_open;     /* the batch ends inside this chain */
    bool conflict;    /* an expected account does not exist, or is expected at two versions */
    struct key *keys; /* legs by hash while claiming, accounts by address after */
    struct single single;
};

/* A batch of these events, without expectations. */
void quipui_batch_open(struct transfer_batch *batch, struct store *store,
                       const struct protocol *protocol, const quipu_transfer *events, size_t count,
                       quipu_result *results);

/* Create transfers; as quipu_create_transfers(). */
quipu_status quipui_create_transfers(struct transfer_batch *batch);

/* Create all or none under expectations; as quipu_commit(). */
quipu_status quipui_commit(struct transfer_batch *batch);

/* Warm the group that starts at this event. In a read section. */
void quipui_warm(struct transfer_batch *batch, size_t from);

/* The hashes of an event; valid until the next is asked for. */
const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event);

/* A unit in the memory of a single, with nothing in it. */
struct unit quipui_unit_in_single(struct single *single);

/* Build the unit of `count` events: memory, legs, and what can be said of each by itself. */
quipu_status quipui_build(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open);

/* A leg by itself: its place, its timestamp, and what can be said before its id is looked up. */
void quipui_build_leg(struct transfer_batch *batch, uint32_t i);

/* What can be said of an event before its id is looked up. */
uint32_t quipui_first_verdict(const struct transfer_batch *batch, size_t event);

/* Claim the ids of the unit; legs whose id is in use get their verdict. */
quipu_status quipui_claim(struct transfer_batch *batch);

/* The same for one leg. False: no memory. */
bool quipui_claim_leg(struct transfer_batch *batch, struct leg *leg);

/* What an id in use, or the event's own fields, say of it when there is no place to store it;
 * QUIPU_CREATED: nothing, it would have been stored. */
uint32_t quipui_ask(struct transfer_batch *batch, size_t event, uint64_t *original);

/* Undo the claims of a unit that came to nothing: the leg that failed for a transient reason burns
 * its id, the other ids are free again. */
void quipui_unclaim(struct transfer_batch *batch, bool refused);

/* Find the pending transfers that legs resolve. */
void quipui_find_pending(struct transfer_batch *batch);

/* Find the accounts, take the holds: the footprint of the unit. */
quipu_status quipui_find_footprint(struct transfer_batch *batch);

/* The account with this id, or NULL. `guess`: where it may be, or UINT64_MAX. In a read section. */
struct slot *quipui_find_slot(struct store *store, uint64_t hash, quipu_uint128 id, uint64_t guess);

/* Is this event a transfer by itself that touches two accounts and nothing else? Then all of the
 * above in one go. */
bool quipui_is_plain(const struct transfer_batch *batch, size_t event);
quipu_status quipui_prepare_plain(struct transfer_batch *batch, size_t event);

/* Give back the holds of a unit that came to nothing. */
void quipui_give_back_holds(struct transfer_batch *batch);

void quipui_sort(struct key *keys, size_t count);

#endif
