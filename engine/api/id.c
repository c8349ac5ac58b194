/* id.c - time-ordered ids: 48 bits of milliseconds, 80 random, monotone within a thread. */
#include <unistd.h>

#include "base/clock.h"
#include "base/fork.h"
#include "base/random.h"
#include "quipu/quipu.h"

#define RANDOM_BITS 80
#define NS_PER_MS 1000000u

/* Ids of a system that has no random bytes to give are told apart by the process, how often it and
 * those it comes from forked, and a counter: 22, 10 and 32 bits. The last 16 are left to count. */
static quipu_uint128 random_bits(void)
{
    static _Atomic uint64_t counter;
    quipu_uint128 bits = 0;
    uint64_t process, number;

    if (quipui_random_fill(&bits, RANDOM_BITS / 8)) return bits;
    process = ((uint64_t)getpid() & 0x3fffff) << 10 | (quipui_fork_generation() & 0x3ff);
    /* relaxed: a number of its own for each caller is all that is wanted. */
    number = add_relaxed(&counter, 1) & UINT32_MAX;
    return (quipu_uint128)process << 48 | number << 16;
}

quipu_uint128 quipu_id(void)
{
    static _Thread_local quipu_uint128 last;
    static _Thread_local uint64_t generation;
    uint64_t ms = quipui_clock_system(NULL) / NS_PER_MS;
    uint64_t last_ms = (uint64_t)(last >> RANDOM_BITS);

    if (last == 0) (void)quipui_fork_watch();
    if (ms > last_ms || generation != quipui_fork_generation()) {
        /* After a fork the parent goes on in this millisecond, too: take the next one, in which all
         * that follows the milliseconds is our own. */
        last = (quipu_uint128)(ms > last_ms ? ms : last_ms + 1) << RANDOM_BITS | random_bits();
    } else {
        last++; /* the same millisecond, or a clock that went back */
    }
    generation = quipui_fork_generation();
    return last;
}
