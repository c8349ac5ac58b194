/* expiries.c - see expiries.h. */
#include "records/expiries.h"

/* The bytes of a table of spans, one for each `size` expiries. */
static size_t spans_bytes(uint64_t count, uint64_t size)
{
    return (size_t)((count + size - 1) / size) * sizeof(struct span);
}

bool quipui_expiries_open(struct expiries *expiries, uint64_t capacity)
{
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&expiries->count, 0);
    return quipui_region_open(&expiries->holds, (size_t)capacity * sizeof(uint64_t)) &&
           quipui_region_open(&expiries->blocks, spans_bytes(capacity, BLOCK_EXPIRIES)) &&
           quipui_region_open(&expiries->groups, spans_bytes(capacity, GROUP_EXPIRIES));
}

void quipui_expiries_close(struct expiries *expiries)
{
    quipui_region_close(&expiries->holds);
    quipui_region_close(&expiries->blocks);
    quipui_region_close(&expiries->groups);
}

static uint64_t own_count(const struct expiries *expiries)
{
    /* relaxed: only written under the lock of the time-outs. */
    return load_relaxed(&expiries->count);
}

bool quipui_expiries_supply(struct expiries *expiries, uint64_t count)
{
    uint64_t all = own_count(expiries) + count;

    return region_ensure(&expiries->holds, (size_t)all * sizeof(uint64_t)) &&
           region_ensure(&expiries->blocks, spans_bytes(all, BLOCK_EXPIRIES)) &&
           region_ensure(&expiries->groups, spans_bytes(all, GROUP_EXPIRIES));
}

/* One more in a block or a group. */
static void widen(struct region *spans, uint64_t number, uint64_t timestamp)
{
    struct span *span = (struct span *)(void *)spans->base + number;

    span->is_ordered = span->count == 0 || (span->is_ordered && timestamp >= span->newest);
    span_add(span, &(struct span){1, timestamp, timestamp, true});
}

void quipui_expiries_add(struct expiries *expiries, uint64_t hold, uint64_t timestamp)
{
    uint64_t count = own_count(expiries);

    ((uint64_t *)(void *)expiries->holds.base)[count] = hold;
    widen(&expiries->blocks, count / BLOCK_EXPIRIES, timestamp);
    widen(&expiries->groups, count / GROUP_EXPIRIES, timestamp);
    /* edge expiries.count: release; pairs with acquire in expiries_count(). Carries the places, the
     * spans of what is full, and what each expiry did. */
    store_release(&expiries->count, count + 1);
}
