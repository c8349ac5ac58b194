/* cycles.c - strongly connected components, without recursion (Tarjan, 1972; with one number per
 * node: Pearce, 2016). */
#include <string.h>

#include "checker/checker_parts.h"

#define DONE NONE /* the component of the node is complete */

/* A node on the current path: its next edge, and its place in the order of discovery. */
struct walk {
    uint32_t node, edge, order;
};

struct search {
    struct checker *c;
    uint32_t *low;   /* 0: not seen; then the earliest node that it reaches; then DONE */
    uint32_t *stack; /* nodes that were left and have no component yet */
    struct walk *path;
    uint32_t depth, height, order;
};

static void enter(struct search *s, uint32_t node)
{
    s->low[node] = ++s->order;
    s->path[s->depth++] = (struct walk){node, s->c->starts[node], s->order};
}

static bool leave(struct search *s, const struct walk *at)
{
    uint32_t top = s->height;

    s->stack[s->height++] = at->node;
    if (s->low[at->node] != at->order) return true;
    /* It reaches nothing earlier. So the later nodes on the stack are its component. */
    while (top > 0 && s->low[s->stack[top - 1]] != DONE && s->low[s->stack[top - 1]] >= at->order)
        top--;
    for (uint32_t i = top; i < s->height; i++)
        s->low[s->stack[i]] = DONE;
    if (s->height - top > 1 && !shortest_cycle(s->c, s->stack + top, s->height - top)) return false;
    s->height = top;
    return true;
}

static bool search_from(struct search *s, uint32_t root)
{
    const struct checker *c = s->c;

    enter(s, root);
    while (s->depth > 0) {
        struct walk *at = &s->path[s->depth - 1];

        if (at->edge < c->starts[at->node + 1]) {
            uint32_t to = c->edges[at->edge++].to;

            if (s->low[to] == 0) {
                enter(s, to);
            } else if (s->low[to] < s->low[at->node]) {
                s->low[at->node] = s->low[to];
            }
        } else {
            uint32_t node = at->node;

            if (!leave(s, at)) return false;
            s->depth--;
            if (s->depth > 0 && s->low[node] < s->low[s->path[s->depth - 1].node]) {
                s->low[s->path[s->depth - 1].node] = s->low[node];
            }
        }
    }
    return true;
}

bool cycles_find(struct checker *c)
{
    struct search s = {.c = c};

    s.low = checker_room(c, ROOM_NODES, c->node_count, sizeof *s.low);
    s.stack = checker_room(c, ROOM_STACK, c->node_count, sizeof *s.stack);
    s.path = checker_room(c, ROOM_WALK, c->node_count, sizeof *s.path);
    if (s.low == NULL || s.stack == NULL || s.path == NULL) return false;
    memset(s.low, 0, c->node_count * sizeof *s.low);
    for (uint32_t n = 0; n < c->node_count; n++) {
        if (s.low[n] == 0 && !search_from(&s, n)) return false;
    }
    return true;
}
