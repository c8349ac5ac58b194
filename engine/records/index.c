/* index.c - probing, claiming and growing; see index.h. */
#include "records/index.h"

#include "base/assert.h"
#include "base/grace.h"
#include "base/random.h"

#define EMPTY ((uint64_t)0)
#define TOMBSTONE INDEX_REFERENCE
#define BURNT ((uint64_t)1 << 63)

#define FIRST_ENTRIES 8

/* Retired tables wait until they are worth a grace period. */
#define RECLAIM_FROM_BYTES ((size_t)256 << 10)

static uint64_t entry_of(uint64_t hash, uint64_t reference)
{
    return index_fingerprint(hash) << INDEX_BITS | (reference + 1);
}

static uint64_t entry_reference(uint64_t entry)
{
    return (entry & INDEX_REFERENCE) - 1;
}

static uint64_t entry_fingerprint(uint64_t entry)
{
    return (entry & ~BURNT) >> INDEX_BITS;
}

static quipu_uint128 id_at(const struct index *index, uint64_t reference)
{
    const struct index_records *records = &index->records;

    return *(const quipu_uint128 *)(const void *)(records->ids + reference * records->id_stride);
}

static bool is_settled(const struct index *index, uint64_t reference)
{
    const struct index_records *records = &index->records;
    const void *mark = records->marks + reference * records->mark_stride;

    /* edge knot.tie: acquire; pairs with release in knot_settle(). The mark of an account is
     * edge slot.timestamp: acquire; pairs with release in accounts_settle(). */
    return (load_acquire((const _Atomic uint64_t *)mark) & records->settled_mask) != 0;
}

/* Shards grow at loads from 9/16 to 3/4, each at its own, so that they do not all grow at once. */
static uint64_t limit_of(const struct index *index, const struct index_shard *shard, uint64_t size)
{
    uint64_t number = (uint64_t)(shard - index->shards);

    return size * 9 / 16 + size * 3 * number / (16 * INDEX_SHARDS);
}

static struct index_table *make_table(uint64_t size)
{
    struct index_table *table =
        quipui_memory_take(sizeof(struct index_table) + size * sizeof(uint64_t));

    if (table == NULL) return NULL;
    table->mask = size - 1;
    table->retired = NULL;
    for (uint64_t i = 0; i < size; i++) {
        /* relaxed: published by install(). */
        store_relaxed(&table->entries[i], EMPTY);
    }
    return table;
}

static void install(struct index *index, struct index_shard *shard, struct index_table *table)
{
    shard->limit = limit_of(index, shard, table->mask + 1);
    /* edge index.table: release; pairs with acquire in index_prefetch(). Carries the entries. */
    store_release(&shard->table, table);
}

bool quipui_index_open(struct index *index, const struct index_records *records)
{
    index->records = *records;
    index->retired = NULL;
    index->retired_bytes = 0;
    if (!quipui_random_fill(&index->key, sizeof index->key)) return false;
    for (size_t i = 0; i < INDEX_SHARDS; i++) {
        struct index_table *table = make_table(FIRST_ENTRIES);

        if (table == NULL) {
            quipui_index_close(index);
            return false;
        }
        index->shards[i].used = 0;
        install(index, &index->shards[i], table);
    }
    return true;
}

static void give_back(struct index_table *retired)
{
    while (retired != NULL) {
        struct index_table *next = retired->retired;

        quipui_memory_give_back(retired);
        retired = next;
    }
}

void quipui_index_close(struct index *index)
{
    give_back(index->retired);
    index->retired = NULL;
    for (size_t i = 0; i < INDEX_SHARDS; i++) {
        /* relaxed: no other thread is left. */
        quipui_memory_give_back(load_relaxed(&index->shards[i].table));
        store_relaxed(&index->shards[i].table, NULL);
    }
}

static void retire(struct index *index, struct index_table *table)
{
    latch_hold(&index->retiring);
    table->retired = index->retired;
    index->retired = table;
    index->retired_bytes += (table->mask + 1) * sizeof(uint64_t);
    latch_let_go(&index->retiring);
}

void quipui_index_reclaim(struct index *index)
{
    struct index_table *retired = NULL;

    latch_hold(&index->retiring);
    if (index->retired_bytes >= RECLAIM_FROM_BYTES) {
        retired = index->retired;
        index->retired = NULL;
        index->retired_bytes = 0;
    }
    latch_let_go(&index->retiring);
    if (retired == NULL) return;

    quipui_grace_wait();
    give_back(retired);
}

/* Copy the live entries of a shard into a table of `size`. Latch held. */
static bool rebuild(struct index *index, struct index_shard *shard, uint64_t size)
{
    /* relaxed: only written under the latch. */
    struct index_table *old = load_relaxed(&shard->table);
    struct index_table *table = make_table(size);

    if (table == NULL) return false;
    shard->used = 0;
    for (uint64_t i = 0; i <= old->mask; i++) {
        /* relaxed: only written under the latch; the new table is published by install(). */
        uint64_t entry = load_relaxed(&old->entries[i]), at = entry_fingerprint(entry);

        if (entry == EMPTY || entry == TOMBSTONE) continue;
        /* relaxed: the new table is ours until install(). */
        while (load_relaxed(&table->entries[at & table->mask]) != EMPTY)
            at++;
        store_relaxed(&table->entries[at & table->mask], entry);
        shard->used++;
    }
    install(index, shard, table);
    retire(index, old);
    return true;
}

/* Make room for one more entry: more of it, or fewer tombstones. Latch held. */
static bool make_room(struct index *index, struct index_shard *shard)
{
    /* relaxed: only written under the latch. */
    struct index_table *table = load_relaxed(&shard->table);
    uint64_t size = table->mask + 1, live = 0;

    if (shard->used < shard->limit) return true;
    for (uint64_t i = 0; i < size; i++) {
        /* relaxed: only written under the latch. */
        uint64_t entry = load_relaxed(&table->entries[i]);

        live += entry != EMPTY && entry != TOMBSTONE;
    }
    return rebuild(index, shard, live >= shard->limit / 2 ? size * 2 : size);
}

/* Does this entry hold the id? What it is then goes to *claim and *found. Latch held. */
static bool is_taken(const struct index *index, uint64_t entry, quipu_uint128 id, enum claim *claim,
                     uint64_t *found)
{
    uint64_t reference = entry_reference(entry);

    if ((entry & BURNT) != 0) {
        *claim = CLAIM_BURNT;
        return index->records.burnt[reference] == id;
    }
    *found = reference;
    *claim = is_settled(index, reference) ? CLAIM_STORED : CLAIM_IN_FLIGHT;
    return id_at(index, reference) == id;
}

enum claim quipui_index_claim(struct index *index, uint64_t hash, quipu_uint128 id,
                              uint64_t reference, uint64_t *found)
{
    struct index_shard *shard = index_shard_of(index, hash);
    uint64_t fingerprint = index_fingerprint(hash), place = UINT64_MAX, end;
    enum claim claim = CLAIM_NO_MEMORY;
    struct index_table *table;

    latch_hold(&shard->latch);
    if (reference != INDEX_ASK && !make_room(index, shard)) goto let_go;
    /* relaxed: only written under the latch. */
    table = load_relaxed(&shard->table);

    for (uint64_t at = fingerprint;; at++) {
        /* relaxed: only written under the latch. */
        uint64_t entry = load_relaxed(&table->entries[at & table->mask]);

        end = at;
        if (entry == TOMBSTONE) {
            if (place == UINT64_MAX) place = at;
        } else if (entry == EMPTY) {
            break;
        } else if (entry_fingerprint(entry) == fingerprint &&
                   is_taken(index, entry, id, &claim, found)) {
            goto let_go;
        }
    }
    claim = CLAIM_TAKEN;
    if (reference == INDEX_ASK) goto let_go;
    if (place == UINT64_MAX) {
        place = end;
        shard->used++;
    }
    /* edge index.entry: release; pairs with acquire in probe(). Carries the id of the record. */
    store_release(&table->entries[place & table->mask], entry_of(hash, reference));
let_go:
    latch_let_go(&shard->latch);
    return claim;
}

/* Find our own entry and make it `next`. */
static void replace(struct index *index, uint64_t hash, uint64_t reference, uint64_t next)
{
    struct index_shard *shard = index_shard_of(index, hash);
    uint64_t ours = entry_of(hash, reference), at = index_fingerprint(hash);
    struct index_table *table;

    latch_hold(&shard->latch);
    /* relaxed: only written under the latch. */
    table = load_relaxed(&shard->table);
    while (load_relaxed(&table->entries[at & table->mask]) != ours)
        at++;
    /* A tombstone before an empty entry stops no probe. relaxed: as above. */
    if (next == TOMBSTONE && load_relaxed(&table->entries[(at + 1) & table->mask]) == EMPTY) {
        next = EMPTY;
        shard->used--;
    }
    /* edge index.entry: release; pairs with acquire in probe(). Carries a burnt id. */
    store_release(&table->entries[at & table->mask], next);
    latch_let_go(&shard->latch);
}

void quipui_index_release(struct index *index, uint64_t hash, uint64_t reference)
{
    replace(index, hash, reference, TOMBSTONE);
}

void quipui_index_burn(struct index *index, uint64_t hash, uint64_t reference, uint64_t burnt)
{
    replace(index, hash, reference, BURNT | entry_of(hash, burnt));
}

/* Look along the probe path; under_latch says whether unsettled records may be looked at (X3). */
static enum claim probe(struct index *index, struct index_shard *shard, uint64_t hash,
                        quipu_uint128 id, bool under_latch, uint64_t *found)
{
    /* edge index.table: acquire; pairs with release in install(). */
    struct index_table *table = load_acquire(&shard->table);
    uint64_t fingerprint = index_fingerprint(hash);

    for (uint64_t at = fingerprint;; at++) {
        /* edge index.entry: acquire; pairs with release in quipui_index_claim(). */
        uint64_t entry = load_acquire(&table->entries[at & table->mask]);

        if (entry == EMPTY) return CLAIM_TAKEN;
        if ((entry & BURNT) != 0 || entry == TOMBSTONE) continue;
        if (entry_fingerprint(entry) != fingerprint) continue;
        *found = entry_reference(entry);
        if (is_settled(index, *found)) {
            if (id_at(index, *found) == id) return CLAIM_STORED;
        } else if (!under_latch || id_at(index, *found) == id) {
            return CLAIM_IN_FLIGHT;
        }
    }
}

bool quipui_index_find(struct index *index, uint64_t hash, quipu_uint128 id, uint64_t *found)
{
    struct index_shard *shard = index_shard_of(index, hash);
    enum claim claim = probe(index, shard, hash, id, false, found);

    for (unsigned spins = 0; claim == CLAIM_IN_FLIGHT; spin(&spins)) {
        latch_hold(&shard->latch);
        claim = probe(index, shard, hash, id, true, found);
        latch_let_go(&shard->latch);
    }
    return claim == CLAIM_STORED;
}
