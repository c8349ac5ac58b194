/* versions.h - rcu: the memory of older versions, spare and retired. The writer's, but for links.
 *
 * A slot has the newest version of its account, as words; see rcu.c. An older version is a copy of
 * those words, and immutable. It is retired as it is taken: the commit that takes it replaces what
 * it is a copy of. So versions are retired in the order in which they are taken, and stamps never
 * fall.
 *
 * Versions lie in blocks, and are taken from a block one after the other. A full block is retired
 * with the stamp of its last version, and spare again as a whole. The spare block that is used next
 * is the one that was made spare last: its lines are still in a cache.
 *
 * A link names a version by its place in all blocks; 0 is none, since each block begins with its
 * head. Memory comes in segments, each twice as long as the one before, that never move. */
#ifndef QUIPU_PROTOCOL_RCU_VERSIONS_H
#define QUIPU_PROTOCOL_RCU_VERSIONS_H

#include "base/assert.h"
#include "base/memory.h"
#include "records/knot.h"
#include "records/slot.h"

/* The words of an account. Each total takes two: the low half, then the high half. A plain transfer
 * changes the first eight at most: one cache line.
 *
 *   stamp    of the commit that made it
 *   link     to the version before it; above LINK_SHIFT the low half of the version number
 *   head     as in account_state, with LINK_MARK_CLOSED; above LINK_BITS the rest of the version
 *   touched  as in account_state
 *
 * Two words have 24 + 32 bits for the version number. It is 1 and one more for each knot on the
 * strand (knot.h, K1). A knot is that of a transfer or of a hold, and their indices have less than
 * LINK_BITS - 2 bits: fewer than 2^(LINK_BITS - 1) knots. */
enum { RCU_STAMP, RCU_LINK, RCU_HEAD, RCU_TOUCHED, RCU_TOTALS, RCU_WORDS = RCU_TOTALS + 8 };
enum { RCU_DEBITS_POSTED, RCU_CREDITS_POSTED, RCU_DEBITS_PENDING, RCU_CREDITS_PENDING };

#define LINK_SHIFT 32

_Static_assert(LINK_BITS < 64 - LINK_BITS + 64 - LINK_SHIFT, "a version number fits");

struct rcu_state {
    _Atomic uint64_t words[RCU_WORDS]; /* raced: rcu.stamp */
};

struct rcu_version {
    uint64_t words[RCU_WORDS];
};

_Static_assert(FITS_SLOT_STATE(struct rcu_state), "rcu: fits the state of a slot");
_Static_assert(sizeof(struct rcu_state) == sizeof(struct rcu_version), "a version is a copy of it");
_Static_assert(sizeof(struct rcu_version) == 96, "the memory of a version is counted in docs");

/* So many places a block has, its head included. */
#ifndef BLOCK_VERSIONS /* tests/machines/explore: a version is a block */
#define BLOCK_VERSIONS 256
#endif

/* The first segment has one block. So many segments have 2^32 places, or a few less. */
#define SEGMENTS (LINK_SHIFT - __builtin_ctz(BLOCK_VERSIONS))

struct versions {
    struct rcu_version *segments[SEGMENTS];        /* read by readers: a link carries the segment */
    _Alignas(CACHE_LINE) struct rcu_version *next; /* the one to take next */
    uint32_t next_link;                  /* to it; that of a block's head if no block is open */
    uint64_t spare_count, retired_count; /* versions, without those of the open block */
    uint32_t segment_count;
    uint32_t fresh, fresh_end;            /* numbers of blocks that were never used */
    uint32_t spare;                       /* the spare block to use next; 0: none */
    uint32_t retired_first, retired_last; /* full blocks, oldest first; 0: none */
};

void quipui_versions_close(struct versions *versions);

/* Have at least `count` spare ones. Returns false if memory or links run out. */
bool quipui_versions_supply(struct versions *versions, uint64_t count);

/* The block that was taken from is full: retire it, and take from a spare one, if there is one. */
void quipui_versions_turn(struct versions *versions, uint64_t stamp);

/* The oldest stamp at which anything could be made spare; UINT64_MAX if nothing is retired. */
uint64_t quipui_versions_oldest(const struct versions *versions);

/* Make spare again what was replaced at or before this stamp. */
void quipui_versions_reclaim(struct versions *versions, uint64_t stamp);

/* The version that a link leads to. */
static inline struct rcu_version *version_at(const struct versions *versions, uint32_t link)
{
    uint32_t block = link / BLOCK_VERSIONS + 1;
    uint32_t segment = (uint32_t)(31 - __builtin_clz(block));

    return versions->segments[segment] + (link - (((uint32_t)1 << segment) - 1) * BLOCK_VERSIONS);
}

/* So many are left in the block that is open. */
static inline uint32_t versions_left(const struct versions *versions)
{
    return -versions->next_link % BLOCK_VERSIONS;
}

/* Take one of those supplied, which is retired by a commit of this stamp; stamps never fall. */
static inline struct rcu_version *version_take(struct versions *versions, uint64_t stamp,
                                               uint32_t *link)
{
    struct rcu_version *version = versions->next++;

    *link = versions->next_link++;
    invariant(*link % BLOCK_VERSIONS != 0);
    if (versions->next_link % BLOCK_VERSIONS == 0) quipui_versions_turn(versions, stamp);
    return version;
}

#endif
