/* due_heap.c - the row, and the heap beside it; see due_heap.h. */
#include "records/due_heap.h"

static struct due_node *node_at(const struct transfers *transfers, uint64_t link)
{
    return &hold_at(transfers, due_hold(link))->node[due_side(link)];
}

static uint64_t due_at(const struct transfers *transfers, uint64_t link)
{
    return hold_at(transfers, due_hold(link))->due;
}

static unsigned rank_at(const struct transfers *transfers, uint64_t link)
{
    return link == 0 ? 0 : node_at(transfers, link)->rank;
}

/* Restore Q4 at a node whose nodes below changed. Returns false if its rank is what it was. */
static bool restore(const struct transfers *transfers, struct due_node *node)
{
    unsigned left = rank_at(transfers, node->left), right = rank_at(transfers, node->right);
    unsigned was = node->rank;

    if (left < right) {
        uint64_t link = node->left;

        node->left = node->right;
        node->right = link;
    }
    node->rank = (left < right ? left : right) + 1;
    return node->rank != was;
}

static void hang(const struct transfers *transfers, uint64_t link, uint64_t up)
{
    if (link != 0) node_at(transfers, link)->up = up;
    if (up != 0) node_at(transfers, up)->right = link;
}

/* One heap of two: down their right nodes, the earlier one first, then up again for the ranks. */
static uint64_t merge(const struct transfers *transfers, uint64_t one, uint64_t other)
{
    uint64_t first = 0, last = 0;

    /* Ends: each turn takes a node off the right nodes of either heap. */
    while (one != 0 && other != 0) {
        if (due_at(transfers, other) < due_at(transfers, one)) {
            uint64_t link = one;

            one = other;
            other = link;
        }
        hang(transfers, one, last);
        if (first == 0) first = one;
        last = one;
        one = node_at(transfers, one)->right;
    }
    if (one == 0) one = other;
    hang(transfers, one, last);
    if (first == 0) first = one;
    /* Ends: each turn goes up by one node. */
    while (last != 0) {
        (void)restore(transfers, node_at(transfers, last));
        last = node_at(transfers, last)->up;
    }
    return first;
}

/* Take a node out of the heap with this top. Returns the new top. */
static uint64_t take_from_heap(const struct transfers *transfers, uint64_t top, uint64_t link)
{
    struct due_node *node = node_at(transfers, link);
    uint64_t rest = merge(transfers, node->left, node->right), up = node->up;

    if (rest != 0) node_at(transfers, rest)->up = up;
    if (up == 0) return rest;

    if (node_at(transfers, up)->left == link) {
        node_at(transfers, up)->left = rest;
    } else {
        node_at(transfers, up)->right = rest;
    }
    /* Each rank that changes is one more than the one below it: a logarithm of them can. */
    while (up != 0 && restore(transfers, node_at(transfers, up)))
        up = node_at(transfers, up)->up;
    return top;
}

/* Put a node at the front of the row. */
static void put_first(const struct transfers *transfers, uint64_t link, uint64_t next, uint64_t top,
                      uint64_t last)
{
    *node_at(transfers, link) =
        (struct due_node){.left = top, .rank = DUE_ROW, .right = next, .up = last};
    if (next == 0) return;
    node_at(transfers, next)->left = 0;
    node_at(transfers, next)->up = link;
}

uint64_t quipui_dues_add(const struct transfers *transfers, uint64_t first, uint64_t link)
{
    uint64_t due = due_at(transfers, link), last;
    struct due_node *head, *node = node_at(transfers, link);

    if (first == 0) {
        put_first(transfers, link, 0, 0, link);
        return link;
    }
    head = node_at(transfers, first);
    last = head->up;
    if (due >= due_at(transfers, last)) {
        *node = (struct due_node){.rank = DUE_ROW, .up = last};
        node_at(transfers, last)->right = link;
        head->up = link;
        return first;
    }
    if (due < due_at(transfers, first)) {
        put_first(transfers, link, first, head->left, last);
        return link;
    }
    *node = (struct due_node){.rank = 1};
    head->left = merge(transfers, head->left, link);
    return first;
}

/* The first leaves: the next of the row follows, or the top of the heap. */
static uint64_t remove_first(const struct transfers *transfers, uint64_t first)
{
    struct due_node head = *node_at(transfers, first);
    uint64_t next = head.right, top = head.left, last = head.up;

    if (top != 0 && (next == 0 || due_at(transfers, top) < due_at(transfers, next))) {
        uint64_t rest = take_from_heap(transfers, top, top);

        put_first(transfers, top, next, rest, next == 0 ? top : last);
        return top;
    }
    if (next == 0) return 0;
    node_at(transfers, next)->left = top;
    node_at(transfers, next)->up = last;
    return next;
}

uint64_t quipui_dues_remove(const struct transfers *transfers, uint64_t first, uint64_t link)
{
    struct due_node *node = node_at(transfers, link), *head = node_at(transfers, first);

    if (link == first) {
        first = remove_first(transfers, first);
    } else if (node->rank != DUE_ROW) {
        head->left = take_from_heap(transfers, head->left, link);
    } else {
        node_at(transfers, node->up)->right = node->right;
        if (node->right != 0) {
            node_at(transfers, node->right)->up = node->up;
        } else {
            head->up = node->up;
        }
    }
    node->rank = 0;
    return first;
}
