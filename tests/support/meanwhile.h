/* meanwhile.h - workers go on until each onlooker has seen enough of their work.
 *
 * How much a thread sees while others work is up to the scheduler: on a busy machine the work can
 * be over before a reader has had its first turn. So a test says how many looks it needs. Workers
 * that have done their share go on until each onlooker has had so many: events bound the test, and
 * no luck is needed. */
#ifndef QUIPU_TESTS_MEANWHILE_H
#define QUIPU_TESTS_MEANWHILE_H

#include <sched.h>

#include "support/threads.h"

/* So many shares at most: only an onlooker that hangs lets a worker do them all. */
enum { MEANWHILE_MOST = 100 };

/* Is there more to do for a worker that has done so much of its share? Beyond its share it gives
 * its processor away before it goes on, or it would keep onlookers from what they are to see. */
static inline bool meanwhile_goes_on(uint64_t *awaited, uint64_t done, uint64_t share)
{
    if (done < share) return true;
    if (shared_read(awaited) == 0 || done >= MEANWHILE_MOST * share) return false;
    (void)sched_yield();
    return true;
}

struct onlooker {
    uint64_t *awaited; /* shared: onlookers that have not seen enough */
    uint64_t missing;  /* looks that this one still needs */
};

static inline void onlooker_saw(struct onlooker *onlooker)
{
    if (onlooker->missing == 0) return;
    if (--onlooker->missing == 0) (void)shared_add(onlooker->awaited, (uint64_t)-1);
}

/* It stops early, if something is wrong: nobody need wait for it. */
static inline void onlooker_leaves(struct onlooker *onlooker)
{
    if (onlooker->missing > 0) (void)shared_add(onlooker->awaited, (uint64_t)-1);
    onlooker->missing = 0;
}

#endif
