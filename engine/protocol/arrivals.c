/* arrivals.c - see arrivals.h. */
#include "protocol/arrivals.h"

/* A chain may have gone past a stage. */
static void catch_up(size_t *stage, size_t next)
{
    if (*stage < next) *stage = next;
}

static void go_ahead(struct arrivals *arrivals, struct store *store, const struct worker *worker,
                     size_t next, struct stages ahead)
{
    struct stages *stages = &arrivals->stages;

    if (stages->hashed == 0) arrivals_begin(arrivals, store);
    catch_up(&stages->hashed, next);
    catch_up(&stages->asked, next);
    while (stages->hashed < arrivals->count && stages->hashed < next + ahead.hashed)
        hash_next(arrivals, stages, store);
    while (stages->asked < stages->hashed && stages->asked < next + ahead.asked)
        ask_next(arrivals, stages, store, worker, next);
}

/* Not in line, though posts and voids are many: it would cost all others registers. */
__attribute__((noinline)) void quipui_arrivals_ask_for_pending(struct arrivals *arrivals,
                                                               struct store *store, size_t asked,
                                                               size_t next)
{
    struct hashes *hashes = &arrival_at(arrivals, asked)->hashes;
    struct trail *trail = &arrivals->trail;
    uint64_t place = index_guess(&store->transfer_ids, hashes->homes[0], hashes->pending);
    const char *record;

    hashes->pending_guess = place;
    if (place == UINT64_MAX) return;
    record = (const char *)transfer_at(&store->transfers, place);
    prefetch(record);
    prefetch(record + CACHE_LINE);
    prefetch(knot_at(&store->transfers, place));
    if (trail->end <= next) trail->holds = trail->accounts = asked;
    trail->end = asked + 1;
}

void quipui_arrivals_start(struct arrivals *arrivals, struct store *store,
                           const struct worker *worker, size_t next)
{
    go_ahead(arrivals, store, worker, next, (struct stages){HASH_FIRST, SLOTS_FIRST});
}

void quipui_arrivals_fill(struct arrivals *arrivals, struct store *store,
                          const struct worker *worker, size_t next)
{
    go_ahead(arrivals, store, worker, next, (struct stages){HASH_AHEAD, SLOTS_AHEAD});
}
