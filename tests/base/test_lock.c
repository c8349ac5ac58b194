/* test_lock.c - what a lock or a latch guards is seen by one thread at a time, in full.
 *
 * The guarded words are plain: a lost update shows in the sum, a missing edge in ThreadSanitizer. A
 * waiter that is never woken shows as a test that does not end. */
#include <criterion/criterion.h>
#include <sched.h>

#include "base/latch.h"
#include "base/lock.h"
#include "support/threads.h"

enum { THREADS = 4, YIELD_EVERY = 64 };

struct guarded {
    struct lock lock;
    struct latch latch;
    unsigned rounds;
    unsigned inside, met; /* plain, under the lock or the latch */
    uint64_t count, again;
};

/* Reads and writes with time to meet others between them. */
static void touch(struct guarded *guarded, unsigned round)
{
    uint64_t count = guarded->count;

    if (guarded->inside++ != 0) guarded->met++;
    if (round % YIELD_EVERY == 0) (void)sched_yield(); /* so that the others must sleep */
    guarded->count = count + 1;
    guarded->again++;
    guarded->inside--;
}

static void under_lock(void *context, unsigned thread)
{
    struct guarded *guarded = context;

    for (unsigned i = 0; i < guarded->rounds; i++) {
        lock_hold(&guarded->lock);
        touch(guarded, i + thread);
        lock_let_go(&guarded->lock);
    }
}

static void under_latch(void *context, unsigned thread)
{
    struct guarded *guarded = context;

    for (unsigned i = 0; i < guarded->rounds; i++) {
        latch_hold(&guarded->latch);
        touch(guarded, i + thread);
        latch_let_go(&guarded->latch);
    }
}

static void check(const struct guarded *guarded)
{
    cr_assert_eq(guarded->met, 0, "two were inside, %u times", guarded->met);
    cr_assert_eq(guarded->count, (uint64_t)THREADS * guarded->rounds);
    cr_assert_eq(guarded->again, guarded->count);
}

Test(lock, lets_one_in, .timeout = 120)
{
    struct guarded guarded = {.rounds = threads_work(200000)};

    threads_run(THREADS, under_lock, &guarded);
    check(&guarded);
    cr_assert_eq(load_relaxed(&guarded.lock.word), LOCK_FREE);
}

Test(latch, lets_one_in, .timeout = 120)
{
    struct guarded guarded = {.rounds = threads_work(200000)};

    threads_run(THREADS, under_latch, &guarded);
    check(&guarded);
    cr_assert_eq(load_relaxed(&guarded.latch.word), 0);
}

Test(lock, is_held_until_let_go)
{
    struct lock lock = {LOCK_FREE};

    lock_hold(&lock);
    cr_assert_eq(load_relaxed(&lock.word), LOCK_HELD, "nobody waits");
    lock_let_go(&lock);
    cr_assert_eq(load_relaxed(&lock.word), LOCK_FREE);
}

struct queue {
    struct guarded guarded;
    uint64_t at_the_lock;
};

/* Thread 0 has the lock and lets go only when all others sleep on it or are about to. */
static void queue_up(void *context, unsigned thread)
{
    struct queue *queue = context;
    struct guarded *guarded = &queue->guarded;

    if (thread == 0) {
        lock_hold(&guarded->lock);
        (void)shared_add(&queue->at_the_lock, 1);
        /* relaxed: only to see that one has gone to sleep. */
        while (load_relaxed(&guarded->lock.word) != LOCK_AWAITED)
            (void)sched_yield();
        guarded->count++;
        lock_let_go(&guarded->lock);
        return;
    }
    while (shared_read(&queue->at_the_lock) == 0)
        (void)sched_yield();
    lock_hold(&guarded->lock);
    guarded->count++;
    lock_let_go(&guarded->lock);
}

Test(lock, wakes_all_who_sleep, .timeout = 120)
{
    for (unsigned round = threads_work(500); round > 0; round--) {
        struct queue queue = {0};

        threads_run(THREADS, queue_up, &queue);
        cr_assert_eq(queue.guarded.count, THREADS);
    }
}
