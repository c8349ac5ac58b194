/* shortest_cycle.c - the shortest cycle of a component, and its name.
 *
 * The names are Adya's. A cycle with
 *
 *   write-write edges alone      is a dirty write (G0)
 *   write-read edges, too        is a dirty read (G1c)
 *   one read-write edge          is read skew (G-single); a lost update if it is all about one
 *                                account
 *   more read-write edges        is write skew (G2)
 *   real time or thread order    is a stale read: a unit did not see one that had ended before;
 *                                only where there is no cycle of the kinds above
 *
 * The search goes from every member, for cycles of length 2, then 3, and so on. Barriers add no
 * length. After EDGES_MAX edges it takes the first cycle that it meets, and says that there may be
 * a shorter one. */
#include <string.h>

#include "checker/checker_parts.h"

#define EDGES_MAX 2000000u
#define COMPONENTS_MAX 16u

#define DEPENDENCIES (1u << EDGE_WW | 1u << EDGE_WR | 1u << EDGE_RW)
#define EVERYTHING (DEPENDENCIES | 1u << EDGE_ORDER | 1u << EDGE_TIME)

/* How one node was reached. */
struct hop {
    uint32_t component; /* of the node; 0: none yet */
    uint32_t visit;     /* the search that set the fields below */
    uint32_t distance, from, edge;
};

struct hunt {
    struct checker *c;
    struct hop *hops;
    uint32_t *queue;
    uint32_t component, head, tail;
    uint32_t start, length; /* search for a cycle of at most so many units */
    uint32_t kinds;         /* bits of the edges that count */
    uint64_t budget;
};

static bool enter(struct hunt *h, uint32_t node, uint32_t distance, uint32_t from, uint32_t edge)
{
    struct hop *hop = &h->hops[node];

    if (hop->component != h->component || hop->visit == h->c->visit) return false;
    hop->visit = h->c->visit;
    hop->distance = distance;
    hop->from = from;
    hop->edge = edge;
    return true;
}

/* Follow the edges of a unit, and those of the barriers that they lead to, which add no length.
 * Returns true if an edge leads back to the start of the search; the start's hop is that edge. */
static bool follow(struct hunt *h, uint32_t unit)
{
    const struct checker *c = h->c;
    uint32_t distance = h->hops[unit].distance, node = unit;

    while (node != NONE) {
        uint32_t barrier = NONE;

        for (uint32_t e = c->starts[node]; e < c->starts[node + 1]; e++) {
            uint32_t to = c->edges[e].to;

            if ((h->kinds >> edge_kind(&c->edges[e]) & 1) == 0) continue;
            if (h->budget > 0) h->budget--;
            if (to == h->start) {
                h->hops[to].from = node;
                h->hops[to].edge = e;
                return true;
            }
            if (to >= c->unit_count) {
                if (enter(h, to, distance, node, e)) barrier = to;
            } else if (distance + 1 < h->length && enter(h, to, distance + 1, node, e)) {
                h->queue[h->tail++] = to;
            }
        }
        node = barrier;
    }
    return false;
}

static bool search(struct hunt *h, uint32_t start)
{
    h->c->visit++;
    h->start = start;
    h->head = h->tail = 0;
    (void)enter(h, start, 0, NONE, NONE);
    h->queue[h->tail++] = start;
    while (h->head < h->tail) {
        if (follow(h, h->queue[h->head++])) return true;
    }
    return false;
}

/* Find a cycle of edges of these kinds, a short one first. Returns false if there is none. */
static bool hunt_down(struct hunt *h, uint32_t kinds, const uint32_t *members, uint32_t count)
{
    h->kinds = kinds;
    h->budget = EDGES_MAX;
    for (h->length = 2; h->budget > 0; h->length++) {
        if (h->length > count) return false;
        for (uint32_t i = 0; i < count && h->budget > 0; i++) {
            if (members[i] < h->c->unit_count && search(h, members[i])) return true;
        }
    }
    /* The budget is spent: a cycle of any length, from the first few members. */
    h->length = UINT32_MAX;
    for (uint32_t i = 0; i < count && i < 8; i++) {
        if (members[i] < h->c->unit_count && search(h, members[i])) return true;
    }
    return false;
}

/* The account or the id that a state belongs to. The numbers of the two do not overlap. */
static uint32_t object_of(const struct checker *c, uint32_t state)
{
    return state < c->account_states ? state / ID_STATES
                                     : c->account_states + versions_account_of(c, state);
}

static enum anomaly name_of(const struct checker *c, const struct arrow *arrows, uint32_t count)
{
    uint32_t reads = 0, overwritten = 0, object = object_of(c, arrows[0].state);
    bool same_object = true;

    for (uint32_t i = 0; i < count; i++) {
        if (arrows[i].kind >= EDGE_ORDER) return ANOMALY_STALE_READ;
        reads += arrows[i].kind == EDGE_WR;
        overwritten += arrows[i].kind == EDGE_RW;
        same_object &= object_of(c, arrows[i].state) == object;
    }
    if (overwritten > 1) return ANOMALY_WRITE_SKEW;
    if (overwritten == 1) {
        return same_object && reads == 0 ? ANOMALY_LOST_UPDATE : ANOMALY_READ_SKEW;
    }
    return reads > 0 ? ANOMALY_DIRTY_READ : ANOMALY_DIRTY_WRITE;
}

/* Walk back from the start, so that the last arrow comes first. Edges through barriers become one
 * arrow. */
static uint32_t take_arrows(const struct hunt *h, struct arrow *arrows)
{
    const struct checker *c = h->c;
    uint32_t count = 0, node = h->start;

    do {
        const struct hop *hop = &h->hops[node];
        const struct edge *edge = &c->edges[hop->edge];

        node = hop->from;
        while (node >= c->unit_count)
            node = h->hops[node].from;
        if (count < CYCLE_MAX)
            arrows[count] = (struct arrow){node, edge_kind(edge), edge_state(edge)};
        count++;
    } while (node != h->start);
    return count;
}

static void note_cycle(struct hunt *h)
{
    static const char *const what = "each of these must come before the next, and the last before "
                                    "the first";
    struct arrow backwards[CYCLE_MAX];
    struct checker *c = h->c;
    uint32_t count = take_arrows(h, backwards), kept = count < CYCLE_MAX ? count : CYCLE_MAX;
    struct finding *finding = checker_note(c, name_of(c, backwards, kept), what, NONE, NONE);

    if (c->arrow_count + kept > FINDINGS_MAX * CYCLE_MAX) return;
    finding->cycle = c->arrow_count;
    finding->cycle_length = count;
    finding->not_smallest = h->length == UINT32_MAX;
    for (uint32_t i = 0; i < kept; i++)
        c->arrows[c->arrow_count++] = backwards[kept - 1 - i];
}

bool shortest_cycle(struct checker *c, const uint32_t *members, uint32_t count)
{
    struct hunt h = {.c = c, .component = ++c->component_count};

    if (c->component_count > COMPONENTS_MAX) {
        (void)checker_note(c, ANOMALY_WRITE_SKEW, "another cycle, apart from those before", NONE,
                           NONE);
        return true;
    }
    h.hops = checker_room(c, ROOM_HOPS, c->node_count, sizeof *h.hops);
    h.queue = checker_room(c, ROOM_QUEUE, c->node_count, sizeof *h.queue);
    if (h.hops == NULL || h.queue == NULL) return false;
    if (c->component_count == 1) {
        memset(h.hops, 0, c->node_count * sizeof *h.hops);
        c->visit = 0;
    }
    for (uint32_t i = 0; i < count; i++)
        h.hops[members[i]].component = h.component;

    if (hunt_down(&h, DEPENDENCIES, members, count) || hunt_down(&h, EVERYTHING, members, count)) {
        note_cycle(&h);
    }
    return true;
}
