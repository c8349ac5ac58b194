/* lock.c - the slow half of lock.h: sleeping and waking. */
#define _GNU_SOURCE
#include "base/lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Holders keep a lock for about a hundred ns; sleeping costs a few thousand. The first look comes
 * late enough for a holder to go on undisturbed to the next, whose lines it has: who looks sooner
 * gets the lock, and waits for the lines. */
#define FIRST_ROUND 3
#define ROUNDS_BEFORE_SLEEP 4

void quipui_lock_wait(struct lock *lock)
{
    int saved = errno;

    for (unsigned round = 0; round < ROUNDS_BEFORE_SLEEP; round++) {
        uint32_t seen = LOCK_FREE;

        relax_longer(FIRST_ROUND + round);
        /* edge lock.word: acquire; pairs with release in lock_let_go(). */
        if (cas_acquire(&lock->word, &seen, LOCK_HELD)) return;
        if (seen == LOCK_AWAITED) break;
    }

    /* edge lock.word: acquire; pairs with release in lock_let_go(). Whoever got here takes the lock
     * as awaited: others may sleep behind it. */
    while (exchange_acquire(&lock->word, LOCK_AWAITED) != LOCK_FREE) {
        (void)syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, LOCK_AWAITED, NULL, NULL, 0);
    }
    errno = saved;
}

void quipui_lock_wake(struct lock *lock)
{
    (void)syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
