/* workload.h - transfers to measure with: new ones that succeed, between two of N accounts.
 *
 *   uniform   all accounts are drawn equally often
 *   zipf      accounts are drawn by Zipf's law, exponent 0.99: some are much busier than others
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
    double zeta, second, eta; /* zipf; second: the weight of rank 2; rank 1 has 1 */
};

/* At least 2 accounts. Zipf takes O(account_count). */
void workload_make(struct workload *workload, enum distribution distribution,
                   uint64_t account_count);

/* The id of an account, by its number from 0. Ids are in no order. */
static inline quipu_uint128 workload_account_id(uint64_t account)
{
    return (quipu_uint128)random_mix(account + 1) << 64 | (account + 1);
}

/* One per thread, with a `number` of its own. */
struct workload_source {
    const struct workload *workload;
    struct random random;
    uint64_t number, count;
};

void workload_begin(struct workload_source *source, const struct workload *workload,
                    uint64_t number);

/* Write the next `count` transfers. */
void workload_fill(struct workload_source *source, quipu_transfer *transfers, size_t count);

#endif
