/* test_wait.c - a wait relaxes, then yields, then sleeps; and a thread that outranks the one it
 * waits for gives it the processor.
 *
 * Counted in sleeps, never in time. The second part needs leave for SCHED_FIFO, and is skipped with
 * a word on stderr where there is none. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/latch.h"
#include "base/lock.h"
#include "base/wait.h"

static uint64_t sleeps(void)
{
    return load_relaxed(&quipui_wait_sleeps);
}

Test(wait, sleeps_after_so_many_rounds)
{
    unsigned spins = 0;

    errno = 77;
    for (int i = 0; i < SPIN_ROUNDS + SPIN_YIELDS; i++) {
        spin(&spins);
        cr_assert_eq(sleeps(), 0, "round %d", i);
    }
    for (uint64_t i = 1; i <= 40; i++) {
        spin(&spins);
        cr_assert_eq(sleeps(), i, "every round from then on");
    }
    cr_assert_eq(errno, 77);
}

Test(wait, sleeps_longer_but_not_for_long)
{
    uint64_t last = 0;

    for (unsigned spins = 0; spins < 1000; spins++) {
        uint64_t ns = quipui_wait_ns(spins);

        cr_assert_geq(ns, last);
        cr_assert_geq(ns, SLEEP_FIRST_NS);
        cr_assert_leq(ns, SLEEP_LONGEST_NS);
        last = ns;
    }
    cr_assert_eq(quipui_wait_ns(SPIN_ROUNDS + SPIN_YIELDS), SLEEP_FIRST_NS);
    cr_assert_eq(last, SLEEP_LONGEST_NS);
}

/* --- a real-time thread waits for a normal one on the same processor --- */

enum { TURNS = 20 };

struct meeting {
    struct latch latch;
    struct lock lock;
    bool by_latch;
    _Atomic uint32_t held, waits, over;
    uint64_t slept; /* while the waiter had to wait */
};

static void hold(struct meeting *meeting)
{
    if (meeting->by_latch) {
        latch_take(&meeting->latch);
    } else {
        lock_take(&meeting->lock);
    }
}

static void let_go(struct meeting *meeting)
{
    if (meeting->by_latch) {
        latch_leave(&meeting->latch);
    } else {
        lock_leave(&meeting->lock);
    }
}

/* Keeps to the processor that the test is on. Returns false without leave to outrank others. */
static bool outrank(void)
{
    struct sched_param param = {.sched_priority = 1};

    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0;
}

static char no_leave[] = "no leave for SCHED_FIFO";

/* Outranks the holder: what it waits for comes only if it sleeps. */
static void *wait_for_it(void *context)
{
    struct meeting *meeting = context;

    if (!outrank()) return no_leave;
    store_release(&meeting->waits, 1);
    hold(meeting);
    let_go(meeting);
    store_release(&meeting->over, 1);
    return NULL;
}

static const char *meet(bool by_latch)
{
    struct meeting meeting = {.by_latch = by_latch};
    uint64_t before = sleeps();
    pthread_t waiter;
    void *trouble;

    hold(&meeting);
    cr_assert_eq(pthread_create(&waiter, NULL, wait_for_it, &meeting), 0);
    /* On this one processor we get here again only when the waiter, which outranks us, sleeps; or
     * has no leave and is one of us. */
    while (load_acquire(&meeting.waits) == 0) {
        if (pthread_tryjoin_np(waiter, &trouble) == 0) {
            let_go(&meeting);
            return trouble;
        }
        (void)sched_yield();
    }
    let_go(&meeting);
    cr_assert_eq(pthread_join(waiter, &trouble), 0);
    cr_assert_eq(load_acquire(&meeting.over), 1);
    meeting.slept = sleeps() - before;
    if (by_latch) cr_assert_geq(meeting.slept, 1, "the holder ran, so the waiter slept");
    return trouble;
}

static void stay_here(void)
{
    int here = sched_getcpu();
    cpu_set_t only;

    CPU_ZERO(&only);
    CPU_SET(here < 0 ? 0 : (size_t)here, &only);
    cr_assert_eq(pthread_setaffinity_np(pthread_self(), sizeof only, &only), 0);
}

Test(wait, lets_a_thread_of_lower_rank_run, .timeout = 60)
{
    const char *trouble = NULL;

    stay_here();
    for (int i = 0; i < TURNS && trouble == NULL; i++) {
        trouble = meet(true);
        if (trouble == NULL) trouble = meet(false);
    }
    if (trouble != NULL) {
        (void)fprintf(stderr, "skipped: %s\n", trouble);
        cr_skip_test("%s", trouble);
    }
}
