/* test_waiters.c - calls that wait for a horizon, and the one that shows it.
 *
 *   T1  a waiter is let go when the horizon is above its timestamp, not before
 *   T2  a waiter that comes after that does not wait (W3)
 *   T3  a failure is the answer of all that wait, then and later */
#include "journal/waiters.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <string.h>

#include "support/threads.h"

enum { THREADS = 8 };

static struct waiters waiters;
static uint64_t woken, gone, shown, turns;

static void wake(void *context)
{
    shared_add(context, 1);
}

static void never(void *context)
{
    (void)context;
    cr_assert_fail("there is nothing to wait for");
}

static void begin(void)
{
    memset(&waiters, 0, sizeof waiters);
    waiters.awake_at = 1;
    woken = gone = shown = 0;
}

static void until(uint64_t *word, uint64_t value)
{
    while (shared_read(word) < value)
        sched_yield();
}

/* Thread i waits for i; the last one serves, step by step. */
static void wait_in_line(void *context, unsigned index)
{
    struct waiter waiter = {.timestamp = index};
    uint64_t least;

    (void)context;
    if (index < THREADS) {
        cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, wake, &woken), QUIPU_OK);
        shared_add(&gone, 1);
        return;
    }
    /* The flusher sleeps until all wait. */
    while (quipui_waiters_sleep_until(&waiters, THREADS) < THREADS)
        sched_yield();
    for (uint64_t horizon = 0; horizon <= THREADS; horizon++) {
        quipui_waiters_serve(&waiters, horizon);
        until(&gone, horizon);
        cr_assert_eq(quipui_waiters_gather(&waiters, &least), horizon < THREADS);
        if (horizon < THREADS) cr_assert_eq(least, horizon, "the others wait on");
    }
}

Test(waiters, are_served_below_the_horizon)
{
    begin();
    threads_run(THREADS + 1, wait_in_line, NULL);
}

/* Thread i waits for i; the last one is the flusher, which only the second of them wakes. */
static void wake_the_sleeper(void *context, unsigned index)
{
    struct waiter waiter = {.timestamp = index};

    (void)context;
    if (index < 2) {
        if (index == 1) until(&shown, 1);
        cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, wake, &woken), QUIPU_OK);
        return;
    }
    cr_assert(quipui_waiters_sleep_until(&waiters, 2) < 2);
    while (quipui_waiters_sleep_until(&waiters, 2) < 1)
        sched_yield();
    cr_assert_eq(shared_read(&woken), 0, "one is not two");
    shared_add(&shown, 1);
    until(&woken, 1);
    cr_assert_eq(quipui_waiters_sleep_until(&waiters, 0), 2);
    cr_assert_eq(quipui_waiters_serve(&waiters, 2), 2);
    cr_assert_eq(shared_read(&woken), 1, "only the last woke it");
}

Test(waiters, the_last_that_it_sleeps_for_wakes_the_flusher)
{
    begin();
    waiters.awake_at = WAITERS_NEVER;
    threads_run(3, wake_the_sleeper, NULL);
}

Test(waiters, do_not_wait_for_what_was_served)
{
    struct waiter waiter = {.timestamp = 6};
    uint64_t least;

    begin();
    quipui_waiters_serve(&waiters, 7);
    cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, never, NULL), QUIPU_OK);
    quipui_waiters_fail(&waiters, QUIPU_IO);
    cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, never, NULL), QUIPU_OK, "it is durable");
    waiter.timestamp = 7;
    cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, never, NULL), QUIPU_IO);
    cr_assert_not(quipui_waiters_gather(&waiters, &least));
}

static void wait_for_nothing(void *context, unsigned index)
{
    struct waiter waiter = {.timestamp = 100 + index};

    (void)context;
    if (index < THREADS) {
        cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, wake, &woken), QUIPU_NO_SPACE);
        return;
    }
    until(&woken, 1);
    quipui_waiters_fail(&waiters, QUIPU_NO_SPACE); /* some may come later */
}

Test(waiters, all_learn_of_a_failure)
{
    begin();
    threads_run(THREADS + 1, wait_for_nothing, NULL);
}

/* Waiters come and go while a horizon rises; each must be let go, and none too early. */
static void come_and_go(void *context, unsigned index)
{
    uint64_t times = *(uint64_t *)context;

    if (index == THREADS) {
        while (shared_read(&gone) < THREADS * times) {
            uint64_t wanted = shared_read(&turns);

            if (wanted == shared_read(&shown)) sched_yield();
            shared_raise(&shown, wanted);
            quipui_waiters_serve(&waiters, wanted);
        }
        return;
    }
    for (uint64_t i = 0; i < times; i++) {
        struct waiter waiter = {.timestamp = shared_add(&turns, 1)};

        cr_assert_eq(quipui_waiters_wait(&waiters, &waiter, wake, &woken), QUIPU_OK);
        cr_assert_gt(shared_read(&shown), waiter.timestamp);
        shared_add(&gone, 1);
    }
}

Test(waiters, none_is_forgotten)
{
    uint64_t times = threads_work(2000);

    begin();
    turns = 0;
    threads_run(THREADS + 1, come_and_go, &times);
}
