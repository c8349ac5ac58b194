/* watchers.c - see watchers.h. */
#include "journal/watchers.h"

#include "base/event.h"

void quipui_watchers_join(struct waiters *waiters, struct watcher *watcher, int event)
{
    *watcher = (struct watcher){.event = event, .least = WATCHER_NOTHING};
    lock_take(&waiters->telling);
    lock_take(&waiters->lock);
    watcher->next = waiters->watchers;
    if (watcher->next != NULL) watcher->next->previous = watcher;
    waiters->watchers = watcher;
    lock_leave(&waiters->lock);
    lock_leave(&waiters->telling);
}

static void stop_waiting(struct waiters *waiters, struct watcher *watcher)
{
    if (watcher->waits) waiters->count--;
    watcher->waits = false;
}

void quipui_watchers_leave(struct waiters *waiters, struct watcher *watcher)
{
    lock_take(&waiters->telling); /* Y6 */
    lock_take(&waiters->lock);
    stop_waiting(waiters, watcher);
    if (watcher->next != NULL) watcher->next->previous = watcher->previous;
    if (watcher->previous != NULL) {
        watcher->previous->next = watcher->next;
    } else {
        waiters->watchers = watcher->next;
    }
    lock_leave(&waiters->lock);
    lock_leave(&waiters->telling);
}

/* Is this horizon served, or will it never be? */
static bool is_settled(const struct waiters *waiters, uint64_t horizon)
{
    return horizon <= waiters->horizon || waiters->failed != QUIPU_OK;
}

bool quipui_watcher_expect(struct waiters *waiters, struct watcher *watcher, uint64_t horizon,
                           void (*wake)(void *context), void *context)
{
    bool settled, is_last;

    lock_take(&waiters->lock);
    settled = is_settled(waiters, horizon); /* Y5 */
    if (!settled) {
        if (horizon < watcher->least) watcher->least = horizon;
        if (horizon > watcher->most) watcher->most = horizon;
        if (!watcher->waits) waiters->count++;
        watcher->waits = true;
    }
    is_last = !settled && waiters->count >= waiters->awake_at;
    if (is_last) waiters->awake_at = WAITERS_NEVER;
    lock_leave(&waiters->lock);
    if (is_last) wake(context);
    return !settled;
}

void quipui_watcher_tell_itself(struct waiters *waiters, struct watcher *watcher)
{
    bool told;

    lock_take(&waiters->lock);
    told = watcher->told;
    watcher->told = true;
    lock_leave(&waiters->lock);
    if (!told) quipui_event_set(watcher->event);
}

/* It needs `least`, and is told of it if that is there already (Y4); otherwise it is not told.
 * Returns whether it is. With the lock taken. */
static bool compare(struct waiters *waiters, struct watcher *watcher, uint64_t least)
{
    watcher->least = least;
    watcher->told = least != WATCHER_NOTHING && is_settled(waiters, least);
    return watcher->told;
}

bool quipui_watcher_sleeps(struct waiters *waiters, struct watcher *watcher, uint64_t least)
{
    bool was_told, is_there = false;

    lock_take(&waiters->lock);
    was_told = watcher->told;
    if (!was_told) is_there = compare(waiters, watcher, least);
    lock_leave(&waiters->lock);
    if (was_told) {
        /* A write that is on its way will wake it: it sleeps as one that is told. */
        if (!quipui_event_clear(watcher->event)) return false;
        lock_take(&waiters->lock);
        is_there = compare(waiters, watcher, least);
        lock_leave(&waiters->lock);
    }
    if (is_there) quipui_event_set(watcher->event);
    return is_there;
}

size_t quipui_watchers_serve(struct waiters *waiters, struct watcher **told)
{
    size_t served = 0;

    *told = NULL;
    for (struct watcher *w = waiters->watchers; w != NULL; w = w->next) {
        if (w->waits && is_settled(waiters, w->most)) {
            stop_waiting(waiters, w);
            served++;
        }
        if (w->told || w->least == WATCHER_NOTHING || !is_settled(waiters, w->least)) continue;
        w->told = true; /* Y3 */
        w->next_told = *told;
        *told = w;
    }
    return served;
}

/* What is below the horizon already is not waited for: a watcher that has not looked yet waits for
 * its last. */
void quipui_watchers_least(struct waiters *waiters, uint64_t *timestamp)
{
    for (struct watcher *w = waiters->watchers; w != NULL; w = w->next) {
        uint64_t needed = w->least > waiters->horizon ? w->least : w->most;

        if (w->waits && needed - 1 < *timestamp) *timestamp = needed - 1;
    }
}

void quipui_watchers_tell(struct watcher *told)
{
    while (told != NULL) {
        struct watcher *next = told->next_told;

        quipui_event_set(told->event);
        told = next;
    }
}
