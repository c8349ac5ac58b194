/* waiters.c - see waiters.h. */
#include "journal/waiters.h"

#include "base/futex.h"
#include "journal/watchers.h"

static void take_in(struct waiters *waiters, struct waiter *waiter)
{
    waiter->group = waiters->gathering;
    waiter->previous = NULL;
    waiter->next = waiters->first;
    if (waiter->next != NULL) waiter->next->previous = waiter;
    waiters->first = waiter;
    waiters->count++;
}

static void take_out(struct waiters *waiters, struct waiter *waiter)
{
    if (waiter->next != NULL) waiter->next->previous = waiter->previous;
    if (waiter->previous != NULL) {
        waiter->previous->next = waiter->next;
    } else {
        waiters->first = waiter->next;
    }
    waiters->count--;
}

quipu_status quipui_waiters_wait(struct waiters *waiters, struct waiter *waiter,
                                 void (*wake)(void *context), void *context)
{
    quipu_status failed;
    bool waits, is_last;

    /* relaxed: the lock shows the waiter to the flusher. */
    store_relaxed(&waiter->done, 0);
    lock_take(&waiters->lock);
    waits = waiter->timestamp >= waiters->horizon; /* W3 */
    failed = waits ? waiters->failed : QUIPU_OK;
    waits = waits && failed == QUIPU_OK;
    if (waits) take_in(waiters, waiter);
    is_last = waiters->count >= waiters->awake_at;
    if (is_last) waiters->awake_at = WAITERS_NEVER;
    lock_leave(&waiters->lock);
    if (!waits) return failed;
    if (is_last) wake(context);
    /* Ends: the flusher serves each waiter, or fails, which serves all. */
    for (;;) {
        /* edge waiters.serves: acquire; pairs with release in wake_group(). */
        uint32_t serves = load_acquire(&waiters->serves[waiter->group]);

        /* edge waiter.done: acquire; pairs with release in let_go(). */
        if (load_acquire(&waiter->done) != 0) return waiter->status;
        quipui_futex_wait(&waiters->serves[waiter->group], serves, FUTEX_FOR_EVER);
    }
}

/* It is in no list any more, and wakes up by its group. Returns that. */
static unsigned let_go(struct waiter *waiter, quipu_status status)
{
    unsigned group = waiter->group;

    waiter->status = status;
    /* edge waiter.done: release; pairs with acquire in quipui_waiters_wait(). Carries the status,
     * and that the frame is synced. The waiter may be gone after this (W2). */
    store_release(&waiter->done, 1);
    return group;
}

static void wake_group(struct waiters *waiters, unsigned group)
{
    /* edge waiters.serves: release; pairs with acquire in quipui_waiters_wait(). Carries that those
     * that were served are done: one that sees the new count and is not done may sleep. */
    (void)add_release(&waiters->serves[group], 1);
    quipui_futex_wake(&waiters->serves[group], INT32_MAX);
}

/* Let those go that wait for less than this horizon, with both locks taken, and tell the watchers.
 * The lock is left before the first of them wakes up, since that one may take it at once. Returns
 * how many there were. */
static size_t serve(struct waiters *waiters, uint64_t horizon, quipu_status status)
{
    bool was_served[WAITERS_GROUPS] = {false};
    struct watcher *told;
    struct waiter *served = NULL;
    size_t count;

    for (struct waiter *w = waiters->first; w != NULL;) {
        struct waiter *next = w->next;

        if (w->timestamp < horizon) {
            take_out(waiters, w);
            w->next = served;
            served = w;
        }
        w = next;
    }
    count = quipui_watchers_serve(waiters, &told);
    lock_leave(&waiters->lock);
    while (served != NULL) {
        struct waiter *next = served->next;

        was_served[let_go(served, status)] = true;
        served = next;
        count++;
    }
    for (unsigned group = 0; group < WAITERS_GROUPS; group++) {
        if (was_served[group]) wake_group(waiters, group);
    }
    quipui_watchers_tell(told);
    lock_leave(&waiters->telling);
    return count;
}

bool quipui_waiters_gather(struct waiters *waiters, uint64_t *timestamp)
{
    bool is_any;

    *timestamp = UINT64_MAX;
    lock_take(&waiters->lock);
    is_any = waiters->count > 0;
    for (struct waiter *w = waiters->first; w != NULL; w = w->next) {
        if (w->timestamp < *timestamp) *timestamp = w->timestamp;
    }
    quipui_watchers_least(waiters, timestamp);
    waiters->gathering = (waiters->gathering + 1) % WAITERS_GROUPS;
    lock_leave(&waiters->lock);
    return is_any;
}

size_t quipui_waiters_sleep_until(struct waiters *waiters, size_t count)
{
    size_t waiting;

    lock_take(&waiters->lock);
    waiting = waiters->count;
    waiters->awake_at = waiting < count ? count : WAITERS_NEVER;
    lock_leave(&waiters->lock);
    return waiting;
}

size_t quipui_waiters_serve(struct waiters *waiters, uint64_t horizon)
{
    lock_take(&waiters->telling);
    lock_take(&waiters->lock);
    if (horizon > waiters->horizon) waiters->horizon = horizon;
    return serve(waiters, horizon, QUIPU_OK);
}

void quipui_waiters_fail(struct waiters *waiters, quipu_status status)
{
    lock_take(&waiters->telling);
    lock_take(&waiters->lock);
    waiters->failed = status;
    (void)serve(waiters, UINT64_MAX, status);
}
