/* waiters.h - calls that wait until what their answers hang on is durable.
 *
 * A waiter is on its call's stack and sleeps on the word of its group: those that come while the
 * flusher gathers what one sync makes durable. So one sync serves them all, one system call wakes
 * them all, and those that come during the sync sleep on. There are two groups, in turns.
 *
 *   W1  a waiter holds nothing that another call, or the flusher, could wait for
 *   W2  the flusher touches a waiter under the lock; one that it has taken out of the list, until
 *       it is done. Later it only changes the word of the group and wakes those that sleep on it;
 *       one that is not done looks, and sleeps again
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
    unsigned group;      /* the waiter's own */
    struct waiter *next, *previous;
};

#define WAITERS_NEVER SIZE_MAX

struct watcher; /* a queue: watchers.h */

#define WAITERS_GROUPS 2

struct waiters {
    struct lock lock;
    unsigned gathering;                      /* plain, under lock: the group of those that come */
    _Atomic uint32_t serves[WAITERS_GROUPS]; /* how often some of the group were served */
    struct waiter *first;                    /* plain, under lock */
    uint64_t horizon;                        /* plain, under lock: what was served last */
    quipu_status failed; /* plain, under lock: what all that wait get from now on, or QUIPU_OK */
    size_t count;        /* plain, under lock: waiters, and watchers that wait */
    size_t awake_at; /* plain, under lock: so many wake the flusher; WAITERS_NEVER: it is awake */
    struct watcher *watchers; /* plain, under lock; the list also needs `telling` to change */
    struct lock telling;      /* taken, before lock, while watchers are told */
};

/* Wait until the horizon is above waiter->timestamp, or the flusher has failed. `wake` is called
 * once the waiter is in the list, if the flusher sleeps and this is the last that it sleeps for. */
quipu_status quipui_waiters_wait(struct waiters *waiters, struct waiter *waiter,
                                 void (*wake)(void *context), void *context);

/* The least timestamp that is waited for. Those that come from here on are of the next group.
 * Returns false if nobody waits. */
bool quipui_waiters_gather(struct waiters *waiters, uint64_t *timestamp);

/* The flusher is about to sleep until `count` calls wait. Returns how many do: if that is `count`
 * or more, it is not to sleep, and nobody will wake it. */
size_t quipui_waiters_sleep_until(struct waiters *waiters, size_t count);

/* Let go those that wait for less than this horizon. Returns how many. */
size_t quipui_waiters_serve(struct waiters *waiters, uint64_t horizon);

/* Nothing will be durable any more: all that wait get this status, now and later. */
void quipui_waiters_fail(struct waiters *waiters, quipu_status status);

#endif
