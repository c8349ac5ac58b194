/* id.c - time-ordered ids: 48 bits of milliseconds, 80 random, monotone within a thread. */
#include "base/clock.h"
#include "base/fork.h"
#include "base/random.h"
#include "quipu/quipu.h"

#define RANDOM_BITS 80
#define NS_PER_MS 1000000u

/* Ids of a system that has no random bytes to give are told apart by a counter, at least. */
static quipu_uint128 random_bits(void)
{
    static _Atomic uint64_t counter;
    quipu_uint128 bits = 0;

    /* relaxed: a number of its own for each caller is all that is wanted. */
    if (!quipui_random_fill(&bits, RANDOM_BITS / 8)) bits = add_relaxed(&counter, 1) << 16;
    return bits;
}

quipu_uint128 quipu_id(void)
{
    static _Thread_local quipu_uint128 last;
    static _Thread_local uint64_t generation;
    uint64_t ms = quipui_clock_system(NULL) / NS_PER_MS;

    if (last == 0) (void)quipui_fork_watch();
    if (ms > last >> RANDOM_BITS) {
        last = (quipu_uint128)ms << RANDOM_BITS | random_bits();
    } else if (generation != quipui_fork_generation()) {
        last += 1 + (random_bits() >> 8); /* the parent goes on from here, too */
    } else {
        last++; /* the same millisecond, or a clock that went back */
    }
    generation = quipui_fork_generation();
    return last;
}
