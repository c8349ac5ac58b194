/* seeded_random.h - pseudorandom numbers: the same seed gives the same numbers on any machine.
 *
 * SplitMix64: a counter and a mixer (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014). */
#ifndef QUIPU_COMMAND_COMMON_SEEDED_RANDOM_H
#define QUIPU_COMMAND_COMMON_SEEDED_RANDOM_H

#include <stdint.h>

#include "quipu/types.h"

struct random {
    uint64_t state;
};

/* A bijection that leaves no trace of order. */
static inline uint64_t random_mix(uint64_t number)
{
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9u;
    number = (number ^ number >> 27) * 0x94D049BB133111EBu;
    return number ^ number >> 31;
}

static inline uint64_t random_next(struct random *random)
{
    return random_mix(random->state += 0x9E3779B97F4A7C15u);
}

/* 0..limit-1; even enough for a limit far below 2^64. */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
    return (uint64_t)((quipu_uint128)random_next(random) * limit >> 64);
}

static inline uint64_t random_between(struct random *random, uint64_t least, uint64_t most)
{
    return least + random_below(random, most - least + 1);
}

/* Returns true `times` times in a thousand. */
static inline int random_in_thousand(struct random *random, unsigned times)
{
    return random_below(random, 1000) < times;
}

/* From 0 up to, but not including, 1. */
static inline double random_fraction(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

#endif
