/* test_timeouts.c - the heap of time-outs against a naive list, one random step after the other.
 *
 *   T1  the first is one that falls due earliest, and only from its instant on
 *   T2  `earliest` says when that is, or NEVER; `rounds` counts what was taken out
 *   T3  a hold can be taken out from anywhere, and knows its place
 *   T4  adding without memory changes nothing */
#include <criterion/criterion.h>

#include "records/timeouts.h"
#include "support/random.h"

enum { HOLDS = 700, STEPS = 60000, SEED = 5 };

static struct timeouts timeouts;
static struct transfers transfers;
static uint64_t dues[HOLDS]; /* the naive list: due time, or 0 */

static void set_up(void)
{
    cr_assert(quipui_transfers_open(&transfers, HOLDS, HOLDS));
    cr_assert(region_ensure(&transfers.holds, HOLDS * sizeof(struct hold)));
    cr_assert(quipui_timeouts_open(&timeouts, 1 << 16));
}

static void tear_down(void)
{
    quipui_timeouts_close(&timeouts);
    quipui_transfers_close(&transfers);
}

static uint64_t naive_earliest(void)
{
    uint64_t earliest = NEVER;

    for (int i = 0; i < HOLDS; i++) {
        if (dues[i] != 0 && dues[i] < earliest) earliest = dues[i];
    }
    return earliest;
}

static void check_places(void)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < HOLDS; i++) {
        uint32_t place = hold_at(&transfers, i)->heap_place;

        cr_assert_eq(place != 0, dues[i] != 0, "seed %d: hold %llu", SEED, (unsigned long long)i);
        if (place == 0) continue;
        cr_assert_leq(place, timeouts.count);
        cr_assert_eq(timeouts.heap[place - 1].hold, i);
        cr_assert_eq(timeouts.heap[place - 1].due, dues[i]);
        count++;
    }
    cr_assert_eq(timeouts.count, count);
}

static void check(uint64_t rounds)
{
    uint64_t earliest = naive_earliest(), first;

    cr_assert_eq(timeouts_rounds(&timeouts), rounds, "seed %d", SEED);
    lock_hold(&timeouts.lock);
    if (earliest == NEVER) {
        cr_assert_not(timeouts_due(&timeouts, NEVER - 1));
        cr_assert_eq(quipui_timeouts_first(&timeouts, NEVER), NEVER);
    } else {
        cr_assert(timeouts_due(&timeouts, earliest), "seed %d", SEED);
        cr_assert_not(timeouts_due(&timeouts, earliest - 1));
        cr_assert_eq(quipui_timeouts_first(&timeouts, earliest - 1), NEVER);
        first = quipui_timeouts_first(&timeouts, earliest);
        cr_assert_lt(first, HOLDS);
        cr_assert_eq(dues[first], earliest, "seed %d", SEED);
        cr_assert_eq(quipui_timeouts_first(&timeouts, NEVER - 1), first);
    }
    lock_let_go(&timeouts.lock);
}

/* One random step; true: something was taken out. */
static bool step(struct random *random, uint32_t many)
{
    uint64_t hold = random_below(random, HOLDS);

    if (dues[hold] == 0) {
        if (random_below(random, 100) >= many) return false;
        dues[hold] = 1 + random_below(random, many > 50 ? 1000 : 20); /* some fall due together */
        cr_assert(quipui_timeouts_add(&timeouts, &transfers, hold, dues[hold]));
        return false;
    }
    if (random_below(random, 100) < many) return false;
    if (random_one_in(random, 2)) {
        lock_hold(&timeouts.lock);
        hold = quipui_timeouts_first(&timeouts, NEVER);
        quipui_timeouts_drop_first(&timeouts, &transfers);
        lock_let_go(&timeouts.lock);
    } else {
        quipui_timeouts_remove(&timeouts, &transfers, hold);
    }
    dues[hold] = 0;
    quipui_timeouts_remove(&timeouts, &transfers, hold); /* not in: nothing happens */
    return true;
}

Test(timeouts, fall_due_in_order)
{
    struct random random = {SEED};
    uint64_t rounds = 0;

    set_up();
    check(0);
    for (int i = 0; i < STEPS; i++) {
        /* Filling and emptying in turns. */
        rounds += step(&random, i / 4000 % 2 == 0 ? 90 : 10);
        check(rounds);
        if (i % 64 == 0) check_places();
    }
    tear_down();
}

Test(timeouts, come_out_sorted)
{
    struct random random = {SEED};
    uint64_t last = 0;

    set_up();
    for (uint64_t i = 0; i < HOLDS; i++)
        cr_assert(quipui_timeouts_add(&timeouts, &transfers, i, 1 + random_below(&random, 500)));
    lock_hold(&timeouts.lock);
    for (int i = 0; i < HOLDS; i++) {
        cr_assert_geq(timeouts.heap[0].due, last, "seed %d", SEED);
        last = timeouts.heap[0].due;
        quipui_timeouts_drop_first(&timeouts, &transfers);
    }
    lock_let_go(&timeouts.lock);
    cr_assert_eq(timeouts.count, 0);
    cr_assert_eq(timeouts_rounds(&timeouts), HOLDS);
    tear_down();
}

static bool refuse(void)
{
    return true;
}

Test(timeouts, need_memory_now_and_then)
{
    uint64_t refused = 0;

    set_up();
    for (uint64_t i = 0; i < HOLDS; i++) {
        quipui_memory_refuse = refuse;
        dues[i] = 1000 - i;
        if (!quipui_timeouts_add(&timeouts, &transfers, i, dues[i])) {
            dues[i] = 0;
            check(0);
            check_places();
            refused++;
            quipui_memory_refuse = NULL;
            dues[i] = 1000 - i;
            cr_assert(quipui_timeouts_add(&timeouts, &transfers, i, dues[i]));
        }
        check(0);
    }
    check_places();
    cr_assert_eq(refused, 5, "64, and doubled four times: %llu", (unsigned long long)refused);
    tear_down();
}
