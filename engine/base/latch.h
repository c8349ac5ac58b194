/* latch.h - a lock for a few dozen instructions: taken by an exchange, left by a plain store.
 *
 * Waiters spin, then yield, then sleep a while (wait.c). What may be held longer, or wanted by many
 * threads at once, has a lock (lock.h). */
#ifndef QUIPU_BASE_LATCH_H
#define QUIPU_BASE_LATCH_H

#include "base/atomic.h"

struct latch {
    _Atomic uint32_t word;
};

static inline void latch_take(struct latch *latch)
{
    unsigned spins = 0;

    /* Ends: the holder leaves it after a few steps, and waits for nothing meanwhile. */
    /* edge latch.word: acquire; pairs with release in latch_leave(). */
    while (exchange_acquire(&latch->word, 1) != 0) {
        /* relaxed: only to wait without stealing the line; the exchange decides. */
        /* Ends: as above. */
        while (load_relaxed(&latch->word) != 0)
            spin(&spins);
    }
}

/* Take it if it is free. */
static inline bool latch_try(struct latch *latch)
{
    /* edge latch.word: acquire; pairs with release in latch_leave(). */
    return exchange_acquire(&latch->word, 1) == 0;
}

/* Is it taken by some thread? A guess. */
static inline bool latch_is_taken(const struct latch *latch)
{
    /* relaxed: only to wait without stealing the line; latch_try() decides. */
    return load_relaxed(&latch->word) != 0;
}

static inline void latch_leave(struct latch *latch)
{
    /* edge latch.word: release; pairs with acquire in latch_take(). Carries all that it guards. */
    store_release(&latch->word, 0);
}

#endif
