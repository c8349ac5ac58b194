/* expiries.h - the holds that expired, in the order in which their expiry took effect.
 *
 * On each account that is the order of its versions, and timestamps rise with versions (D7 of
 * timeouts.h). Only the holder of the lock of the time-outs adds.
 *
 * Across accounts their timestamps rise only nearly. So each block of 256 expiries, and each group
 * of 256 blocks, says which span of time it has: a reader skips those that have nothing it wants.
 *
 *   X1  a block or a group is looked at once it is full, and does not change any more */
#ifndef QUIPU_RECORDS_EXPIRIES_H
#define QUIPU_RECORDS_EXPIRIES_H

#include "records/chunks.h"

#define BLOCK_EXPIRIES ((uint64_t)256)
#define GROUP_EXPIRIES (256 * BLOCK_EXPIRIES)

struct expiries {
    struct region holds;          /* places of holds, 8 bytes each */
    struct region blocks, groups; /* of struct span */
    _Atomic uint64_t count;
};

/* For at most so many. Returns false if address space runs out. */
bool quipui_expiries_open(struct expiries *expiries, uint64_t capacity);
void quipui_expiries_close(struct expiries *expiries);

/* Make room for `count` more. Returns false if memory runs out. */
bool quipui_expiries_supply(struct expiries *expiries, uint64_t count);

/* Add a hold whose expiry has taken effect, at this timestamp. There is room. */
void quipui_expiries_add(struct expiries *expiries, uint64_t hold, uint64_t timestamp);

static inline uint64_t expiries_count(struct expiries *expiries)
{
    /* edge expiries.count: acquire; pairs with release in quipui_expiries_add(). */
    return load_acquire(&expiries->count);
}

/* The span of a full block or group (X1). */
static inline const struct span *expiries_block(const struct expiries *expiries, uint64_t number)
{
    return (const struct span *)(const void *)expiries->blocks.base + number;
}

static inline const struct span *expiries_group(const struct expiries *expiries, uint64_t number)
{
    return (const struct span *)(const void *)expiries->groups.base + number;
}

/* The hold that expired i-th; i is below the count. */
static inline uint64_t expired_hold(const struct expiries *expiries, uint64_t i)
{
    return ((const uint64_t *)(const void *)expiries->holds.base)[i];
}

#endif
