/* test_select.c - the oldest or newest so many of what is offered, in any order. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "read/select.h"
#include "support/random.h"

enum { COUNT = 300, SEEDS = 400 };

static int compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

enum order { RISING, FALLING, NEARLY, RANDOM, ORDERS };

/* Different timestamps in some order. */
static void make(struct random *random, enum order order, uint64_t *timestamps)
{
    for (uint64_t i = 0; i < COUNT; i++)
        timestamps[i] = 1 + 10 * (order == FALLING ? COUNT - 1 - i : i);
    for (uint32_t i = COUNT - 1; i > 0 && order >= NEARLY; i--) {
        uint32_t near = i > 3 ? i - 3 + random_below(random, 4) : i;
        uint32_t other = order == NEARLY ? near : random_below(random, i + 1);
        uint64_t kept = timestamps[i];

        timestamps[i] = timestamps[other];
        timestamps[other] = kept;
    }
}

static void check(struct random *random, enum order order, size_t room, bool newest)
{
    static uint64_t timestamps[COUNT], sorted[COUNT];
    static struct pick picks[COUNT];
    struct selection selection = {.picks = picks, .room = room, .newest = newest};
    size_t want = room < COUNT ? room : COUNT;

    make(random, order, timestamps);
    for (size_t i = 0; i < COUNT; i++) {
        bool takes = selection_takes(&selection, timestamps[i]);
        size_t before = selection.count;

        sorted[i] = timestamps[i];
        quipui_select(&selection,
                      &(struct pick){selection_rank(&selection, timestamps[i]), .place = i});
        cr_assert(takes || selection.count == before, "what it says it does not take it does not");
    }
    quipui_selection_sort(&selection);
    qsort(sorted, COUNT, sizeof sorted[0], compare);
    cr_assert_eq(selection.count, want);
    for (size_t i = 0; i < want; i++) {
        cr_assert_eq(timestamps[picks[i].place], sorted[newest ? COUNT - 1 - i : i],
                     "order %d, room %zu, newest %d, at %zu", order, room, newest, i);
    }
}

Test(select, the_best_in_any_order)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random = {seed};
        size_t room = 1 + random_below(&random, COUNT);

        check(&random, (enum order)(seed % ORDERS), room, random_one_in(&random, 2));
    }
}

/* Of one timestamp the lowest order is best, in whatever order they come. */
Test(select, by_order_what_is_of_one_time)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct pick offered[COUNT], picks[COUNT], before[COUNT];
        struct random random = {seed};
        struct selection selection = {.picks = picks, .room = 1 + random_below(&random, COUNT)};

        for (uint64_t i = 0; i < COUNT; i++)
            offered[i] = (struct pick){1 + i / 10, i % 10, i, i % 3};
        for (uint32_t i = COUNT - 1; i > 0; i--) {
            uint32_t other = random_below(&random, i + 1);
            struct pick kept = offered[i];

            offered[i] = offered[other];
            offered[other] = kept;
        }
        for (size_t i = 0; i < COUNT; i++) {
            bool takes = selection_takes(&selection, offered[i].rank);

            memcpy(before, picks, sizeof picks);
            quipui_select(&selection, &offered[i]);
            cr_assert(takes || memcmp(before, picks, sizeof picks) == 0);
        }
        quipui_selection_sort(&selection);
        for (uint64_t i = 0; i < selection.room; i++) {
            cr_assert_eq(selection.picks[i].place, i, "seed %llu", (unsigned long long)seed);
            cr_assert_eq(selection.picks[i].kind, i % 3);
        }
    }
}

Test(select, what_there_is_room_for)
{
    struct random random = {1};

    for (enum order order = RISING; order < ORDERS; order++) {
        for (unsigned newest = 0; newest < 2; newest++) {
            check(&random, order, 1, newest != 0);
            check(&random, order, COUNT - 1, newest != 0);
            check(&random, order, COUNT, newest != 0);
        }
    }
}
