/* graph.c - the direct serialization graph: which unit must have come before which.
 *
 * Its nodes are the units, then the barriers. A barrier stands between the calls that ended before
 * an instant and those that began after it. So real time costs O(n) edges, not n². */
#include <string.h>

#include "checker/checker_parts.h"

struct builder {
    struct checker *c;
    uint32_t *next;
    bool fill; /* the first pass counts edges, the second stores them */
};

static void join(struct builder *b, uint32_t from, uint32_t to, enum edge_kind kind, uint32_t state)
{
    if (from == NONE || to == NONE || from == to) return;
    if (b->fill) {
        b->c->edges[b->next[from]++] = (struct edge){to, (uint32_t)kind << 29 | state};
    } else {
        b->next[from]++;
    }
}

static void join_writes(struct builder *b)
{
    struct checker *c = b->c;

    for (uint32_t t = 0; t < c->transfer_names.count; t++)
        join(b, c->writers[id_state(t, 1)], c->writers[id_state(t, 2)], EDGE_WW, id_state(t, 2));
    for (uint32_t a = 0; a < c->account_names.count; a++) {
        const struct account *account = &c->accounts[a];

        for (uint32_t s = account->first_state; s < account->first_state + account->high; s++)
            join(b, c->writers[s], c->writers[s + 1], EDGE_WW, s + 1);
    }
}

static void join_reads(struct builder *b)
{
    struct checker *c = b->c;

    for (uint32_t r = 0; r < c->read_count; r++) {
        const struct seen *seen = &c->reads[r];
        uint32_t last = seen->account == NONE ? seen->state - seen->state % ID_STATES + 2
                                              : c->accounts[seen->account].first_state +
                                                    c->accounts[seen->account].high;

        if (seen->unit == NONE) continue;
        join(b, c->writers[seen->state], seen->unit, EDGE_WR, seen->state);
        if (!seen->at_least && seen->state < last) {
            join(b, seen->unit, c->writers[seen->state + 1], EDGE_RW, seen->state);
        }
    }
}

static void join_conflicts(struct builder *b)
{
    for (uint32_t u = 0; u < b->c->call_units; u++) {
        uint32_t reason, state;

        if (b->c->units[u].end != UNIT_CONFLICT) continue;
        reason = conflicts_reason(b->c, u, &state);
        if (reason != NONE) join(b, reason, u, EDGE_WR, state);
    }
}

/* Units of a call take effect in their order, and so do calls of a thread. */
static void join_threads(struct builder *b)
{
    const struct checker *c = b->c;
    uint32_t tape = NONE;

    for (uint32_t u = 1; u < c->call_units; u++) {
        tape = c->calls[c->units[u].call].tape;
        if (c->calls[c->units[u - 1].call].tape == tape) join(b, u - 1, u, EDGE_ORDER, 0);
    }
}

/* Returns how many barriers there are. */
static uint32_t join_times(struct builder *b)
{
    const struct checker *c = b->c;
    uint32_t ended = 0, barrier = NONE, next = c->unit_count;

    for (uint32_t i = 0; i < c->call_count; i++) {
        const struct call *call = &c->calls[c->by_begin[i].call];
        uint32_t before = ended;

        if (call->unit_count == 0) continue;
        while (ended < c->call_count &&
               ended_before(c, c->by_end[ended].time, c->by_begin[i].time)) {
            const struct call *over = &c->calls[c->by_end[ended++].call];

            if (over->unit_count > 0) {
                join(b, over->first_unit + over->unit_count - 1, next, EDGE_TIME, 0);
            }
        }
        if (ended > before) {
            join(b, barrier, next, EDGE_TIME, 0);
            barrier = next++;
        }
        join(b, barrier, call->first_unit, EDGE_TIME, 0);
    }
    return next - c->unit_count;
}

static uint32_t join_all(struct builder *b)
{
    join_writes(b);
    join_reads(b);
    join_conflicts(b);
    join_threads(b);
    return join_times(b);
}

bool graph_build(struct checker *c)
{
    size_t most = (size_t)c->unit_count + c->call_count;
    struct builder b = {.c = c};
    uint32_t sum = 0;

    c->starts = checker_room(c, ROOM_STARTS, most + 2, sizeof *c->starts);
    if (c->starts == NULL) return false;
    memset(c->starts, 0, (most + 2) * sizeof *c->starts);
    b.next = c->starts + 1;
    c->node_count = c->unit_count + join_all(&b);

    /* starts[n + 1] becomes the place where n's edges begin; filling moves it to where they end. */
    for (uint32_t n = 0; n <= c->node_count; n++) {
        uint32_t count = c->starts[n + 1];

        c->starts[n + 1] = sum;
        sum += count;
    }
    c->edge_count = sum;
    c->edges = checker_room(c, ROOM_EDGES, sum, sizeof *c->edges);
    if (c->edges == NULL) return false;
    b.fill = true;
    (void)join_all(&b);
    return true;
}
