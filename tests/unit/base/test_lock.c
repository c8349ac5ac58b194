/* test_lock.c - what a lock or a latch guards is seen by one thread at a time, in full.
 *
 * The guarded words are plain: a lost update shows in the sum, a missing edge in ThreadSanitizer. A
 * waiter that is never woken shows as a test that does not end. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>

#include "base/latch.h"
#include "base/lock.h"
#include "support/asleep.h"
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
        lock_take(&guarded->lock);
        touch(guarded, i + thread);
        lock_leave(&guarded->lock);
    }
}

static void under_latch(void *context, unsigned thread)
{
    struct guarded *guarded = context;

    for (unsigned i = 0; i < guarded->rounds; i++) {
        latch_take(&guarded->latch);
        touch(guarded, i + thread);
        latch_leave(&guarded->latch);
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

    lock_take(&lock);
    cr_assert_eq(load_relaxed(&lock.word), LOCK_HELD, "nobody waits");
    lock_leave(&lock);
    cr_assert_eq(load_relaxed(&lock.word), LOCK_FREE);
}

struct sleeper {
    pthread_t thread;
    struct guarded *guarded;
    uint64_t id; /* shared: as the kernel knows it */
};

static void *wait_for_lock(void *argument)
{
    struct sleeper *sleeper = argument;

    (void)shared_add(&sleeper->id, own_thread_id());
    lock_take(&sleeper->guarded->lock);
    sleeper->guarded->count++;
    lock_leave(&sleeper->guarded->lock);
    return NULL;
}

/* Not by threads_run(): it wakes sleepers itself, now and then. */
Test(lock, wakes_all_sleepers, .timeout = 60)
{
    for (unsigned round = 0; round < 20; round++) {
        struct guarded guarded = {.rounds = 0};
        struct sleeper sleepers[THREADS] = {{0}};

        lock_take(&guarded.lock);
        for (int i = 0; i < THREADS; i++) {
            sleepers[i].guarded = &guarded;
            cr_assert_eq(pthread_create(&sleepers[i].thread, NULL, wait_for_lock, &sleepers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            while (!is_asleep(shared_read(&sleepers[i].id)))
                (void)sched_yield();
        }
        lock_leave(&guarded.lock);
        for (int i = 0; i < THREADS; i++)
            cr_assert_eq(pthread_join(sleepers[i].thread, NULL), 0);
        cr_assert_eq(guarded.count, THREADS);
    }
}
