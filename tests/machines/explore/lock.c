/* lock.c - base/lock.h for fibers: one that finds a lock taken waits until its word is written. */
#include "base/lock.h"

void quipui_lock_wait(struct lock *lock)
{
    while (exchange_acquire(&lock->word, LOCK_AWAITED) != LOCK_FREE)
        explore_await(&lock->word, __func__);
}

/* The store that freed the lock woke all that wait for it. */
void quipui_lock_wake(struct lock *lock)
{
    (void)lock;
}
