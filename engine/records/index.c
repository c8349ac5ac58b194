/* index.c - claiming, growing and taking out; see index.h. */
#include "records/index_parts.h"

#include <string.h>

#include "base/assert.h"
#include "base/random.h"

static uint64_t entry_of(const struct index *index, uint64_t hash, uint64_t reference)
{
    return (index_fingerprint(hash) & index->fingerprint_mask) | (reference + 1) << 1;
}

static quipu_uint128 burnt_id(const struct index *index, uint64_t reference)
{
    const struct index_records *records = &index->records;

    return *(const quipu_uint128 *)(const void *)(records->burnt +
                                                  reference * records->burnt_stride);
}

/* Shards grow at loads from 9/16 to 3/4, each at its own, so that they do not all grow at once. */
static uint64_t limit_of(const struct index *index, const struct index_shard *shard, unsigned size)
{
    uint64_t entries = (uint64_t)8 << size, number = (uint64_t)(shard - index->shards);

    return entries * 9 / 16 + entries * 3 * number / ((uint64_t)16 * INDEX_SHARDS);
}

static void set_state(struct index_shard *shard, uint64_t state)
{
    /* edge index.state: release; pairs with acquire in index_state(). Carries the entries. */
    store_release(&shard->state, state);
}

static _Atomic uint64_t *entry_at(const struct index_table *table, uint64_t at)
{
    return &table->entries[at & table->mask];
}

/* Latch held: nobody else stores entries. */
static uint64_t own_entry(const struct index_table *table, uint64_t at)
{
    /* relaxed: only written under the latch. */
    return load_relaxed(entry_at(table, at));
}

static void set_entry(_Atomic uint64_t *at, uint64_t entry)
{
    /* edge index.entry: release; pairs with acquire in index_load_line(). Carries the id of the
     * record or the burnt id; and, when an entry moves, the odd state (X5). */
    store_release(at, entry);
}

/* The size at which no shard of `capacity` ids is full: they differ by a few deviations, for which
 * an eighth is plenty when they are large and 64 when they are small. */
static unsigned size_for(uint64_t capacity)
{
    uint64_t fullest = capacity / INDEX_SHARDS * 9 / 8 + 64;
    unsigned size = 0;

    while (size + 1 < INDEX_SIZES && ((uint64_t)8 << size) * 9 / 16 < fullest)
        size++;
    return size;
}

/* The limit of a shard at a size, and the hint. Latch held, or nobody else knows the index. */
static void note_size(struct index *index, struct index_shard *shard, unsigned size)
{
    shard->limit = limit_of(index, shard, size);
    /* relaxed: a hint. */
    store_relaxed(&index->shifts[shard - index->shards], (uint8_t)index_shift(size));
}

/* All shards, empty, at one size. */
static void start_at(struct index *index, unsigned size)
{
    for (size_t i = 0; i < INDEX_SHARDS; i++) {
        note_size(index, &index->shards[i], size);
        set_state(&index->shards[i], size);
    }
    /* relaxed: no other thread knows the index yet. */
    store_relaxed(&index->gone, 0);
    store_relaxed(&index->forgotten, 0);
    store_relaxed(&index->given_back, INDEX_FIRST_BYTES << size);
}

/* All bits of an entry but those that a reference + 1 may have, if all are below this. */
static uint64_t mask_for(uint64_t references)
{
    unsigned bits = 1;

    invariant(references < (uint64_t)1 << INDEX_BITS_MAX);
    while (references >> bits != 0)
        bits++;
    return ~((((uint64_t)1 << bits) - 1) << 1);
}

bool quipui_index_open(struct index *index, const struct index_records *records, uint64_t capacity)
{
    memset(index, 0, sizeof *index);
    index->records = *records;
    index->fingerprint_mask = mask_for(records->references);
    if (!quipui_random_fill(&index->key, sizeof index->key)) return false;
    if (!quipui_region_open(&index->tables, INDEX_FIRST_BYTES << (size_for(capacity) + 1))) {
        return false;
    }
    if (!region_ensure(&index->tables, INDEX_FIRST_BYTES << 1)) {
        quipui_index_close(index);
        return false;
    }
    start_at(index, 0);
    return true;
}

uint64_t quipui_index_presized_bytes(uint64_t capacity)
{
    return INDEX_FIRST_BYTES << (size_for(capacity) + 1);
}

bool quipui_index_presize(struct index *index, uint64_t capacity)
{
    unsigned size = size_for(capacity);

    if (!quipui_region_prefault(&index->tables, INDEX_FIRST_BYTES << (size + 1))) return false;
    if (size > 0) quipui_region_forget(&index->tables, 0, INDEX_FIRST_BYTES << size);
    start_at(index, size);
    return true;
}

void quipui_index_close(struct index *index)
{
    quipui_region_close(&index->tables);
}

static uint64_t home_of(const struct index_table *table, uint64_t entry)
{
    return index_home(entry, table->size);
}

/* Let the shard have twice its entries. Returns false if memory runs out. */
static bool move_to_next_size(struct index *index, struct index_shard *shard)
{
    uint64_t state = own_state(shard);
    unsigned size = (unsigned)(state & INDEX_SIZE_MASK);
    struct index_table old = index_table(index, shard, state), table;

    if (size + 1 == INDEX_SIZES) return false;
    if (!region_ensure(&index->tables, INDEX_FIRST_BYTES << (size + 2))) return false;
    table = index_table(index, shard, state + 1);
    for (uint64_t i = 0; i <= old.mask; i++) {
        uint64_t entry = own_entry(&old, i), at = home_of(&table, entry);

        if (entry == EMPTY_ENTRY) continue;
        /* X7. Ends: the new table is at most half full. */
        while (own_entry(&table, at) != EMPTY_ENTRY)
            at++;
        /* relaxed: nobody knows this table before set_state(). */
        store_relaxed(&table.entries[at & table.mask], entry);
    }
    set_state(shard, state + 1);
    note_size(index, shard, size + 1);
    quipui_index_leave(index, shard, size);
    return true;
}

/* Double a shard. Latch held. Returns false if memory runs out. */
static __attribute__((noinline, cold)) bool grow(struct index *index, struct index_shard *shard)
{
    bool grown;

    quipui_index_double_begin(shard);
    grown = move_to_next_size(index, shard);
    quipui_index_double_end(shard);
    return grown;
}

/* Is this the entry of the id? If so, *claim and *found say what it is. Latch held. */
static bool is_taken(const struct index *index, uint64_t entry, quipu_uint128 id, enum claim *claim,
                     uint64_t *found)
{
    uint64_t reference = index_reference(index, entry);

    if ((entry & INDEX_BURNT) != 0) {
        *claim = CLAIM_BURNT;
        return burnt_id(index, reference) == id;
    }
    if (id_at(index, reference) != id) return false;
    *found = reference;
    *claim = is_settled(index, reference) ? CLAIM_STORED : CLAIM_IN_FLIGHT;
    return true;
}

/* Is one of the entries that may be of this hash the entry of the id? The same. */
static bool any_is_taken(const struct index *index, const struct entry_line *line, unsigned alike,
                         uint64_t hash, quipu_uint128 id, enum claim *claim, uint64_t *found)
{
    for (; alike != 0; alike &= alike - 1) {
        uint64_t entry = line_entry(line, line_first(alike));

        if (index_difference(index, entry, hash) <= INDEX_BURNT &&
            is_taken(index, entry, id, claim, found)) {
            return true;
        }
    }
    return false;
}

/* The line after a full one. */
static __attribute__((noinline)) _Atomic uint64_t *
next_line(const struct index *index, const struct index_shard *shard, const _Atomic uint64_t *line)
{
    struct index_table table = index_table(index, shard, own_state(shard));

    return entry_at(&table, (uint64_t)(line - table.entries) + LINE_ENTRIES);
}

/* Put an entry in if nobody has the id; or only ask. */
static inline enum claim claim_by(struct index *index, uint64_t hash, quipu_uint128 id, bool asks,
                                  uint64_t claimed, uint64_t *found)
{
    struct index_shard *shard = index_shard_of(index, hash);
    enum claim claim = CLAIM_NO_MEMORY;
    unsigned alike, empty;
    _Atomic uint64_t *entries;

    index_shard_take(shard);
    if (!asks && shard->used >= shard->limit && !grow(index, shard)) goto let_go;

    entries = index_home_at(index, hash, (unsigned)(own_state(shard) & INDEX_SIZE_MASK));
    /* Ends: at a line with an unused place; a table is never full (X7). */
    for (;; entries = next_line(index, shard, entries)) {
        struct entry_line line = index_load_line(entries);

        alike = index_alike(index, &line, hash);
        if (alike != 0 && any_is_taken(index, &line, alike, hash, id, &claim, found)) goto let_go;
        empty = line_empty(&line);
        if (empty != 0) break;
    }
    claim = CLAIM_TAKEN;
    if (!asks) {
        set_entry(&entries[line_first(empty)], claimed);
        shard->used++;
    }
let_go:
    latch_leave(&shard->latch);
    return claim;
}

static __attribute__((noinline)) enum claim ask(struct index *index, uint64_t hash,
                                                quipu_uint128 id, uint64_t *found)
{
    return claim_by(index, hash, id, true, EMPTY_ENTRY, found);
}

enum claim quipui_index_claim(struct index *index, uint64_t hash, quipu_uint128 id,
                              uint64_t reference, uint64_t *found)
{
    if (reference == INDEX_ASK) return ask(index, hash, id, found);
    return claim_by(index, hash, id, false, entry_of(index, hash, reference), found);
}

enum claim quipui_index_claim_burnt(struct index *index, uint64_t hash, quipu_uint128 id,
                                    uint64_t burnt, uint64_t *found)
{
    return claim_by(index, hash, id, false, INDEX_BURNT | entry_of(index, hash, burnt), found);
}

/* Where our own entry is. Latch held. */
static uint64_t find_own(const struct index *index, const struct index_table *table, uint64_t hash,
                         uint64_t reference)
{
    uint64_t ours = entry_of(index, hash, reference), at = home_of(table, ours);

    /* Ends: our entry is in the table until we take it out. */
    while (own_entry(table, at) != ours)
        at++;
    return at;
}

static bool has_unused(const struct index_table *table, uint64_t line)
{
    struct entry_line entries = index_line_at(table, line);

    return line_empty(&entries) != 0;
}

/* An entry of `line` that may move to the line of the hole, since its home is not after that; or
 * the end of `line`. */
static uint64_t find_movable(const struct index_table *table, uint64_t line, uint64_t hole)
{
    uint64_t at = line;

    for (; at < line + LINE_ENTRIES; at++) {
        uint64_t entry = own_entry(table, at), home = home_of(table, entry);

        if (entry == EMPTY_ENTRY) continue;
        if (((line - home) & table->mask) >= ((line - index_line(hole)) & table->mask)) break;
    }
    return at;
}

/* Take the entry at `hole` out. No entry has its home at or before a line that has an unused place
 * and lies beyond it (X7). So if the line was full, one of those beyond that may moves to the hole
 * and leaves another; and so on. */
static void take_out(const struct index_table *table, uint64_t hole)
{
    uint64_t line = index_line(hole);

    /* Ends: at a line with an unused place; a table is never full. */
    while (!has_unused(table, line)) {
        uint64_t at = find_movable(table, line += LINE_ENTRIES, hole);

        if (at == line + LINE_ENTRIES) continue;
        set_entry(entry_at(table, hole), own_entry(table, at));
        hole = at;
    }
    set_entry(entry_at(table, hole), EMPTY_ENTRY);
}

void quipui_index_free(struct index *index, uint64_t hash, uint64_t reference)
{
    struct index_shard *shard = index_shard_of(index, hash);
    struct index_table table;
    uint64_t state;

    index_shard_take(shard);
    state = own_state(shard);
    table = index_table(index, shard, state);
    set_state(shard, state + INDEX_DISTURBED);
    take_out(&table, find_own(index, &table, hash, reference));
    shard->used--;
    set_state(shard, state + 2 * INDEX_DISTURBED);
    latch_leave(&shard->latch);
}

void quipui_index_burn(struct index *index, uint64_t hash, uint64_t reference, uint64_t burnt)
{
    struct index_shard *shard = index_shard_of(index, hash);
    struct index_table table;

    index_shard_take(shard);
    table = index_table(index, shard, own_state(shard));
    set_entry(entry_at(&table, find_own(index, &table, hash, reference)),
              INDEX_BURNT | entry_of(index, hash, burnt));
    latch_leave(&shard->latch);
}
