/* index_double.c - waits for a shard that doubles.
 *
 * A latch is held for a few steps, so its waiters spin. But a shard that doubles is held for as
 * long as its entries take to move and the kernel to supply their memory. A thread that slept for
 * times of its own choosing would sleep on when that is over. So it sleeps on a futex, and the
 * thread that doubles the shard wakes it.
 *
 * What orders things is the latch; the word only says whether there is anybody to wake. Nothing is
 * held by a thread that sleeps here. */
#include <limits.h>

#include "base/futex.h"
#include "records/index_parts.h"

void quipui_index_double_begin(struct index_shard *shard)
{
    /* relaxed: a guess of waiters that look; a thread that misses it spins. */
    store_relaxed(&shard->doubling, DOUBLING);
}

void quipui_index_double_end(struct index_shard *shard)
{
    uint32_t seen = DOUBLING;

    /* relaxed: a waiter that comes too late for this finds another value, and does not sleep. */
    if (cas_relaxed(&shard->doubling, &seen, DOUBLING_NOT)) return;
    store_relaxed(&shard->doubling, DOUBLING_NOT);
    quipui_futex_wake(&shard->doubling, INT_MAX);
}

/* Sleep until the shard has doubled. Returns false if it does not double. */
static bool await_doubling(struct index_shard *shard)
{
    uint32_t seen = DOUBLING;

    /* relaxed: the latch orders what the shard has; see the head. */
    if (!cas_relaxed(&shard->doubling, &seen, DOUBLING_AWAITED) && seen == DOUBLING_NOT) {
        return false;
    }
    quipui_futex_wait(&shard->doubling, DOUBLING_AWAITED, FUTEX_FOR_EVER);
    return true;
}

void quipui_index_shard_wait(struct index_shard *shard)
{
    unsigned spins = 0;

    /* Ends: the holder leaves the latch after a few steps, or when the shard has doubled. */
    do {
        /* Ends: as above. */
        while (latch_is_taken(&shard->latch)) {
            if (spins < SPIN_ROUNDS || !await_doubling(shard)) spin(&spins);
        }
    } while (!latch_try(&shard->latch));
}
