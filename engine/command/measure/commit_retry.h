/* commit_retry.h - reads accounts, commits if they are as read, and retries if one has changed.
 *
 * A program that decides for itself works so: it looks two accounts up, decides, and lets
 * quipu_commit() post only if neither account has changed since. Conflicts are counted. */
#ifndef QUIPU_COMMAND_MEASURE_COMMIT_RETRY_H
#define QUIPU_COMMAND_MEASURE_COMMIT_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/quipu.h"

/* Each transfer has expectations of two accounts. */
#define RETRY_TRANSFERS_MAX (QUIPU_BATCH_MAX / 2)

struct retry {
    quipu_uint128 *ids; /* NULL: not open */
    quipu_account *accounts;
    uint64_t *versions;
    quipu_expectation *expectations;
    uint64_t conflicts; /* since it was opened; the caller may set it to 0 */
};

/* Returns false if memory runs out. */
bool retry_open(struct retry *retry);
void retry_close(struct retry *retry);

/* Commit `count` transfers as one, at most RETRY_TRANSFERS_MAX. Returns what quipu_commit()
 * returns, but never QUIPU_CONFLICT: another thread has committed then, and this one retries. */
quipu_status retry_commit(struct retry *retry, quipu_ledger *ledger, const quipu_transfer *events,
                          size_t count, quipu_result *results);

#endif
