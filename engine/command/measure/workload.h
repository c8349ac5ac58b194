/* workload.h - transfers to measure with: all new, all to succeed, between two of N accounts.
 *
 *   uniform   both accounts drawn alike
 *   zipf      the rank of both drawn by Zipf's law, exponent 0.99: some accounts are much busier
 *   hot       one account is in every transfer, on either side
 *
 * Zipf by the method of Gray et al., Quickly generating billion-record synthetic databases
 * (SIGMOD 1994). Ranks are scattered over the accounts, so that busy ones are not neighbours. */
#ifndef QUIPU_COMMAND_MEASURE_WORKLOAD_H
#define QUIPU_COMMAND_MEASURE_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "command/common/seeded_random.h"
#include "quipu/types.h"

enum distribution { DISTRIBUTION_UNIFORM, DISTRIBUTION_ZIPF, DISTRIBUTION_HOT };

#define DISTRIBUTION_COUNT 3

extern const char *const distribution_names[DISTRIBUTION_COUNT];

struct workload {
    enum distribution distribution;
    uint64_t account_count;
    double zeta, second, eta; /* zipf; second: the weight of rank 2, where rank 1 has 1 */
};

/* 2 accounts at least. O(account_count) for zipf. */
void workload_make(struct workload *workload, enum distribution distribution,
                   uint64_t account_count);

/* The id of an account, by its number from 0: no order is left in it. */
static inline quipu_uint128 workload_account_id(uint64_t account)
{
    return (quipu_uint128)random_mix(account + 1) << 64 | (account + 1);
}

/* One per thread; `number` tells them apart. */
struct workload_source {
    const struct workload *workload;
    struct random random;
    uint64_t number, count;
};

void workload_begin(struct workload_source *source, const struct workload *workload,
                    uint64_t number);

/* The next so many transfers. */
void workload_fill(struct workload_source *source, quipu_transfer *transfers, size_t count);

#endif
