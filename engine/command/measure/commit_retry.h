/* commit_retry.h - read, expect, commit; and again when something moved.
 *
 * What a program does that decides by itself: it looks two accounts up, makes up its mind, and has
 * quipu_commit() post only if neither account has changed since. How often one has is counted. */
#ifndef QUIPU_COMMAND_MEASURE_COMMIT_RETRY_H
#define QUIPU_COMMAND_MEASURE_COMMIT_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/quipu.h"

/* Every transfer expects two accounts. */
#define RETRY_TRANSFERS_MAX (QUIPU_BATCH_MAX / 2)

struct retry {
    quipu_uint128 *ids; /* NULL: not open */
    quipu_account *accounts;
    uint64_t *versions;
    quipu_expectation *expectations;
    uint64_t conflicts; /* since it was opened, or since the caller set it to 0 */
};

/* False: no memory. */
bool retry_open(struct retry *retry);
void retry_close(struct retry *retry);

/* Commit `count` transfers as one, at most RETRY_TRANSFERS_MAX. As quipu_commit(), but never
 * QUIPU_CONFLICT: somebody else has committed then, and it tries again. */
quipu_status retry_commit(struct retry *retry, quipu_ledger *ledger, const quipu_transfer *events,
                          size_t count, quipu_result *results);

#endif
