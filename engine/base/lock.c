/* lock.c - the slow half of lock.h: sleeping and waking. */
#define _GNU_SOURCE
#include "base/lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A lock is held for about a hundred ns; sleeping costs a few thousand. The first look comes late
 * enough for the holder to go on undisturbed to its next account, whose lines it has. A waiter that
 * looks sooner gets the lock, and then waits for the lines. */
#define FIRST_ROUND 3
#define ROUNDS_BEFORE_SLEEP 4

/* Look a few times, ever more rarely. Returns false if the lock is still held. */
static bool look(struct lock *lock, uint32_t taken)
{
    for (unsigned round = 0; round < ROUNDS_BEFORE_SLEEP; round++) {
        uint32_t seen = LOCK_FREE;

        relax_longer(FIRST_ROUND + round);
        /* edge lock.word: acquire; pairs with release in lock_leave(). */
        if (cas_acquire(&lock->word, &seen, taken)) return true;
    }
    return false;
}

/* A woken thread spins again before it sleeps: handing the lock from sleeper to sleeper keeps it
 * slow. */
void quipui_lock_wait(struct lock *lock)
{
    uint32_t taken = LOCK_HELD;
    int saved = errno;

    /* Ends: the holder leaves it, and wakes a thread that sleeps here. */
    while (!look(lock, taken)) {
        /* edge lock.word: acquire; pairs with release in lock_leave(). */
        if (exchange_acquire(&lock->word, LOCK_AWAITED) == LOCK_FREE) break;
        (void)syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, LOCK_AWAITED, NULL, NULL, 0);
        /* A thread that slept takes the lock as awaited: others may sleep behind it. */
        taken = LOCK_AWAITED;
    }
    errno = saved;
}

void quipui_lock_wake(struct lock *lock)
{
    (void)syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
