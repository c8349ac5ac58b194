/* wait.c - a long wait leaves the processor to the thread that it waits for.
 *
 * A yield does that only if the other thread has our priority. If a thread under SCHED_FIFO waits
 * for a normal one on its own processor, its yields change nothing. So after a fixed number of
 * yields every wait sleeps, ever longer, up to SLEEP_LONGEST_NS. */
#include "base/wait.h"

#include <errno.h>
#include <time.h>

#define SLEEPS_FROM (SPIN_ROUNDS + SPIN_YIELDS)

/* By then the longest sleep is reached. */
#define SLEEPS_COUNTED 16

#ifdef QUIPU_TESTING
_Atomic uint64_t quipui_wait_sleeps;
#endif

uint64_t quipui_wait_ns(unsigned spins)
{
    uint64_t ns = SLEEP_FIRST_NS;

    /* Ends: each turn doubles the sleep, up to the longest. */
    while (spins-- > SLEEPS_FROM && ns < SLEEP_LONGEST_NS)
        ns *= 2;
    return ns < SLEEP_LONGEST_NS ? ns : SLEEP_LONGEST_NS;
}

void quipui_wait_asleep(unsigned *spins)
{
    struct timespec length = {.tv_nsec = (long)quipui_wait_ns(*spins)};
    int saved = errno;

    /* If a signal ends it early, the next look is early. */
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
    errno = saved;
    if (*spins < SLEEPS_FROM + SLEEPS_COUNTED) ++*spins;
#ifdef QUIPU_TESTING
    /* relaxed: only counted. */
    (void)add_relaxed(&quipui_wait_sleeps, 1);
#endif
}
