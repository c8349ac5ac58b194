/* watchers.h - queues that wait for a horizon, and sleep on a descriptor (queue/queue.h).
 *
 * A waiter is one call that waits for one timestamp. A watcher is a queue whose calls wait for
 * many, and whose thread may do anything meanwhile. Both are served by the same flusher, under the
 * same lock.
 *
 * A watcher *needs* horizons: the answer that hangs on a timestamp needs the horizon above it.
 *
 *   Y1  `least` is the least horizon that the watcher needs, or less; `most` the largest. While the
 *       horizon is below `most`, the watcher counts as one call that waits
 *   Y2  a descriptor that was written is *told*. It is written once for each time that `told`
 *       becomes true, and read once for each time that it becomes false: so it is readable if and
 *       only if the watcher is told, a write that is on its way apart
 *   Y3  a watcher is told when the horizon comes to `least`, or the journal fails. Both happen
 *       under the lock
 *   Y4  a watcher that goes to sleep first makes `told` false, and then compares `least` with the
 *       horizon, both under the lock: the flusher comes after it and tells it, or came before it
 *       and is seen
 *   Y5  a watcher that needs a horizon which was served, or never will be, is not taken in (W3)
 *   Y6  the flusher writes descriptors with `telling` taken and the lock left. A watcher that
 *       leaves takes `telling`, so its descriptor is not written later */
#ifndef QUIPU_JOURNAL_WATCHERS_H
#define QUIPU_JOURNAL_WATCHERS_H

#include "journal/waiters.h"

#define WATCHER_NOTHING UINT64_MAX

struct watcher {
    int event;            /* base/event.h */
    bool told;            /* plain, under lock, as is all below */
    bool waits;           /* counted in waiters.count */
    uint64_t least, most; /* horizons; WATCHER_NOTHING: none is needed */
    struct watcher *next, *previous;
    struct watcher *next_told; /* of those that the flusher is about to tell */
};

/* Needs nothing yet. */
void quipui_watchers_join(struct waiters *waiters, struct watcher *watcher, int event);
void quipui_watchers_leave(struct waiters *waiters, struct watcher *watcher);

/* The watcher needs this horizon, too. Returns false if that was served already, or never will be.
 * `wake` is called if the flusher sleeps and this is the last that it sleeps for. */
bool quipui_watcher_expect(struct waiters *waiters, struct watcher *watcher, uint64_t horizon,
                           void (*wake)(void *context), void *context);

/* Something is ready that the flusher will not tell of. */
void quipui_watcher_tell_itself(struct waiters *waiters, struct watcher *watcher);

/* The watcher is about to sleep; `least` is what it needs. Returns true if that is there already:
 * it is told, then. */
bool quipui_watcher_sleeps(struct waiters *waiters, struct watcher *watcher, uint64_t least);

/* --- for waiters.c, with the lock taken --- */

/* The horizon has risen, or the journal has failed: *told is a list of those to tell. Returns how
 * many wait for nothing more. */
size_t quipui_watchers_serve(struct waiters *waiters, struct watcher **told);

/* Lower *timestamp to the least that a watcher waits for. */
void quipui_watchers_least(struct waiters *waiters, uint64_t *timestamp);

/* Write their descriptors; the lock is left, `telling` is taken. */
void quipui_watchers_tell(struct watcher *told);

#endif
