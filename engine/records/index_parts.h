/* index_parts.h - what index.c and index_find.c share. */
#ifndef QUIPU_RECORDS_INDEX_PARTS_H
#define QUIPU_RECORDS_INDEX_PARTS_H

#include "records/index.h"

static inline quipu_uint128 id_at(const struct index *index, uint64_t reference)
{
    const struct index_records *records = &index->records;

    return *(const quipu_uint128 *)(const void *)(records->ids + reference * records->id_stride);
}

static inline bool is_settled(const struct index *index, uint64_t reference)
{
    const struct index_records *records = &index->records;
    const void *mark = records->marks + reference * records->mark_stride;

    /* edge knot.tie: acquire; pairs with release in knot_settle(). For accounts it is
     * edge slot.timestamp: acquire; pairs with release in accounts_settle(). */
    return (load_acquire((const _Atomic uint64_t *)mark) & records->settled_mask) != 0;
}

/* The slow half of index_shard_take(): index_double.c. */
void quipui_index_shard_wait(struct index_shard *shard);

/* Take the latch of a shard. It is held for a few steps, or while the shard doubles. */
static inline void index_shard_take(struct index_shard *shard)
{
    if (!latch_try(&shard->latch)) quipui_index_shard_wait(shard);
}

/* Around the doubling of a shard: index_double.c. Latch held. */
void quipui_index_double_begin(struct index_shard *shard);
void quipui_index_double_end(struct index_shard *shard);

/* Latch held: nobody else stores the state. */
static inline uint64_t own_state(const struct index_shard *shard)
{
    /* relaxed: only written under the latch. */
    return load_relaxed(&shard->state);
}

#endif
