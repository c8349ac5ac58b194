/* test_grace.c - a grace period ends after every section that began before it.
 *
 * No clock decides: the section lasts until the waiter is about to wait, and some more. */
#include <criterion/criterion.h>
#include <sched.h>

#include "base/atomic.h"
#include "base/grace.h"
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
    quipui_grace_enter();
    (void)shared_add(&stay->inside, 1);
    while (shared_read(&stay->waiting) == 0)
        (void)sched_yield();
    for (int i = 0; i < LINGER; i++)
        (void)sched_yield();
    stay->left[thread] = 1;
    quipui_grace_leave();
}

Test(grace, outlasts_sections_that_began_before, .timeout = 120)
{
    for (unsigned round = 0; round < threads_work(200); round++) {
        struct stay stay = {0};

        threads_run(READERS + 1, stay_or_wait, &stay);
        cr_assert_eq(stay.seen, READERS, "round %u: %d of %d had left", round, stay.seen, READERS);
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

        quipui_grace_enter();
        shown = load_acquire(&shelf->shown);
        for (int i = 0; i < 4; i++)
            shelf->spoilt[thread] += *shown == 0;
        quipui_grace_leave();
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
    quipui_grace_enter();
    quipui_grace_enter();
    quipui_grace_leave();
    quipui_grace_leave();
    quipui_grace_wait(); /* would never return inside of one */
}
