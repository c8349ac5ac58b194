/* test_places.c - every place is handed out in the end, and none twice.
 *
 *   T1  no place has two owners at once while threads take places and give them back
 *   T2  QUIPU_NO_SPACE comes when there are none left, and not before
 *   T3  grants shrink to one towards the end
 *   T4  a range that came back is handed out again, however deep in the list
 *   T5  without memory nothing is handed out
 *   T6  ranges that came back and touch, each other or what was never handed out, are one
 *   T7  what is left of a range that is larger than a grant stays; the count of what came back is
 *       right */
#include <criterion/criterion.h>

#include "records/places.h"
#include "support/random.h"
#include "support/threads.h"

enum { STRIDE = 32, BESIDE_STRIDE = 48, THREADS = 4, CAPACITY_MAX = 100000 };

static struct places places;
static struct region region, beside;
static uint64_t owners[CAPACITY_MAX]; /* shared */

static void set_up(uint64_t capacity)
{
    cr_assert(quipui_region_open(&region, capacity * STRIDE));
    cr_assert(quipui_region_open(&beside, capacity * BESIDE_STRIDE));
    quipui_places_open(&places, PLACES_OF_TRANSFERS, &region, STRIDE, capacity);
    places.beside = &beside;
    places.beside_stride = BESIDE_STRIDE;
}

static void tear_down(void)
{
    quipui_region_close(&region);
    quipui_region_close(&beside);
}

static quipu_status take(uint64_t count, struct range *range)
{
    quipu_status status;

    lock_take(&places.lock);
    status = quipui_places_take(&places, count, range);
    lock_leave(&places.lock);
    return status;
}

static void give_back(struct range *range)
{
    lock_take(&places.lock);
    quipui_places_give_back(&places, range);
    lock_leave(&places.lock);
}

Test(range, is_all_handed_out_once)
{
    static const uint64_t capacities[] = {1, 2, 15, 16, 17, 100, 1024, 20000, CAPACITY_MAX};

    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        uint64_t next = 0, last_grant = GRANT_PLACES;
        struct range range = {0, 0};

        set_up(capacities[i]);
        while (take(1, &range) == QUIPU_OK) {
            cr_assert_eq(range.next, next, "in a row while nothing comes back");
            cr_assert_leq(range_count(&range), last_grant, "grants shrink");
            cr_assert_geq(range_count(&range), 1);
            last_grant = range_count(&range);
            next = range.end;
            cr_assert_eq(places_end(&places), next);
            /* Usable in both tables. */
            region.base[next * STRIDE - 1] = 1;
            beside.base[next * BESIDE_STRIDE - 1] = 1;
        }
        cr_assert_eq(next, capacities[i], "%llu of %llu places", (unsigned long long)next,
                     (unsigned long long)capacities[i]);
        cr_assert_eq(last_grant, 1);
        cr_assert_eq(take(1, &range), QUIPU_NO_SPACE);
        tear_down();
    }
}

Test(range, has_room_to_the_last_place)
{
    struct range range;

    set_up(100);
    cr_assert_eq(take(101, &range), QUIPU_NO_SPACE);
    cr_assert_eq(take(97, &range), QUIPU_OK, "more than a grant");
    cr_assert_eq(range_count(&range), 97);
    cr_assert_eq(take(4, &range), QUIPU_NO_SPACE);
    cr_assert_eq(take(3, &range), QUIPU_OK);
    cr_assert_eq(range.end, 100);
    cr_assert_eq(take(1, &range), QUIPU_NO_SPACE);
    tear_down();
}

Test(range, that_came_back_goes_out_again)
{
    enum { RANGES = 3 * RANGE_GLANCE, FIRST = RANGES + 1 };
    struct range ranges[RANGES + 1], range, rest;

    /* The first to come back is the largest, and lies deepest. None touches another. */
    set_up(1000);
    for (uint64_t i = 0; i <= RANGES; i++) {
        struct range got;

        cr_assert_eq(take(i == 0 ? 71 : 1, &got), QUIPU_OK);
        ranges[i] = (struct range){got.next, i == 0 ? got.end - 1 : got.next + 1};
    }
    range = ranges[0];
    for (uint64_t i = 0; i <= RANGES; i++) {
        give_back(&ranges[i]);
        cr_assert_eq(range_count(&ranges[i]), 0, "it is empty now");
    }
    cr_assert_eq(take(2, &rest), QUIPU_OK);
    cr_assert_geq(rest.next, range.end, "only a few are looked at while there are new ones");
    while (take(71, &rest) == QUIPU_OK)
        continue;
    while (take(2, &rest) == QUIPU_OK && rest.next != range.next)
        continue;
    cr_assert_eq(rest.next, range.next, "then all are");
    give_back(&rest);
    give_back(&rest); /* empty: nothing happens */
    cr_assert_eq(take(range_count(&range), &rest), QUIPU_OK, "it is one again");
    cr_assert_eq(rest.next, range.next);
    cr_assert_eq(take(range_count(&range), &range), QUIPU_NO_SPACE, "it came back once");
    tear_down();
}

/* T7 */
Test(range, that_came_back_goes_out_by_the_grant)
{
    struct range all = {0, 0}, range;
    uint64_t left = 320;

    set_up(320);
    cr_assert_eq(take(320, &all), QUIPU_OK);
    give_back(&all);
    for (uint64_t next = 0; left > 0; next = range.end) {
        cr_assert_eq(places.returned_count, left);
        cr_assert_eq(take(1, &range), QUIPU_OK);
        cr_assert_eq(range.next, next);
        cr_assert_eq(range_count(&range), left / 16 > 0 ? left / 16 : 1);
        left -= range_count(&range);
    }
    cr_assert_eq(take(1, &range), QUIPU_NO_SPACE);
    tear_down();
}

/* Three places of four come back, each by itself, in any order. */
Test(range, that_came_back_in_pieces_is_put_in_order)
{
    struct range range, all = {0, 0};
    struct random random = {7};
    static uint64_t order[CAPACITY_MAX];

    set_up(CAPACITY_MAX);
    cr_assert_eq(take(CAPACITY_MAX, &all), QUIPU_OK);
    for (uint64_t i = 0; i < CAPACITY_MAX; i++)
        order[i] = i;
    for (uint64_t i = CAPACITY_MAX - 1; i > 0; i--) {
        uint64_t other = random_below(&random, (uint32_t)i + 1), is = order[i];

        order[i] = order[other];
        order[other] = is;
    }
    for (uint64_t i = 0; i < CAPACITY_MAX; i++) {
        if (order[i] % 4 == 0) continue;
        range = (struct range){order[i], order[i] + 1};
        give_back(&range);
    }
    cr_assert_eq(take(4, &range), QUIPU_NO_SPACE);
    for (uint64_t i = 0; i < CAPACITY_MAX / 4; i++) {
        cr_assert_eq(take(3, &range), QUIPU_OK);
        cr_assert_eq(range.next % 4, 1, "three in a row");
        cr_assert_eq(range_count(&range) % 3, 0);
        i += range_count(&range) / 3 - 1;
    }
    cr_assert_eq(take(1, &range), QUIPU_NO_SPACE);
    tear_down();
}

static bool refuse(void)
{
    return true;
}

/* Takes the first `count` of 16 places one by one and gives them back, every third first. */
static void scatter(uint64_t count)
{
    struct range ranges[16];

    for (uint64_t i = 0; i < count; i++) {
        cr_assert_eq(take(1, &ranges[i]), QUIPU_OK);
        cr_assert_eq(range_count(&ranges[i]), 1);
    }
    for (uint64_t i = 0; i < 3 * count; i++) {
        if (i % count % 3 == i / count) give_back(&ranges[i % count]);
    }
}

Test(range, that_touches_another_is_one_with_it)
{
    for (uint64_t count = 1; count <= 16; count++) {
        struct range range = {0, 0};

        set_up(16);
        scatter(count);
        cr_assert_eq(take(17, &range), QUIPU_NO_SPACE);
        cr_assert_eq(take(16, &range), QUIPU_OK, "%llu came back", (unsigned long long)count);
        cr_assert(range.next == 0 && range.end == 16);
        cr_assert_eq(take(1, &range), QUIPU_NO_SPACE);
        tear_down();
    }
}

Test(range, needs_memory)
{
    struct range range = {3, 3};

    set_up(CAPACITY_MAX);
    quipui_memory_refuse = refuse;
    cr_assert_eq(take(1, &range), QUIPU_NO_MEMORY);
    quipui_memory_refuse = NULL;
    cr_assert(region_ensure(&region, (size_t)CAPACITY_MAX * STRIDE));
    quipui_memory_refuse = refuse; /* now only for the table beside */
    cr_assert_eq(take(1, &range), QUIPU_NO_MEMORY);
    cr_assert_eq(range_count(&range), 0);
    cr_assert_eq(places_end(&places), 0, "nothing was handed out");
    quipui_memory_refuse = NULL;
    cr_assert_eq(take(1, &range), QUIPU_OK);
    cr_assert_eq(range.next, 0);
    tear_down();
}

struct takers {
    uint64_t kept[THREADS], twice[THREADS];
};

/* Own places, or give them up. */
static void own(struct takers *takers, unsigned thread, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        if (shared_add(&owners[i], 1) != 0) takers->twice[thread]++;
    }
}

static void disown(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        (void)shared_add(&owners[i], UINT64_MAX);
}

static void take_and_give(void *context, unsigned thread)
{
    struct takers *takers = context;
    struct random random = {thread};
    struct range range = {0, 0};

    for (;;) {
        uint64_t count = 1 + random_below(&random, 40), kept;

        if (take(count, &range) != QUIPU_OK) {
            if (take(1, &range) != QUIPU_OK) break;
        }
        own(takers, thread, range.next, range.end);
        /* Keep some, mark them by hand, and give back the rest. */
        kept = random_below(&random, (uint32_t)range_count(&range) + 1);
        for (uint64_t i = range.next; i < range.next + kept; i++)
            *(uint64_t *)(void *)(region.base + i * STRIDE) = thread;
        range.next += kept;
        takers->kept[thread] += kept;
        disown(range.next, range.end);
        give_back(&range);
    }
}

Test(range, is_handed_out_once_under_threads, .timeout = 120)
{
    for (unsigned round = 0; round < 10; round++) {
        const uint64_t capacity = threads_work(CAPACITY_MAX) - round;
        struct takers takers = {{0}, {0}};
        struct range range = {0, 0};
        uint64_t sum = 0;

        set_up(capacity);
        for (uint64_t i = 0; i < capacity; i++)
            owners[i] = 0;
        threads_run(THREADS, take_and_give, &takers);
        while (take(1, &range) == QUIPU_OK) { /* what came back last */
            own(&takers, 0, range.next, range.end);
            sum += range_count(&range);
        }
        for (int t = 0; t < THREADS; t++) {
            cr_assert_eq(takers.twice[t], 0, "%llu places twice",
                         (unsigned long long)takers.twice[t]);
            sum += takers.kept[t];
        }
        cr_assert_eq(sum, capacity);
        for (uint64_t i = 0; i < capacity; i++)
            cr_assert_eq(owners[i], 1, "place %llu", (unsigned long long)i);
        tear_down();
    }
}
