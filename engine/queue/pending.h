/* pending.h - the submits of a queue that are not reaped yet, by the horizon that they need.
 *
 *   P1  a heap of `count` nodes: the first is the one that needs the least horizon; of those that
 *       need the same, the one that was submitted first
 *   P2  each node has an entry of its own. Those that no node has are in `free` */
#ifndef QUIPU_QUEUE_PENDING_H
#define QUIPU_QUEUE_PENDING_H

#include "api/answer.h"

/* What a completion will say, and what it hangs on. */
struct pending_entry {
    struct answer answer;
    struct answer_results results;
    void *context;
    size_t count;
    uint64_t horizon;
};

struct pending_node {
    uint64_t needs; /* a horizon; 0: none */
    uint64_t order; /* of submits */
    uint32_t entry;
};

struct pending {
    uint32_t depth, count;
    uint64_t submitted; /* all that ever were */
    struct pending_node *nodes;
    struct pending_entry *entries;
    uint32_t *free; /* the first depth - count: entries */
};

/* Its answer will never be given, for this reason. */
static inline void pending_fail(struct pending_entry *entry, quipu_status status)
{
    entry->answer = answer_now(status);
    answer_zero(&entry->results);
}

/* Bytes of memory for so many; and take that memory. */
size_t quipui_pending_bytes(uint32_t depth);
void quipui_pending_open(struct pending *pending, uint32_t depth, void *memory);

static inline bool pending_is_full(const struct pending *pending)
{
    return pending->count == pending->depth;
}

/* The entry of the next push; not full. */
static inline struct pending_entry *pending_next(struct pending *pending)
{
    return &pending->entries[pending->free[pending->depth - pending->count - 1]];
}

/* The entry that was pending_next() is pending. */
void quipui_pending_push(struct pending *pending, uint64_t needs);

/* The least horizon that is needed; UINT64_MAX: nothing is pending. */
static inline uint64_t pending_least(const struct pending *pending)
{
    return pending->count > 0 ? pending->nodes[0].needs : UINT64_MAX;
}

/* The one that needs it, which is not pending any more; valid until the next push. */
struct pending_entry *quipui_pending_pop(struct pending *pending);

#endif
