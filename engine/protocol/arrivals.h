/* arrivals.h - the events of a call on their way: memory latency is the cost of a ledger, so lines
 * are prefetched early.
 *
 * An event passes its stages one by one, each some events before the next: it is copied, its ids
 * are hashed, and the lines of the indexes prefetched; then the slots of its accounts, guessed by
 * fingerprint, and the place of its record. Then it may run.
 *
 * Stages go on by two events at a time. A prefetch waits for the walk that finds its page, and a
 * locked instruction waits for the prefetches before it, so a few in a row have their walks at the
 * same time. But a processor has buffers for so many lines only: of dozens of prefetches in a row
 * some wait, or are lost. For the same reason a call begins with a few events, and is one more
 * ahead with each that runs (docs/experiments.md, "The pipeline"). */
#ifndef QUIPU_PROTOCOL_ARRIVALS_H
#define QUIPU_PROTOCOL_ARRIVALS_H

#include "records/store.h"
#include "rules/transfer.h"

/* So many events before it runs an event is hashed, and its slots are prefetched. */
#define HASH_AHEAD 48
#define SLOTS_AHEAD 24

/* So many at a time. */
#define BURST_EVENTS 2

/* So many events are hashed, and have their slots prefetched, before the first of a call runs. */
#define HASH_FIRST 6
#define SLOTS_FIRST 2

/* So many events are kept: those on their way, and those of a prepared run (write/plain_run.c). */
#define RING_EVENTS 64

/* Of the ids that an event names: hashes, likely homes in the index, and guesses at where what they
 * lead to is: places, or UINT64_MAX. Of a plain or pending transfer both accounts; of a post or
 * void the pending transfer, and its hold (trail.h). */
struct hashes {
    uint64_t id;
    union {
        uint64_t debit, pending;
    };
    union {
        uint64_t credit, hold_guess;
    };
    const _Atomic uint64_t *homes[2]; /* of a post or void twice the same */
    uint64_t debit_guess, credit_guess, pending_guess;
};

/* An event that is on its way: the copy (write/batch.h, B4) and what is known of it. Three lines,
 * so that one is found by a shift and an addition. */
struct arrival {
    _Alignas(CACHE_LINE) quipu_transfer event;
    struct hashes hashes;
};

/* Events before these have passed the stages. */
struct stages {
    size_t hashed, asked;
};

/* How far what posts and voids need was asked for behind the stages: trail.h. */
struct trail {
    size_t end; /* no event from here on has a pending transfer that was guessed at */
    size_t holds, accounts;
};

struct arrivals {
    const quipu_transfer *events; /* only to be copied (B4) */
    size_t count;
    struct stages stages;
    struct trail trail;
    struct arrival ring[RING_EVENTS];
};

static inline struct arrival *arrival_at(struct arrivals *arrivals, size_t event)
{
    return &arrivals->ring[event % RING_EVENTS];
}

static inline void hash_event(struct store *store, const quipu_transfer *event,
                              struct hashes *hashes)
{
    hashes->id = index_hash(&store->transfer_ids, event->id);
    hashes->debit_guess = hashes->credit_guess = UINT64_MAX;
    if (rules_resolves(event)) {
        hashes->pending = index_hash(&store->transfer_ids, event->pending_id);
        hashes->homes[0] = index_likely_home(&store->transfer_ids, hashes->pending);
        hashes->homes[1] = hashes->homes[0];
    } else {
        hashes->debit = index_hash(&store->account_ids, event->debit_account_id);
        hashes->credit = index_hash(&store->account_ids, event->credit_account_id);
        hashes->homes[0] = index_likely_home(&store->account_ids, hashes->debit);
        hashes->homes[1] = index_likely_home(&store->account_ids, hashes->credit);
    }
}

/* An account that other threads want, too, is left to them until we lock it: a line that is
 * fetched now would be taken from the thread that works on it, and back before we need it. */
static inline uint64_t ask_for_slot(struct store *store, const struct worker *worker,
                                    const _Atomic uint64_t *home, uint64_t hash)
{
    uint64_t place = index_guess_unburnt(&store->account_ids, home, hash);

    if (place == UINT64_MAX || place + 1 == worker->crowd) return place;
    slot_prefetch(slot_at(&store->accounts, place));
    return place;
}

/* The pending transfer that event `asked` resolves, if it is there already. */
void quipui_arrivals_ask_for_pending(struct arrivals *arrivals, struct store *store, size_t asked,
                                     size_t next);

static inline void ask_for_slots(struct store *store, const struct worker *worker,
                                 struct hashes *hashes)
{
    hashes->debit_guess = ask_for_slot(store, worker, hashes->homes[0], hashes->debit);
    hashes->credit_guess = ask_for_slot(store, worker, hashes->homes[1], hashes->credit);
}

/* The place that the event which comes so many after the next will be stored at, if all before it
 * are and no other worker takes it. */
static inline void ask_for_place(struct store *store, const struct worker *worker, uint64_t count)
{
    const char *record;
    uint64_t place;

    if (!worker_place_ahead(worker, count, &place)) return;
    record = (const char *)transfer_at(&store->transfers, place);
    prefetch_for_write(record);
    prefetch_for_write(record + CACHE_LINE);
    prefetch_for_write(knot_at(&store->transfers, place));
}

static inline void hash_arrival(struct store *store, struct arrival *arrival)
{
    struct hashes *hashes = &arrival->hashes;

    hash_event(store, &arrival->event, hashes);
    index_prefetch_to_claim(&store->transfer_ids, hashes->id);
    prefetch(hashes->homes[0]);
    prefetch(hashes->homes[1]);
}

static inline void hash_next(struct arrivals *arrivals, struct stages *stages, struct store *store)
{
    struct arrival *arrival = arrival_at(arrivals, stages->hashed);

    copy_once(&arrival->event, &arrivals->events[stages->hashed]);
    stages->hashed++;
    hash_arrival(store, arrival);
}

static inline void ask_next(struct arrivals *arrivals, struct stages *stages, struct store *store,
                            const struct worker *worker, size_t next)
{
    struct arrival *arrival = arrival_at(arrivals, stages->asked);

    if (rules_resolves(&arrival->event)) {
        quipui_arrivals_ask_for_pending(arrivals, store, stages->asked, next);
    } else {
        ask_for_slots(store, worker, &arrival->hashes);
    }
    ask_for_place(store, worker, stages->asked - next);
    stages->asked++;
}

/* Hash the first event, which quipui_batch_open() has copied. In a read section. */
static inline void arrivals_begin(struct arrivals *arrivals, struct store *store)
{
    hash_arrival(store, arrival_at(arrivals, arrivals->stages.hashed++));
}

/* Bring all stages to where they should be at least before event `next` runs: at the start of a
 * call, or behind a chain. */
void quipui_arrivals_start(struct arrivals *arrivals, struct store *store,
                           const struct worker *worker, size_t next);

/* The same as far ahead as they go: what follows looks at all of them. */
void quipui_arrivals_fill(struct arrivals *arrivals, struct store *store,
                          const struct worker *worker, size_t next);

/* Event `next` is about to run: stages go on if they are a burst behind. In a read section. */
static inline void arrivals_step(struct arrivals *arrivals, struct stages *stages,
                                 struct store *store, const struct worker *worker, size_t next)
{
    if (stages->hashed <= next + HASH_AHEAD - BURST_EVENTS) {
        for (int i = 0; i < BURST_EVENTS && stages->hashed < arrivals->count; i++)
            hash_next(arrivals, stages, store);
    }
    if (stages->asked <= next + SLOTS_AHEAD - BURST_EVENTS) {
        for (int i = 0; i < BURST_EVENTS && stages->asked < stages->hashed; i++)
            ask_next(arrivals, stages, store, worker, next);
    }
}

#endif
