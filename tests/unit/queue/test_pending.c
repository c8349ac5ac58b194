/* test_pending.c - the heap of pending submits, against a list that is searched.
 *
 *   T1  the one that needs the least comes first; of equals, the one that came first (P1)
 *   T2  entries are never shared, and all come back (P2) */
#include "queue/pending.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "support/random.h"

enum { DEPTH = 33, STEPS = 100000 };

static struct pending pending;
static uint64_t needs[DEPTH], orders[DEPTH];
static bool is_used[DEPTH];

static void begin(void)
{
    void *memory = aligned_alloc(CACHE_LINE, 1 << 16);

    cr_assert_leq(quipui_pending_bytes(DEPTH), 1 << 16);
    cr_assert_not_null(memory);
    quipui_pending_open(&pending, DEPTH, memory);
}

/* The number of an entry is its context. */
static void push(uint64_t need, uint64_t order)
{
    struct pending_entry *entry = pending_next(&pending);
    size_t i = 0;

    while (is_used[i])
        i++;
    needs[i] = need;
    orders[i] = order;
    is_used[i] = true;
    entry->context = &needs[i];
    quipui_pending_push(&pending, need);
}

static size_t least(void)
{
    size_t found = DEPTH;

    for (size_t i = 0; i < DEPTH; i++) {
        if (!is_used[i]) continue;
        if (found == DEPTH || needs[i] < needs[found] ||
            (needs[i] == needs[found] && orders[i] < orders[found])) {
            found = i;
        }
    }
    return found;
}

static void pop(void)
{
    size_t i = least();
    struct pending_entry *entry;

    cr_assert_eq(pending_least(&pending), needs[i]);
    entry = quipui_pending_pop(&pending);
    cr_assert_eq(entry->context, &needs[i], "the one that needs the least");
    is_used[i] = false;
}

/* T1, T2 */
Test(pending, gives_the_least_first)
{
    struct random random = {1};
    uint64_t order = 0;

    begin();
    for (int step = 0; step < STEPS; step++) {
        if (!pending_is_full(&pending) && random_below(&random, 100) < 52) {
            push(random_below(&random, 20), order++);
        } else if (pending.count > 0) {
            pop();
        }
    }
    while (pending.count > 0)
        pop();
    cr_assert_eq(pending_least(&pending), UINT64_MAX);
    cr_assert_eq(least(), DEPTH);
}
