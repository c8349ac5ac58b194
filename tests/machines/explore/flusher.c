/* flusher.c - sleeping and waking of fibers; see flusher.h. */
#include "machines/explore/flusher.h"

#include <stdlib.h>

#include "base/futex.h"
#include "base/thread.h"
#include "machines/explore/points.h"
#include "machines/explore/scheduler.h"

static struct journal *outside; /* does a round where no fiber runs */

bool quipui_thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    (void)thread;
    (void)run;
    (void)context;
    return true;
}

void quipui_thread_yield_to_others(void)
{
}

/* The address that sleepers on a word wait for: no object has it, and only a wake writes it. */
static const volatile void *bed_of(_Atomic uint32_t *word)
{
    const volatile void *at = word;

    return (const volatile char *)at + 1;
}

void quipui_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t ns)
{
    unsigned spins = 0;

    if (scheduler_current() == FIBERS_MAX) {
        if (outside == NULL) abort();
        flusher_stop(outside);
        flusher_run(outside);
        return;
    }
    if (load_acquire(word) != value) return; /* the kernel looks, and then the thread sleeps */
    if (ns != FUTEX_FOR_EVER) {
        explore_spin(&spins, __func__);
    } else {
        explore_await(bed_of(word), __func__);
    }
}

void quipui_futex_wake(_Atomic uint32_t *word, int count)
{
    (void)count; /* more may wake than were called: they look again */
    explore_wrote(bed_of(word));
}

void flusher_is(struct journal *journal)
{
    outside = journal;
}

void flusher_run(struct journal *journal)
{
    (void)quipui_flusher_run(journal);
    /* relaxed: all other fibers are over, or there are none. */
    store_relaxed(&journal->stopping, 0);
}

void flusher_stop(struct journal *journal)
{
    /* relaxed: the call that follows carries it. */
    store_relaxed(&journal->stopping, 1);
    quipui_journal_call(journal);
}
