/* index_leave.c - the memory of tables that shards have left; see index.h, X6. */
#include "base/grace.h"
#include "records/index.h"

/* So many units of a size are forgotten together: their tables fill a huge page, or they are all
 * there are. */
static unsigned row_of(unsigned size)
{
    size_t unit_bytes = (size_t)CACHE_LINE * INDEX_UNIT_SHARDS << size;
    unsigned row = 1;

    while (row < INDEX_UNITS && row * unit_bytes < HUGE_PAGE_BYTES)
        row *= 2;
    return row;
}

/* Have all shards of the row that begins with this unit left the size? With `leaving` held. */
static bool is_row_left(const struct index *index, unsigned size, unsigned first)
{
    for (unsigned unit = first; unit < first + row_of(size); unit++) {
        if (index->left[size][unit] < INDEX_UNIT_SHARDS) return false;
    }
    return true;
}

void quipui_index_leave(struct index *index, const struct index_shard *shard, unsigned size)
{
    unsigned unit = (unsigned)(shard - index->shards) / INDEX_UNIT_SHARDS;

    latch_take(&index->leaving);
    index->left[size][unit]++;
    if (is_row_left(index, size, unit - unit % row_of(size))) {
        /* relaxed: only written under the latch; read as a hint. */
        store_relaxed(&index->gone, load_relaxed(&index->gone) + 1);
    }
    latch_leave(&index->leaving);
}

/* Units of a size that are gone and not forgotten, a bit each: they count as forgotten now. With
 * `leaving` held. */
static uint16_t take_gone(struct index *index, unsigned size)
{
    uint16_t gone = 0;

    for (unsigned unit = 0; unit < INDEX_UNITS; unit++) {
        if (is_row_left(index, size, unit - unit % row_of(size))) gone |= (uint16_t)(1u << unit);
    }
    gone &= (uint16_t)~index->forgotten_units[size];
    index->forgotten_units[size] |= gone;
    return gone;
}

static void forget(struct index *index, unsigned size, uint16_t units)
{
    size_t row_bytes = (size_t)CACHE_LINE * INDEX_UNIT_SHARDS * row_of(size) << size;

    for (unsigned first = 0; first < INDEX_UNITS; first += row_of(size)) {
        if ((units >> first & 1) == 0) continue;
        quipui_region_forget(&index->tables,
                             (INDEX_FIRST_BYTES << size) + first / row_of(size) * row_bytes,
                             row_bytes);
        /* relaxed: a number to be shown. */
        (void)add_relaxed(&index->given_back, row_bytes);
    }
}

void quipui_index_reclaim(struct index *index)
{
    uint16_t units[INDEX_SIZES];
    bool any;

    /* relaxed: hints; the latch decides. */
    if (load_relaxed(&index->gone) == load_relaxed(&index->forgotten)) return;
    latch_take(&index->leaving);
    /* relaxed: only written under the latch. */
    any = load_relaxed(&index->gone) != load_relaxed(&index->forgotten);
    store_relaxed(&index->forgotten, load_relaxed(&index->gone));
    for (unsigned size = 0; size < INDEX_SIZES; size++)
        units[size] = any ? take_gone(index, size) : 0;
    latch_leave(&index->leaving);
    if (!any) return;

    quipui_grace_wait();
    for (unsigned size = 0; size < INDEX_SIZES; size++)
        forget(index, size, units[size]);
}
