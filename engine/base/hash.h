/* hash.h - a keyed hash of a 128-bit id.
 *
 * Two multiplications over secrets that are drawn per index, so that a caller that chooses ids
 * cannot choose where they collide. Not a cryptographic hash. Nothing that is stored depends on it:
 * each process draws its own secrets. */
#ifndef QUIPU_BASE_HASH_H
#define QUIPU_BASE_HASH_H

#include <stdint.h>

#include "base/atomic.h"

struct hash_key {
    uint64_t secret[4];
};

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    return a * b ^ (uint64_t)((wide)a * b >> 64);
}

/* The first product has all bits of both halves: different ids share it only by the secrets. */
static inline uint64_t hash_id(const struct hash_key *key, wide id)
{
    uint64_t low = (uint64_t)id ^ key->secret[0], high = (uint64_t)(id >> 64) ^ key->secret[1];

    return hash_fold(low * high ^ key->secret[2],
                     (uint64_t)((wide)low * high >> 64) ^ key->secret[3]);
}

#endif
