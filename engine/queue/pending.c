/* pending.c - see pending.h. */
#include "queue/pending.h"

size_t quipui_pending_bytes(uint32_t depth)
{
    return depth * (sizeof(struct pending_entry) + sizeof(struct pending_node) + sizeof(uint32_t));
}

void quipui_pending_open(struct pending *pending, uint32_t depth, void *memory)
{
    *pending = (struct pending){.depth = depth, .entries = memory};
    memset(memory, 0, quipui_pending_bytes(depth)); /* the pages are there now */
    pending->nodes = (struct pending_node *)(void *)(pending->entries + depth);
    pending->free = (uint32_t *)(void *)(pending->nodes + depth);
    for (uint32_t i = 0; i < depth; i++)
        pending->free[i] = depth - 1 - i;
}

static bool is_before(const struct pending_node *a, const struct pending_node *b)
{
    return a->needs < b->needs || (a->needs == b->needs && a->order < b->order);
}

void quipui_pending_push(struct pending *pending, uint64_t needs)
{
    struct pending_node *nodes = pending->nodes;
    struct pending_node node = {needs, pending->submitted++,
                                pending->free[pending->depth - pending->count - 1]};
    uint32_t at = pending->count++;

    /* Ends: at the root. */
    while (at > 0 && is_before(&node, &nodes[(at - 1) / 2])) {
        nodes[at] = nodes[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    nodes[at] = node;
}

/* The lesser child of a node, or `count`. */
static uint32_t child_of(const struct pending *pending, uint32_t at)
{
    uint32_t child = 2 * at + 1;

    if (child >= pending->count) return pending->count;
    if (child + 1 < pending->count &&
        is_before(&pending->nodes[child + 1], &pending->nodes[child])) {
        child++;
    }
    return child;
}

struct pending_entry *quipui_pending_pop(struct pending *pending)
{
    struct pending_node *nodes = pending->nodes, node;
    uint32_t entry = nodes[0].entry, at = 0, child;

    node = nodes[--pending->count];
    /* Ends: at a leaf. */
    while ((child = child_of(pending, at)) < pending->count && is_before(&nodes[child], &node)) {
        nodes[at] = nodes[child];
        at = child;
    }
    nodes[at] = node;
    pending->free[pending->depth - pending->count - 1] = entry;
    return &pending->entries[entry];
}
