/* waiters.h - calls that wait until what their answers hang on is durable.
 *
 * A waiter is on its call's stack and sleeps on a word of its own. So the flusher wakes only those
 * that it has served, and one sync serves them all.
 *
 *   W1  a waiter holds nothing that another call, or the flusher, could wait for
 *   W2  the flusher touches a waiter only under the lock, but for the wake-up: a futex wake of a
 *       word that is gone wakes nobody, or a thread that looks again
 *   W3  a waiter that comes after its horizon was served is not taken in: there may never be a
 *       larger one */
#ifndef QUIPU_JOURNAL_WAITERS_H
#define QUIPU_JOURNAL_WAITERS_H

#include "base/lock.h"
#include "quipu/types.h"

struct waiter {
    uint64_t timestamp; /* the horizon has to rise above this */
    _Atomic uint32_t done;
    quipu_status status; /* plain, under done */
    struct waiter *next, *previous;
};

struct waiters {
    struct lock lock;
    struct waiter *first; /* plain, under lock */
    uint64_t horizon;     /* plain, under lock: what was served last */
    quipu_status failed;  /* plain, under lock: what all that wait get from now on, or QUIPU_OK */
};

/* Wait until the horizon is above waiter->timestamp, or the flusher has failed. `wake` is called
 * once the waiter is in the list, to tell the flusher; not if there is nothing to wait for. */
quipu_status quipui_waiters_wait(struct waiters *waiters, struct waiter *waiter,
                                 void (*wake)(void *context), void *context);

/* The least timestamp that is waited for. Returns false if nobody waits. */
bool quipui_waiters_least(struct waiters *waiters, uint64_t *timestamp);

/* Let go those that wait for less than this horizon. */
void quipui_waiters_serve(struct waiters *waiters, uint64_t horizon);

/* Nothing will be durable any more: all that wait get this status, now and later. */
void quipui_waiters_fail(struct waiters *waiters, quipu_status status);

#endif
