/* expiries.h - the holds that expired, in the order in which their expiry took effect.
 *
 * That is on each account the order of its versions; timestamps rise with them (D7 of timeouts.h).
 * Only the holder of the lock of the time-outs adds. */
#ifndef QUIPU_RECORDS_EXPIRIES_H
#define QUIPU_RECORDS_EXPIRIES_H

#include "base/memory.h"

struct expiries {
    struct region holds; /* places of holds, 8 bytes each */
    _Atomic uint64_t count;
};

/* For at most so many. False: no address space. */
bool quipui_expiries_open(struct expiries *expiries, uint64_t capacity);
void quipui_expiries_close(struct expiries *expiries);

/* Make room for `count` more. False: no memory. */
bool quipui_expiries_supply(struct expiries *expiries, uint64_t count);

/* Add a hold whose expiry has taken effect. There is room. */
void quipui_expiries_add(struct expiries *expiries, uint64_t hold);

static inline uint64_t expiries_count(struct expiries *expiries)
{
    /* edge expiries.count: acquire; pairs with release in quipui_expiries_add(). */
    return load_acquire(&expiries->count);
}

/* The hold that expired i-th; i is below the count. */
static inline uint64_t expired_hold(const struct expiries *expiries, uint64_t i)
{
    return ((const uint64_t *)(const void *)expiries->holds.base)[i];
}

#endif
