/* waiters.c - see waiters.h. */
#include "journal/waiters.h"

#include "base/futex.h"

static void take_in(struct waiters *waiters, struct waiter *waiter)
{
    waiter->previous = NULL;
    waiter->next = waiters->first;
    if (waiter->next != NULL) waiter->next->previous = waiter;
    waiters->first = waiter;
}

static void take_out(struct waiters *waiters, struct waiter *waiter)
{
    if (waiter->next != NULL) waiter->next->previous = waiter->previous;
    if (waiter->previous != NULL) {
        waiter->previous->next = waiter->next;
    } else {
        waiters->first = waiter->next;
    }
}

quipu_status quipui_waiters_wait(struct waiters *waiters, struct waiter *waiter,
                                 void (*wake)(void *context), void *context)
{
    quipu_status failed;
    bool waits;

    /* relaxed: the lock shows the waiter to the flusher. */
    store_relaxed(&waiter->done, 0);
    lock_take(&waiters->lock);
    waits = waiter->timestamp >= waiters->horizon; /* W3 */
    failed = waits ? waiters->failed : QUIPU_OK;
    waits = waits && failed == QUIPU_OK;
    if (waits) take_in(waiters, waiter);
    lock_leave(&waiters->lock);
    if (!waits) return failed;
    wake(context);
    /* Ends: the flusher serves each waiter, or fails, which serves all. */
    for (;;) {
        /* edge waiter.done: acquire; pairs with release in let_go(). */
        if (load_acquire(&waiter->done) != 0) return waiter->status;
        quipui_futex_wait(&waiter->done, 0, FUTEX_FOR_EVER);
    }
}

/* Under the lock. */
static void let_go(struct waiters *waiters, struct waiter *waiter, quipu_status status)
{
    _Atomic uint32_t *word = &waiter->done;

    take_out(waiters, waiter);
    waiter->status = status;
    /* edge waiter.done: release; pairs with acquire in quipui_waiters_wait(). Carries the status,
     * and that the frame is synced. */
    store_release(word, 1);
    quipui_futex_wake(word, 1); /* the waiter may be gone by now (W2) */
}

bool quipui_waiters_least(struct waiters *waiters, uint64_t *timestamp)
{
    bool is_any;

    *timestamp = UINT64_MAX;
    lock_take(&waiters->lock);
    is_any = waiters->first != NULL;
    for (struct waiter *w = waiters->first; w != NULL; w = w->next) {
        if (w->timestamp < *timestamp) *timestamp = w->timestamp;
    }
    lock_leave(&waiters->lock);
    return is_any;
}

static void serve(struct waiters *waiters, uint64_t horizon, quipu_status status)
{
    for (struct waiter *w = waiters->first; w != NULL;) {
        struct waiter *next = w->next;

        if (w->timestamp < horizon) let_go(waiters, w, status);
        w = next;
    }
}

void quipui_waiters_serve(struct waiters *waiters, uint64_t horizon)
{
    lock_take(&waiters->lock);
    if (horizon > waiters->horizon) waiters->horizon = horizon;
    serve(waiters, horizon, QUIPU_OK);
    lock_leave(&waiters->lock);
}

void quipui_waiters_fail(struct waiters *waiters, quipu_status status)
{
    lock_take(&waiters->lock);
    waiters->failed = status;
    serve(waiters, UINT64_MAX, status);
    lock_leave(&waiters->lock);
}
