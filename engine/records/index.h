/* index.h - from ids to places, for accounts and for transfers.
 *
 * 256 shards of open addressing. A home is a cache line of eight entries, looked at in one go; what
 * finds no place in its home goes to the first line after it that has an unused place. An entry is
 * eight bytes: a fingerprint of the keyed hash and a reference. The full id is where the reference
 * leads, in the record itself or, for a burnt id, in the table of burnt ids.
 *
 *   X1  lookups take no lock; a call that changes a shard holds its latch. While a shard doubles,
 *       which is long, threads that want its latch sleep until it has doubled
 *   X2  an id is claimed before its record is written in full: its entry leads to a record that has
 *       only its id yet and is not settled (mark & settled_mask == 0)
 *   X3  an unsettled record is looked at only under the latch: while its entry is there, its id
 *       stays
 *   X4  the fingerprint's first bits choose the home of an entry, as many as the size needs, so a
 *       table doubles without a look at the records. It has as many bits as the largest reference
 *       leaves, and never fewer than the largest size needs: a record of another id, which may lie
 *       on disk, is looked at as seldom as eight bytes allow
 *   X5  taking an entry out moves others, and the shard's state is odd meanwhile. A lookup that
 *       finds nothing and sees that the state has changed repeats under the latch
 *   X6  tables of one size lie in a row in one region, so that they share huge pages. Of a
 *       size that shards have left, what fills a huge page is forgotten after a grace period;
 *       lookups run in read sections
 *   X7  all lines from the home of an entry to the one before its own are full, so a look for an id
 *       ends with the first line that has an unused place. The order within a line means nothing
 */
#ifndef QUIPU_RECORDS_INDEX_H
#define QUIPU_RECORDS_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/latch.h"
#include "base/memory.h"
#include "quipu/types.h"

#define INDEX_SHARDS 256

/* Shards in a row, whose tables are in a row. */
#define INDEX_UNITS 16
#define INDEX_UNIT_SHARDS (INDEX_SHARDS / INDEX_UNITS)

/* An entry: the fingerprint in the first bits; then, down to bit 1, the reference + 1; in bit 0
 * whether the id is burnt. So many bits has the largest reference + 1. */
#define INDEX_BITS_MAX 36
#define INDEX_BURNT ((uint64_t)1)
#define EMPTY_ENTRY ((uint64_t)0)

/* Sizes: a table of size s has 1 << s homes; the tables of size s begin at FIRST_BYTES << s. */
#define INDEX_SIZES (64 - 1 - INDEX_BITS_MAX - 2)
#define INDEX_FIRST_BYTES ((size_t)INDEX_SHARDS * CACHE_LINE)

/* The state of a shard: size, and from bit 8 up how often it was disturbed; odd: it is now. */
#define INDEX_SIZE_MASK ((uint64_t)0xFF)
#define INDEX_DISTURBED ((uint64_t)0x100)

/* Does a shard double, and does a thread sleep until it has? */
enum index_doubling { DOUBLING_NOT, DOUBLING, DOUBLING_AWAITED };

struct index_shard {
    _Alignas(CACHE_LINE) struct latch latch;
    _Atomic uint32_t doubling; /* enum index_doubling: a futex */
    uint64_t used;             /* under latch */
    uint64_t limit;            /* grow at so many, under latch */
    _Atomic uint64_t state;
};

/* Where the records of an index are: ids and marks by reference. */
struct index_records {
    const char *ids, *marks;
    size_t id_stride, mark_stride;
    uint64_t settled_mask;
    const char *burnt; /* or NULL */
    size_t burnt_stride;
    uint64_t references; /* all of them, of burnt ids too, are below */
};

struct index {
    struct hash_key key;
    uint64_t fingerprint_mask; /* of an entry: all but the reference; in bit 0, too */
    struct index_records records;
    struct region tables;
    struct latch leaving;
    uint8_t left[INDEX_SIZES][INDEX_UNITS]; /* shards of each unit that left, under leaving */
    uint16_t forgotten_units[INDEX_SIZES];  /* a bit each, under leaving */
    _Atomic uint32_t gone;       /* rows of units that all shards left; written under leaving */
    _Atomic uint32_t forgotten;  /* and whose memory was given back; written under leaving */
    _Atomic uint64_t given_back; /* bytes of these */
    _Atomic uint8_t shifts[INDEX_SHARDS]; /* hints, close together: index_shift() of the shards */
    struct index_shard shards[INDEX_SHARDS];
};

#define INDEX_ASK UINT64_MAX

enum claim { CLAIM_TAKEN, CLAIM_STORED, CLAIM_BURNT, CLAIM_IN_FLIGHT, CLAIM_NO_MEMORY };

/* For at most `capacity` ids. */
bool quipui_index_open(struct index *index, const struct index_records *records, uint64_t capacity);
void quipui_index_close(struct index *index);

/* The memory that quipui_index_presize() takes, at most. */
uint64_t quipui_index_presized_bytes(uint64_t capacity);

/* Before its first use: take the memory for `capacity` ids now. Returns false if memory runs
 * out. */
bool quipui_index_presize(struct index *index, uint64_t capacity);

/* Claim an id for the record at `reference`, whose id is written; or say who has it. With INDEX_ASK
 * as the reference nothing is claimed.
 *
 *   returns  CLAIM_TAKEN      ours: settle the record, or free or burn the id
 *            CLAIM_STORED     *found is the reference of the settled record
 *            CLAIM_BURNT      the id was burnt
 *            CLAIM_IN_FLIGHT  another unit has claimed it: retry
 *            CLAIM_NO_MEMORY  the shard could not grow
 *   threads  any, inside a read section */
enum claim quipui_index_claim(struct index *index, uint64_t hash, quipu_uint128 id,
                              uint64_t reference, uint64_t *found);

/* The same for an id that is burnt already, and kept at `burnt` in the table of burnt ids. */
enum claim quipui_index_claim_burnt(struct index *index, uint64_t hash, quipu_uint128 id,
                                    uint64_t burnt, uint64_t *found);

/* Undo a claim: the id is free again, or burnt and kept at `burnt` in the table of burnt ids. */
void quipui_index_free(struct index *index, uint64_t hash, uint64_t reference);
void quipui_index_burn(struct index *index, uint64_t hash, uint64_t reference, uint64_t burnt);

/* The settled record with this id: waits while it is in flight. Returns false if there is none.
 *
 *   threads  any, inside a read section */
bool quipui_index_find(struct index *index, uint64_t hash, quipu_uint128 id, uint64_t *found);

/* The same without a lock or a wait: CLAIM_STORED, CLAIM_TAKEN when there is none, or
 * CLAIM_IN_FLIGHT when only quipui_index_find() can say.
 *
 *   threads  any, inside a read section */
enum claim quipui_index_glance(struct index *index, uint64_t hash, quipu_uint128 id,
                               uint64_t *found);

/* A shard has left a size: the last one of a row of units makes the row gone. */
void quipui_index_leave(struct index *index, const struct index_shard *shard, unsigned size);

/* Give back the tables that all shards of a row left. That takes a grace period. Outside of read
 * sections. */
void quipui_index_reclaim(struct index *index);

/* A hash says: a one; the shard in 8 bits; behind, the fingerprint whose first bits are the home.
 * Shards and homes are in the order of hashes, and behind the tables of smaller sizes: so one shift
 * finds the line (index_home_at()). */
static inline uint64_t index_hash(const struct index *index, quipu_uint128 id)
{
    return hash_id(&index->key, id) | (uint64_t)1 << 63;
}

static inline uint64_t index_shard_number(uint64_t hash)
{
    return hash >> 55 & (INDEX_SHARDS - 1);
}

static inline struct index_shard *index_shard_of(struct index *index, uint64_t hash)
{
    return &index->shards[index_shard_number(hash)];
}

/* The fingerprint where an entry has it, and what the hash has behind it. */
static inline uint64_t index_fingerprint(uint64_t hash)
{
    return hash << 9;
}

/* Where an entry differs from that of a hash; INDEX_BURNT: only in that its id is burnt. */
static inline uint64_t index_difference(const struct index *index, uint64_t entry, uint64_t hash)
{
    return (entry ^ index_fingerprint(hash)) & index->fingerprint_mask;
}

static inline uint64_t index_reference(const struct index *index, uint64_t entry)
{
    return ((entry & ~index->fingerprint_mask) >> 1) - 1;
}

static inline uint64_t index_state(const struct index_shard *shard)
{
    /* edge index.state: acquire; pairs with release in set_state(). */
    return load_acquire(&shard->state);
}

struct index_table {
    _Atomic uint64_t *entries;
    uint64_t mask; /* of places of entries: all of them but one */
    unsigned size;
};

/* The first place of a line that an entry may be at: from any place of it. */
static inline uint64_t index_line(uint64_t place)
{
    return place & ~(uint64_t)(LINE_ENTRIES - 1);
}

/* The home of a fingerprint, or of an entry, at a size: the first place of the line. */
static inline uint64_t index_home(uint64_t fingerprint, unsigned size)
{
    return index_line(fingerprint >> (64 - 3 - size));
}

static inline struct entry_line index_load_line(const _Atomic uint64_t *entries)
{
    /* edge index.entry: acquire; pairs with release in set_entry(). */
    return load_line_acquire(entries);
}

/* The line that begins at this place. */
static inline struct entry_line index_line_at(const struct index_table *table, uint64_t place)
{
    return index_load_line(&table->entries[place & table->mask]);
}

/* The entries of a line that may be of this hash. An unused place looks like a fingerprint of
 * zeros. */
static inline unsigned index_alike(const struct index *index, const struct entry_line *line,
                                   uint64_t hash)
{
    uint64_t wanted = index_fingerprint(hash);
    unsigned alike = line_alike(line, wanted, index->fingerprint_mask);

    return (wanted & index->fingerprint_mask) >> 32 != 0 ? alike : alike & ~line_empty(line);
}

/* The table of a shard at this size. */
static inline struct index_table index_table_at(const struct index *index, uint64_t shard,
                                                unsigned size)
{
    size_t first = (INDEX_SHARDS + shard) * CACHE_LINE << size;

    return (struct index_table){
        .entries = (_Atomic uint64_t *)(void *)(index->tables.base + first),
        .mask = ((uint64_t)LINE_ENTRIES << size) - 1,
        .size = size,
    };
}

/* The table of a shard in this state. */
static inline struct index_table index_table(const struct index *index,
                                             const struct index_shard *shard, uint64_t state)
{
    return index_table_at(index, (uint64_t)(shard - index->shards),
                          (unsigned)(state & INDEX_SIZE_MASK));
}

/* By so much a hash is shifted to find its line among those of all tables. */
static inline unsigned index_shift(unsigned size)
{
    return 55 - size;
}

static inline _Atomic uint64_t *index_line_of(const struct index *index, uint64_t hash,
                                              unsigned shift)
{
    return (_Atomic uint64_t *)(void *)(index->tables.base + (hash >> shift) * CACHE_LINE);
}

/* The home of a hash in its table of this size. */
static inline _Atomic uint64_t *index_home_at(const struct index *index, uint64_t hash,
                                              unsigned size)
{
    return index_line_of(index, hash, index_shift(size));
}

/* The shift for the table that this hash is in, or was a moment ago. */
static inline unsigned index_likely_shift(const struct index *index, uint64_t hash)
{
    /* relaxed: a hint; a table that was left is there to be read, or reads as empty (X6). */
    return load_relaxed(&index->shifts[index_shard_number(hash)]);
}

/* Where an id most likely has its home. */
static inline const _Atomic uint64_t *index_likely_home(const struct index *index, uint64_t hash)
{
    return index_line_of(index, hash, index_likely_shift(index, hash));
}

/* Bring the home line of an id close, to read: many threads may have it. */
static inline void index_prefetch(const struct index *index, uint64_t hash)
{
    prefetch(index_likely_home(index, hash));
}

/* The same before the id is claimed: the shard's own line comes from the thread that claimed
 * last. */
static inline void index_prefetch_to_claim(struct index *index, uint64_t hash)
{
    prefetch_for_write(index_shard_of(index, hash));
    prefetch_for_write(index_likely_home(index, hash));
}

/* As index_guess_entry(), from the home that is likely now, and by the whole fingerprint. */
uint64_t quipui_index_guess_on(const struct index *index, uint64_t hash);

/* The entry of an id, most likely: found by the first half of its fingerprint, and by its likely
 * home, perhaps one of another read section. EMPTY_ENTRY: there is none. In a read section. */
static inline uint64_t index_guess_entry(const struct index *index, const _Atomic uint64_t *home,
                                         uint64_t hash)
{
    struct entry_line line = index_load_line(home);
    unsigned alike = line_alike(&line, index_fingerprint(hash), index->fingerprint_mask);

    if (alike == 0) return quipui_index_guess_on(index, hash);
    /* relaxed: a guess; an unused place may be alike, too. */
    return load_relaxed(&home[line_first(alike)]);
}

/* A guess at where an id leads; UINT64_MAX: nowhere. The record there is one of the index, if only
 * of another id. */
static inline uint64_t index_guess(const struct index *index, const _Atomic uint64_t *home,
                                   uint64_t hash)
{
    uint64_t entry = index_guess_entry(index, home, hash);

    return (entry & INDEX_BURNT) != 0 ? UINT64_MAX : index_reference(index, entry);
}

/* The same where no id is ever burnt. */
static inline uint64_t index_guess_unburnt(const struct index *index, const _Atomic uint64_t *home,
                                           uint64_t hash)
{
    return index_reference(index, index_guess_entry(index, home, hash));
}

#endif
