/* trail.h - what posts and voids need, one line after the other.
 *
 * The pending transfer leads to its hold, and that to its accounts: each line says where the next
 * is. The stages of arrivals.h ask for the first; here the others are prefetched, each some events
 * later. It is done by posts and voids as they run, so that other events know nothing of it. */
#ifndef QUIPU_PROTOCOL_TRAIL_H
#define QUIPU_PROTOCOL_TRAIL_H

#include "protocol/arrivals.h"

/* So many events before it runs. */
#define HOLD_AHEAD 16
#define ACCOUNTS_AHEAD 8

/* The hold of a pending transfer. A knot that is settled does not change any more. */
static inline void trail_to_hold(struct store *store, struct hashes *hashes)
{
    const struct knot *knot;

    hashes->hold_guess = UINT64_MAX;
    if (hashes->pending_guess == UINT64_MAX) return;
    knot = knot_at(&store->transfers, hashes->pending_guess);
    if (!knot_is_settled(knot) || knot->hold == 0) return;
    hashes->hold_guess = knot->hold - 1;
    prefetch_for_write(hold_at(&store->transfers, hashes->hold_guess));
}

/* Always in line: gcc takes a function that does nothing but prefetch for one that does nothing. */
static inline __attribute__((always_inline)) void
trail_to_accounts(struct store *store, const struct worker *worker, const struct hashes *hashes)
{
    const struct hold *hold;

    if (hashes->hold_guess == UINT64_MAX) return;
    hold = hold_at(&store->transfers, hashes->hold_guess);
    for (int side = 0; side < 2; side++) {
        if ((uint64_t)hold->account[side] + 1 == worker->crowd) continue;
        slot_prefetch(slot_at(&store->accounts, hold->account[side]));
    }
}

static inline size_t trail_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Event `next`, a post or void, is about to run. All before the end of the trail were asked for. */
static inline void trail_on(struct arrivals *arrivals, struct store *store,
                            const struct worker *worker, size_t next)
{
    struct trail *trail = &arrivals->trail;
    size_t holds = trail_smaller(next + HOLD_AHEAD, trail->end);
    size_t accounts = trail_smaller(next + ACCOUNTS_AHEAD, trail->end);

    if (trail->holds < next) trail->holds = next;
    if (trail->accounts < next) trail->accounts = next;
    for (; trail->holds < holds; trail->holds++) {
        struct arrival *arrival = arrival_at(arrivals, trail->holds);

        if (rules_resolves(&arrival->event)) trail_to_hold(store, &arrival->hashes);
    }
    for (; trail->accounts < accounts; trail->accounts++) {
        struct arrival *arrival = arrival_at(arrivals, trail->accounts);

        if (rules_resolves(&arrival->event)) trail_to_accounts(store, worker, &arrival->hashes);
    }
}

#endif
