/* test_due_heap.c - the timed holds of an account: the order, the shape, and how long the way is.
 *
 *   Q1  the row is in order, and its first is the earliest of all
 *   Q2  the row is linked both ways, and its first knows the last and the top of the heap
 *   Q3  in the heap no node is due before the node above it
 *   Q4  ranks are right, and no right node's is larger than the left one's; so the way down the
 *       right nodes is at most a logarithm long, in whatever order holds came */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "records/due_heap.h"
#include "support/random.h"

enum { HOLDS = 4095, STEPS = 40000, SEED = 7, LOGARITHM = 12 };

static struct transfers transfers;
static bool is_in[HOLDS];
static uint64_t first, nodes;

static void set_up(void)
{
    cr_assert(quipui_transfers_open(&transfers, HOLDS, HOLDS));
    cr_assert(region_ensure(&transfers.holds, HOLDS * sizeof(struct hold)));
    first = 0;
}

/* Odd holds are in by their credit side: sides do not matter. */
static uint64_t link_of(uint64_t hold)
{
    return due_link(hold, hold % 2 != 0 ? SIDE_CREDIT : SIDE_DEBIT);
}

static const struct due_node *node_of(uint64_t link)
{
    return &hold_at(&transfers, due_hold(link))->node[due_side(link)];
}

static uint64_t due_of(uint64_t link)
{
    return hold_at(&transfers, due_hold(link))->due;
}

static void add(uint64_t hold, uint64_t due)
{
    hold_at(&transfers, hold)->due = due;
    first = quipui_dues_add(&transfers, first, link_of(hold));
    is_in[hold] = true;
}

static void remove_it(uint64_t hold)
{
    first = quipui_dues_remove(&transfers, first, link_of(hold));
    is_in[hold] = false;
    cr_assert_eq(node_of(link_of(hold))->rank, 0);
}

/* Q3 and Q4 from this node down. The way down the left nodes may be long. */
static void check_heap(uint64_t top)
{
    static uint64_t stack[HOLDS];
    size_t depth = 0;

    if (top == 0) return;
    cr_assert_eq(node_of(top)->up, 0);
    cr_assert_leq(node_of(top)->rank, LOGARITHM, "seed %d", SEED);
    stack[depth++] = top;
    while (depth > 0) {
        uint64_t at = stack[--depth];
        const struct due_node *node = node_of(at);
        uint64_t below[2] = {node->left, node->right};
        unsigned ranks[2] = {0, 0};

        nodes++;
        cr_assert_geq(due_of(at), due_of(first), "seed %d", SEED);
        for (int i = 0; i < 2; i++) {
            if (below[i] == 0) continue;
            ranks[i] = node_of(below[i])->rank;
            cr_assert_eq(node_of(below[i])->up, at, "seed %d", SEED);
            cr_assert_geq(due_of(below[i]), due_of(at), "seed %d", SEED);
            stack[depth++] = below[i];
        }
        cr_assert_leq(ranks[1], ranks[0], "seed %d", SEED);
        cr_assert_eq(node->rank, ranks[1] + 1, "seed %d", SEED);
    }
}

/* Q1 and Q2 */
static void check_row(void)
{
    uint64_t last = 0;

    for (uint64_t at = first; at != 0; last = at, at = node_of(at)->right) {
        nodes++;
        cr_assert_eq(node_of(at)->rank, DUE_ROW);
        if (last == 0) continue;
        cr_assert_eq(node_of(at)->up, last, "seed %d", SEED);
        cr_assert_eq(node_of(at)->left, 0, "seed %d", SEED);
        cr_assert_geq(due_of(at), due_of(last), "seed %d", SEED);
    }
    if (first != 0) cr_assert_eq(node_of(first)->up, last, "seed %d", SEED);
}

static void check(void)
{
    uint64_t count = 0;

    for (int i = 0; i < HOLDS; i++)
        count += is_in[i];
    nodes = 0;
    check_row();
    if (first != 0) check_heap(node_of(first)->left);
    cr_assert_eq(nodes, count, "seed %d", SEED);
}

Test(dues, keep_their_shape)
{
    struct random random = {SEED};

    set_up();
    for (int i = 0; i < STEPS; i++) {
        uint32_t hold = random_below(&random, HOLDS), many = i / 8000 % 2 == 0 ? 80 : 20;

        if (!is_in[hold] && random_below(&random, 100) < many) {
            add(hold, 1 + random_below(&random, 300));
        } else if (is_in[hold] && random_below(&random, 100) >= many) {
            remove_it(hold);
        }
        if (i % 97 == 0) check();
    }
    quipui_transfers_close(&transfers);
}

static uint64_t due_in(int order, uint64_t i)
{
    switch (order) {
    case 0: return i + 1;
    case 1: return HOLDS - i;
    case 2: return 9;
    case 3: return i == 0 ? HOLDS + 1 : i; /* the first of them falls due last: all in the heap */
    default: return i % 2 == 0 ? 2 * HOLDS : HOLDS - i;
    }
}

/* In the order they fall due, in the opposite one, all at once, and between two ends; then out, as
 * they fall due. */
Test(dues, come_in_any_order)
{
    set_up();
    for (int order = 0; order < 5; order++) {
        uint64_t last = 0;

        for (uint64_t i = 0; i < HOLDS; i++)
            add(i, due_in(order, i));
        check();
        for (int i = 0; i < HOLDS; i++) {
            uint64_t hold = due_hold(first);

            cr_assert_geq(hold_at(&transfers, hold)->due, last);
            last = hold_at(&transfers, hold)->due;
            remove_it(hold);
            if (i % 512 == 0) check();
        }
        cr_assert_eq(first, 0);
    }
    quipui_transfers_close(&transfers);
}
