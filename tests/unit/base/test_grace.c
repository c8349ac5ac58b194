/* test_grace.c - a grace period ends after every section that began before it; threads join before
 * their first section, and leave when they end.
 *
 * No clock decides: the section lasts until the waiter is about to wait, and some more. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/memory.h"
#include "support/section.h"
#include "support/threads.h"

enum { READERS = 3, LINGER = 50, SLOTS = 8 };

struct stay {
    uint64_t inside, waiting; /* shared */
    int left[READERS];        /* plain: carried by the grace period */
    int seen;
};

static void stay_or_wait(void *context, unsigned thread)
{
    struct stay *stay = context;

    if (thread == READERS) {
        while (shared_read(&stay->inside) < READERS)
            (void)sched_yield();
        (void)shared_add(&stay->waiting, 1);
        quipui_grace_wait();
        for (int i = 0; i < READERS; i++)
            stay->seen += stay->left[i];
        return;
    }
    section_enter();
    (void)shared_add(&stay->inside, 1);
    while (shared_read(&stay->waiting) == 0)
        (void)sched_yield();
    for (int i = 0; i < LINGER; i++)
        (void)sched_yield();
    stay->left[thread] = 1;
    section_leave();
}

Test(grace, outlasts_sections_that_began_before, .timeout = 120)
{
    for (unsigned round = 0; round < threads_work(200); round++) {
        struct stay stay = {0};

        threads_run(READERS + 1, stay_or_wait, &stay);
        cr_assert_eq(stay.seen, READERS, "round %u: %d of %d had left", round, stay.seen, READERS);
    }
}

/* A thread that sleeps in a section for long enough that a waiter sleeps, too. */
static void *linger(void *context)
{
    struct stay *stay = context;

    section_enter();
    (void)shared_add(&stay->inside, 1);
    (void)usleep(50000);
    stay->left[0] = 1;
    section_leave();
    return NULL;
}

/* Not by threads_run(), whose signals wake sleepers. */
Test(grace, wakes_a_sleeper, .timeout = 60)
{
    for (int i = 0; i < 5; i++) {
        struct stay stay = {0};
        pthread_t thread;

        cr_assert_eq(pthread_create(&thread, NULL, linger, &stay), 0);
        while (shared_read(&stay.inside) == 0)
            (void)sched_yield();
        errno = 77;
        quipui_grace_wait();
        cr_assert_eq(errno, 77, "errno is the caller's");
        cr_assert_eq(stay.left[0], 1);
        cr_assert_eq(pthread_join(thread, NULL), 0);
    }
}

struct shelf {
    _Atomic(uint64_t *) shown;
    uint64_t words[SLOTS]; /* plain: 0 is what nobody may see */
    unsigned rounds, spoilt[READERS];
    uint64_t over; /* shared */
};

/* Thread READERS shows a word, and spoils the one before only after a grace period. */
static void show_or_look(void *context, unsigned thread)
{
    struct shelf *shelf = context;

    if (thread == READERS) {
        for (unsigned i = 1; i <= shelf->rounds; i++) {
            uint64_t *old = load_relaxed(&shelf->shown), *next = &shelf->words[i % SLOTS];

            *next = i;
            store_release(&shelf->shown, next);
            quipui_grace_wait();
            *old = 0;
        }
        (void)shared_add(&shelf->over, 1);
        return;
    }
    while (shared_read(&shelf->over) == 0) {
        const uint64_t *shown;

        section_enter();
        shown = load_acquire(&shelf->shown);
        for (int i = 0; i < 4; i++)
            shelf->spoilt[thread] += *shown == 0;
        section_leave();
    }
}

Test(grace, keeps_what_a_section_found, .timeout = 120)
{
    static struct shelf shelf;

    shelf.words[0] = 1;
    store_relaxed(&shelf.shown, &shelf.words[0]);
    shelf.rounds = threads_work(5000);
    threads_run(READERS + 1, show_or_look, &shelf);
    for (int i = 0; i < READERS; i++)
        cr_assert_eq(shelf.spoilt[i], 0);
}

Test(grace, sections_nest)
{
    section_enter();
    section_enter();
    section_leave();
    section_leave();
    quipui_grace_wait(); /* would never return inside of one */
}

/* --- joining and leaving --- */

static void *join_and_end(void *context)
{
    section_enter();
    section_leave();
    return context;
}

/* Threads come and go, on the stacks of those before them, while grace periods run. */
static void come_and_go(void *context, unsigned thread)
{
    unsigned rounds = threads_work(400);

    for (unsigned i = 0; i < rounds; i++) {
        pthread_t child;

        if (thread == 0) {
            quipui_grace_wait();
            continue;
        }
        cr_assert_eq(pthread_create(&child, NULL, join_and_end, context), 0);
        cr_assert_eq(pthread_join(child, NULL), 0);
    }
}

Test(grace, threads_come_and_go, .timeout = 60)
{
    threads_run(3, come_and_go, NULL);
    quipui_grace_wait();
}

static bool refuse(void)
{
    return true;
}

Test(grace, joining_may_be_refused)
{
    errno = 77;
    quipui_memory_refuse = refuse;
    cr_assert(!grace_join());
    cr_assert_eq(errno, 77, "errno is the caller's");
    quipui_memory_refuse = NULL;
    cr_assert(grace_join(), "a refusal is not for good");
    quipui_memory_refuse = refuse;
    cr_assert(grace_join(), "a thread that has joined needs nothing more");
    section_enter();
    section_leave();
    cr_assert_eq(errno, 77);
}

static pthread_key_t early, late; /* made before that of grace.c, and after it */

/* The destructor of a host's key: calls while the thread ends. */
static void call_again(void *count)
{
    section_enter();
    section_leave();
    (void)shared_add(count, 1);
}

static void *end_calling(void *count)
{
    section_enter();
    section_leave();
    cr_assert_eq(pthread_setspecific(early, count), 0);
    cr_assert_eq(pthread_setspecific(late, count), 0);
    return NULL;
}

Test(grace, a_thread_may_call_while_it_ends)
{
    uint64_t calls = 0;

    cr_assert_eq(pthread_key_create(&early, call_again), 0);
    cr_assert(grace_join());
    cr_assert_eq(pthread_key_create(&late, call_again), 0);
    for (int i = 0; i < 100; i++) {
        pthread_t thread;

        cr_assert_eq(pthread_create(&thread, NULL, end_calling, &calls), 0);
        cr_assert_eq(pthread_join(thread, NULL), 0);
        quipui_grace_wait(); /* would go astray by the reader of a thread that is no more */
    }
    cr_assert_eq(calls, 200);
}
