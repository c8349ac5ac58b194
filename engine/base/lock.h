/* lock.h - a lock in four bytes: one compare-and-swap when free, the kernel's sleep when not.
 *
 * The three-state futex lock of Drepper's "Futexes Are Tricky" (2011), with a short spin before
 * sleeping. Small enough to live in every account; a pthread mutex is forty bytes. */
#ifndef QUIPU_BASE_LOCK_H
#define QUIPU_BASE_LOCK_H

#include "base/atomic.h"

struct lock {
    _Atomic uint32_t word;
};

enum { LOCK_FREE = 0, LOCK_HELD = 1, LOCK_AWAITED = 2 };

void quipui_lock_wait(struct lock *lock);
void quipui_lock_wake(struct lock *lock);

static inline void lock_take(struct lock *lock)
{
    uint32_t seen = LOCK_FREE;

    /* edge lock.word: acquire; pairs with release in lock_leave(). */
    if (!cas_acquire(&lock->word, &seen, LOCK_HELD)) quipui_lock_wait(lock);
}

/* Take it if it is free. */
static inline bool lock_try(struct lock *lock)
{
    uint32_t seen = LOCK_FREE;

    /* edge lock.word: acquire; pairs with release in lock_leave(). */
    return cas_acquire(&lock->word, &seen, LOCK_HELD);
}

/* Most likely: is it free? */
static inline bool lock_is_free(struct lock *lock)
{
    /* relaxed: a guess; lock_try() decides. */
    return load_relaxed(&lock->word) == LOCK_FREE;
}

/* Does a thread sleep until the lock that we hold is left? */
static inline bool lock_is_awaited(struct lock *lock)
{
    /* relaxed: only to be polite. */
    return load_relaxed(&lock->word) == LOCK_AWAITED;
}

static inline void lock_leave(struct lock *lock)
{
    /* edge lock.word: release; pairs with acquire in lock_take(). Carries all that the lock
     * guards. */
    if (exchange_release(&lock->word, LOCK_FREE) == LOCK_AWAITED) quipui_lock_wake(lock);
}

#endif
