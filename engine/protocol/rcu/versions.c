/* versions.c - the memory of older versions; see versions.h. */
#include "protocol/rcu/versions.h"

_Static_assert(BLOCK_VERSIONS >= 2 && (BLOCK_VERSIONS & (BLOCK_VERSIONS - 1)) == 0,
               "a head and some versions; places are found by shifts");

/* The first place of a block. A block is named by the link to its first version. */
struct block_head {
    uint64_t replaced; /* stamp of the commit that retired its last version */
    uint32_t next;     /* spare or retired block; 0: none */
};

_Static_assert(sizeof(struct block_head) <= sizeof(struct rcu_version), "it is one place");

static struct block_head *head_of(const struct versions *versions, uint32_t block)
{
    return (struct block_head *)(void *)(version_at(versions, block) - 1);
}

static size_t segment_bytes(uint32_t segment)
{
    return ((size_t)1 << segment) * BLOCK_VERSIONS * sizeof(struct rcu_version);
}

void quipui_versions_close(struct versions *versions)
{
    for (uint32_t i = 0; i < versions->segment_count; i++)
        quipui_memory_give_back(versions->segments[i]);
}

/* Take from a spare block, if there is one, or from one that was never used. */
static void open_block(struct versions *versions)
{
    uint32_t block = versions->spare;

    if (block != 0) {
        versions->spare = head_of(versions, block)->next;
    } else if (versions->fresh < versions->fresh_end) {
        block = versions->fresh++ * BLOCK_VERSIONS + 1;
    } else {
        return;
    }
    versions->next_link = block;
    versions->next = version_at(versions, block);
    versions->spare_count -= BLOCK_VERSIONS - 1;
}

/* The next segment: fresh blocks behind the others. By the huge page once it fills some. */
static bool add_segment(struct versions *versions)
{
    uint32_t segment = versions->segment_count;
    size_t bytes = segment_bytes(segment);
    struct rcu_version *memory;

    if (segment == SEGMENTS) return false;
    memory = bytes >= HUGE_PAGE_BYTES
                 ? quipui_memory_take_huge((bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES)
                 : quipui_memory_take(bytes);
    if (memory == NULL) return false;
    versions->segments[segment] = memory;
    versions->segment_count++;
    versions->fresh_end = ((uint32_t)2 << segment) - 1;
    versions->spare_count += ((uint64_t)1 << segment) * (BLOCK_VERSIONS - 1);
    return true;
}

bool quipui_versions_supply(struct versions *versions, uint64_t count)
{
    /* Ends: each turn adds a segment of spare versions, or fails. */
    while (versions->spare_count + versions_left(versions) < count) {
        if (!add_segment(versions)) return false;
        if (versions_left(versions) == 0) open_block(versions);
    }
    return true;
}

void quipui_versions_turn(struct versions *versions, uint64_t stamp)
{
    uint32_t block = versions->next_link - (BLOCK_VERSIONS - 1);
    struct block_head *head = head_of(versions, block);

    *head = (struct block_head){.replaced = stamp};
    if (versions->retired_first == 0) {
        versions->retired_first = block;
    } else {
        head_of(versions, versions->retired_last)->next = block;
    }
    versions->retired_last = block;
    versions->retired_count += BLOCK_VERSIONS - 1;
    open_block(versions);
}

uint64_t quipui_versions_oldest(const struct versions *versions)
{
    uint32_t block = versions->retired_first;

    return block == 0 ? UINT64_MAX : head_of(versions, block)->replaced;
}

void quipui_versions_reclaim(struct versions *versions, uint64_t stamp)
{
    /* Ends: each turn takes one retired block off the queue. */
    while (versions->retired_first != 0) {
        uint32_t block = versions->retired_first;
        struct block_head *head = head_of(versions, block);

        if (head->replaced > stamp) break;
        versions->retired_first = head->next;
        versions->retired_count -= BLOCK_VERSIONS - 1;
        head->next = versions->spare;
        versions->spare = block;
        versions->spare_count += BLOCK_VERSIONS - 1;
    }
    if (versions_left(versions) == 0) open_block(versions);
}
