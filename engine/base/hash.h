/* hash.h - a keyed hash of a 128-bit id.
 *
 * Two rounds of folded multiplication over secrets that are drawn per ledger, so that a caller that
 * chooses ids cannot choose where they collide. Not a cryptographic hash. */
#ifndef QUIPU_BASE_HASH_H
#define QUIPU_BASE_HASH_H

#include <stdint.h>

#include "base/atomic.h"

struct hash_key {
    uint64_t secret[4];
};

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_id(const struct hash_key *key, wide id)
{
    uint64_t low = (uint64_t)id, high = (uint64_t)(id >> 64);
    uint64_t a = hash_fold(low ^ key->secret[0], high ^ key->secret[1]);
    uint64_t b = hash_fold(low ^ key->secret[2], high + key->secret[3]);

    return hash_fold(a ^ key->secret[3], b ^ key->secret[1]);
}

#endif
