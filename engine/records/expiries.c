/* expiries.c - see expiries.h. */
#include "records/expiries.h"

bool quipui_expiries_open(struct expiries *expiries, uint64_t capacity)
{
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&expiries->count, 0);
    return quipui_region_open(&expiries->holds, (size_t)capacity * sizeof(uint64_t));
}

void quipui_expiries_close(struct expiries *expiries)
{
    quipui_region_close(&expiries->holds);
}

static uint64_t own_count(const struct expiries *expiries)
{
    /* relaxed: only written under the lock of the time-outs. */
    return load_relaxed(&expiries->count);
}

bool quipui_expiries_supply(struct expiries *expiries, uint64_t count)
{
    return region_ensure(&expiries->holds,
                         (size_t)(own_count(expiries) + count) * sizeof(uint64_t));
}

void quipui_expiries_add(struct expiries *expiries, uint64_t hold)
{
    uint64_t count = own_count(expiries);

    ((uint64_t *)(void *)expiries->holds.base)[count] = hold;
    /* edge expiries.count: release; pairs with acquire in expiries_count(). Carries the places, and
     * what each expiry did. */
    store_release(&expiries->count, count + 1);
}
