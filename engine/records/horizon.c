/* horizon.c - computing the horizon; see horizon.h. */
#include "records/horizon.h"

static uint64_t lowest_floor(struct workers *workers)
{
    uint64_t lowest = NO_FLOOR;

    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        /* edge worker.floor: acquire; pairs with release in worker_set_floor(). */
        uint64_t floor = load_acquire(&w->floor);

        if (floor < lowest) lowest = floor;
    }
    return lowest;
}

static uint64_t lower_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Keep the largest (F5). */
static uint64_t raise(_Atomic uint64_t *horizon, uint64_t to)
{
    /* edge store.horizon: acquire; pairs with acq_rel in raise(). */
    uint64_t seen = load_acquire(horizon);

    /* Ends: it only grows, and a swap fails only after it has grown. */
    while (seen < to) {
        /* edge store.horizon: acq_rel; pairs with acquire in raise(). Carries all that this thread
         * has seen below it: another thread may answer with our horizon. */
        if (cas_acq_rel(horizon, &seen, to)) return to;
    }
    return seen;
}

uint64_t quipui_floor(struct store *store)
{
    uint64_t floor, clock;

    /* Ends: the clock's word comes to a due time before what is due then expires. */
    do {
        /* F3: first the clock, then the floors. */
        clock = clock_floor(&store->clock);
        floor = lower_of(clock, lowest_floor(&store->workers));
        floor = lower_of(floor, timeouts_floor(&store->timeouts));
    } while (floor == clock && timeouts_latest(&store->timeouts) > clock); /* F7 */
    return floor;
}

uint64_t quipui_horizon(struct store *store)
{
    /* F3: the time-outs last. */
    uint64_t horizon = quipui_floor(store);

    horizon = lower_of(horizon, timeouts_earliest(&store->timeouts) - 1);
    return raise(&store->horizon, horizon);
}
