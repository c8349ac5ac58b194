/* versions.c - the memory of versions; see versions.h. */
#include "protocol/rcu/versions.h"

#include "base/assert.h"
#include "base/memory.h"

/* Memory is taken for so many versions at a time; by the huge page once they would fill some. */
#ifndef BLOCK_VERSIONS /* tests/machines/explore needs few */
#define BLOCK_VERSIONS 256
#endif
#define HUGE_BLOCK_VERSIONS (HUGE_PAGE_BYTES / sizeof(struct rcu_version) - 1)
#define HUGE_FROM_VERSIONS (2 * HUGE_BLOCK_VERSIONS)

/* A spare version that is so many pops away is asked for. */
#define POPS_AHEAD 8

struct version_block {
    struct version_block *next;
    uint64_t unused[15]; /* a block is as long as a whole number of versions */
    struct rcu_version versions[];
};

_Static_assert(sizeof(struct version_block) == sizeof(struct rcu_version), "as said");

void quipui_versions_close(struct versions *versions)
{
    struct version_block *block = versions->blocks;

    while (block != NULL) {
        struct version_block *next = block->next;

        quipui_memory_give_back(block);
        block = next;
    }
    quipui_memory_give_back(versions->spare);
    quipui_memory_give_back(versions->retired);
}

/* Room in the arrays for `count` more versions. */
static bool make_room(struct versions *versions, uint64_t count)
{
    uint64_t capacity =
        versions->capacity > 0 ? 2 * versions->capacity : (uint64_t)4 * BLOCK_VERSIONS;
    struct rcu_version **spare;
    struct retired *retired;

    if (versions->all + count <= versions->capacity) return true;
    spare = quipui_memory_take(capacity * sizeof(struct rcu_version *));
    retired = quipui_memory_take(capacity * sizeof *retired);
    if (spare == NULL || retired == NULL) {
        quipui_memory_give_back(spare);
        quipui_memory_give_back(retired);
        return false;
    }
    for (uint64_t i = 0; i < versions->spare_count; i++) {
        spare[i] = versions->spare[i];
    }
    for (uint64_t i = 0; i < versions->retired_count; i++) {
        retired[i] = versions->retired[(versions->retired_first + i) & (versions->capacity - 1)];
    }
    quipui_memory_give_back(versions->spare);
    quipui_memory_give_back(versions->retired);
    versions->spare = spare;
    versions->retired = retired;
    versions->retired_first = 0;
    versions->capacity = capacity;
    return true;
}

bool quipui_versions_supply(struct versions *versions, uint64_t count)
{
    /* Ends: each turn adds a block of spare versions, or fails. */
    while (versions->spare_count < count) {
        bool huge = versions->all >= HUGE_FROM_VERSIONS;
        uint64_t added = huge ? HUGE_BLOCK_VERSIONS : BLOCK_VERSIONS;
        struct version_block *block;

        if (!make_room(versions, added)) return false;
        block = huge ? quipui_memory_take_huge(1)
                     : quipui_memory_take((1 + added) * sizeof(struct rcu_version));
        if (block == NULL) return false;
        block->next = versions->blocks;
        versions->blocks = block;
        versions->all += added;
        for (uint64_t i = 0; i < added; i++) {
            versions->spare[versions->spare_count++] = &block->versions[i];
        }
    }
    return true;
}

struct rcu_version *quipui_version_take(struct versions *versions)
{
    invariant(versions->spare_count > 0);
    if (versions->spare_count > POPS_AHEAD) {
        const struct rcu_version *ahead = versions->spare[versions->spare_count - 1 - POPS_AHEAD];

        prefetch_for_write(ahead);
        prefetch_for_write((const char *)ahead + CACHE_LINE);
    }
    return versions->spare[--versions->spare_count];
}

void quipui_version_retire(struct versions *versions, struct rcu_version *version, uint64_t stamp)
{
    uint64_t place =
        (versions->retired_first + versions->retired_count++) & (versions->capacity - 1);

    versions->retired[place] = (struct retired){version, stamp};
}

void quipui_versions_reclaim(struct versions *versions, uint64_t stamp)
{
    /* Ends: each turn takes one retired version off the queue. */
    while (versions->retired_count > 0 &&
           versions->retired[versions->retired_first].replaced <= stamp) {
        versions->spare[versions->spare_count++] =
            versions->retired[versions->retired_first].version;
        versions->retired_first = (versions->retired_first + 1) & (versions->capacity - 1);
        versions->retired_count--;
    }
}
