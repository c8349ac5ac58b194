/* store.h - all that a ledger stores. */
#ifndef QUIPU_RECORDS_STORE_H
#define QUIPU_RECORDS_STORE_H

#include "base/clock.h"
#include "records/accounts.h"
#include "records/imports.h"
#include "records/index.h"
#include "records/markers.h"
#include "records/timeouts.h"
#include "records/transfers.h"
#include "records/worker_places.h"

struct journal;
struct ring;

struct store {
    struct accounts accounts;
    struct transfers transfers;
    struct index account_ids, transfer_ids;
    struct markers markers;
    struct timeouts timeouts;
    struct clock clock;
    struct workers workers;
    struct imports imports;
    _Atomic uint64_t horizon; /* the largest that was computed: horizon.h */
    uint64_t held_before;     /* holds that stood when it was opened, and expiries until then */
    _Atomic uint64_t barrier; /* the largest that a call published: journal.h, J3 */
    struct journal *journal;  /* of a durable ledger, or NULL */
    struct {
        struct ring *expiries, *accounts; /* of a durable ledger, or NULL */
    } rings;
    void *protocol_state; /* what the protocol keeps of the whole ledger; NULL: nothing */
};

struct store_capacities {
    uint64_t accounts, transfers, failed_ids;
};

/* Returns false if memory or address space runs out; then there is nothing to close. */
bool quipui_store_open(struct store *store, const struct store_capacities *capacities);

/* Before its first use: take the memory for so many records now. Returns false if there is not so
 * much. */
bool quipui_store_prefault(struct store *store, const struct store_capacities *capacities);
void quipui_store_close(struct store *store);

/* Put `count` places of transfers in a row into the worker's hands, which are empty. Returns
 * QUIPU_NO_SPACE only after it took back what all workers keep (worker_places.h).
 *
 *   returns  QUIPU_OK, QUIPU_NO_SPACE, QUIPU_NO_MEMORY */
static inline quipu_status store_supply(struct store *store, struct worker *worker, uint64_t count)
{
    return quipui_keep_take(&store->transfers.places, &store->workers, worker, count, count,
                            REACH_WORKERS, &worker->places);
}

/* Put up to `most` places into its hands, which are empty, for transfers by themselves. Returns how
 * many; if it is none, store_supply() says why. */
static inline uint64_t store_supply_run(struct store *store, struct worker *worker, uint32_t most)
{
    struct kept *kept = &worker->kept[PLACES_OF_TRANSFERS];
    bool straight;

    latch_take(&worker->keeping);
    straight = kept->spares == 0 && range_count(&kept->range) >= most;
    if (straight) {
        worker->places = (struct range){kept->range.next, kept->range.next + most};
        kept->range.next += most;
        worker->ahead = kept->range;
    }
    latch_leave(&worker->keeping);
    if (straight) return most;
    return quipui_keep_take_run(&store->transfers.places, &store->workers, worker, most);
}

/* After each run and unit: its hands are empty again. */
static inline void store_put_back(struct store *store, struct worker *worker)
{
    if (worker->spare_place_count == 0 && range_count(&worker->places) == 0) return;
    quipui_keep_put_back(&store->transfers.places, worker);
}

/* What a call has done or will do up to this timestamp may be seen by others, though its records
 * have timestamps of long ago: before it takes effect (journal.h, J3). */
static inline void store_raise_barrier(struct store *store, uint64_t timestamp)
{
    /* relaxed: a guess; the compare-and-swap decides. */
    uint64_t seen = load_relaxed(&store->barrier);

    /* Ends: it only grows, and a swap fails only after it has grown. */
    while (seen < timestamp) {
        /* relaxed: what takes effect after it carries it. */
        if (cas_relaxed(&store->barrier, &seen, timestamp)) break;
    }
}

static inline uint64_t store_barrier(struct store *store)
{
    /* relaxed: what was seen that it is for, carries it. */
    return load_relaxed(&store->barrier);
}

/* Before the transfer at this place commits: the hold that it opens, between these accounts. */
static inline void store_name_hold(struct store *store, uint64_t place, uint64_t transfer,
                                   const struct slot *debit, const struct slot *credit)
{
    struct hold *hold = hold_at(&store->transfers, place);

    hold->transfer = transfer;
    if (debit != NULL) hold->account[SIDE_DEBIT] = slot_place(&store->accounts, debit);
    if (credit != NULL) hold->account[SIDE_CREDIT] = slot_place(&store->accounts, credit);
}

/* The account with this id, if it is at this place; or NULL. In a read section. */
static inline struct slot *store_slot_of(struct store *store, uint64_t place, quipu_uint128 id)
{
    struct slot *slot = slot_at(&store->accounts, place);

    return slot_exists(slot) && slot->id == id ? slot : NULL;
}

/* Take a fresh hold, in state HOLD_NEW; give it back if it is unused. */
quipu_status quipui_hold_take(struct store *store, struct worker *worker, uint64_t *hold);
void quipui_hold_give_back(struct store *store, struct worker *worker, uint64_t hold);

/* Remember an id that a transient failure burnt; *place says where. Returns false if space or
 * memory for one more runs out. */
bool quipui_failed_id_keep(struct store *store, struct worker *worker, quipu_uint128 id,
                           uint64_t *place);

#endif
