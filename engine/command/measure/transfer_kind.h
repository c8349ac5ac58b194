/* transfer_kind.h - the kinds of transfers of a workload, and the result that each should have.
 *
 *   limited    plain transfers between accounts that must not be overdrawn, and never are
 *   plain      the same without limits
 *   pending    a pending transfer, then its post
 *   pair       linked in twos
 *   chain      linked in fours
 *   duplicate  one in ten repeats the one before it
 *   refused    every second asks for more than there is
 *   commit     plain, but each call commits as one under the versions that it has read:
 *              commit_retry.h
 */
#ifndef QUIPU_COMMAND_MEASURE_TRANSFER_KIND_H
#define QUIPU_COMMAND_MEASURE_TRANSFER_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "quipu/quipu.h"

enum kind {
    KIND_LIMITED,
    KIND_PLAIN,
    KIND_PENDING,
    KIND_PAIR,
    KIND_CHAIN,
    KIND_DUPLICATE,
    KIND_REFUSED,
    KIND_COMMIT
};

#define KIND_COUNT 8

extern const char *const kind_names[KIND_COUNT];

/* Turn events[0..count) into transfers of this kind. They are new plain transfers that will
 * succeed, and go in by calls of `batch`. expected[i] becomes the outcome of events[i]. */
void kind_shape(enum kind kind, size_t batch, quipu_transfer *events, uint32_t *expected,
                size_t count);

/* The flags of the accounts for this kind. */
static inline uint16_t kind_account_flags(enum kind kind)
{
    return kind == KIND_PLAIN ? 0 : QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
}

#endif
