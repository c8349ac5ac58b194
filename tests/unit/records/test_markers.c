/* test_markers.c - the list of an account's markers.
 *
 *   T1  it has all that were added, in order, and finds any by number and by time
 *   T2  it finds them in a logarithm of steps
 *   T3  of readers that add at once one is first; what the others could not add is used again, by
 *       any reader and for any account
 *   T4  without memory none is added, the list is as it was, and no place is lost */
#include <criterion/criterion.h>

#include "records/markers.h"
#include "support/threads.h"

enum { COUNT = 5000, TRANSFERS = COUNT * 64, THREADS = 4 };

static struct markers markers;
static struct details details;

static void set_up(void)
{
    cr_assert(quipui_markers_open(&markers, TRANSFERS));
    details = (struct details){.user_data_32 = 1};
}

static void tear_down(void)
{
    quipui_markers_close(&markers);
}

/* The marker that is added as number `number`: its time is ten times that. */
static struct marker a_marker(uint64_t number)
{
    return (struct marker){
        .number = (uint32_t)number, .timestamp = 10 * number, .link = number << 3};
}

/* Add markers up to `number` after what there is. */
static void add_up_to(uint64_t number)
{
    static _Thread_local struct marker wanted[COUNT];
    uint32_t newest = marker_newest(&details);
    uint64_t from = marker_at(&markers, newest)->number;

    if (from >= number) return;
    for (uint64_t i = from; i < number; i++)
        wanted[i - from] = a_marker(i + 1);
    quipui_markers_add(&markers, &details, newest, wanted, number - from);
}

static void check_list(void)
{
    uint32_t newest = marker_newest(&details);
    uint64_t count = marker_at(&markers, newest)->number;

    for (uint64_t n = 0; n <= count; n++) {
        uint32_t found = quipui_marker_up_to(&markers, newest, n);

        cr_assert_eq(marker_at(&markers, found)->number, n, "T1");
        cr_assert_eq(marker_at(&markers, found)->link, n << 3);
        if (n == 0) continue;
        cr_assert_eq(quipui_marker_since(&markers, newest, 10 * n), found);
        cr_assert_eq(quipui_marker_since(&markers, newest, 10 * n - 9), found);
    }
    cr_assert_eq(quipui_marker_since(&markers, newest, 10 * count + 1), 0);
    cr_assert_eq(quipui_marker_up_to(&markers, newest, count + 5), newest);
}

Test(markers, are_found_by_number_and_time, .init = set_up, .fini = tear_down)
{
    check_list();
    for (uint64_t number = 1; number < 200; number++) {
        add_up_to(number);
        check_list();
    }
    add_up_to(COUNT);
    check_list();
}

Test(markers, are_found_in_few_steps, .init = set_up, .fini = tear_down)
{
    unsigned most = 0;

    add_up_to(COUNT);
    for (uint64_t n = 1; n <= COUNT; n++) {
        uint32_t place = marker_newest(&details);
        unsigned steps = 0;

        for (; marker_at(&markers, place)->number > n; steps++) {
            const struct marker *marker = marker_at(&markers, place);

            place =
                marker_at(&markers, marker->skip)->number >= n ? marker->skip : marker->previous;
        }
        if (steps > most) most = steps;
    }
    cr_assert_leq(most, 3 * 13, "T2: %u steps among %d", most, COUNT);
}

static void add_at_once(void *context, unsigned index)
{
    (void)context;
    for (uint64_t number = 1 + index; number <= COUNT; number += 1 + index)
        add_up_to(number);
}

static uint64_t count_spare(void)
{
    uint64_t spare = 0;

    for (uint32_t place = markers.spare; place != 0; place = marker_at(&markers, place)->previous)
        spare++;
    return spare;
}

Test(markers, are_added_by_one, .init = set_up, .fini = tear_down)
{
    threads_run(THREADS, add_at_once, NULL);
    add_up_to(COUNT);
    check_list();
    cr_assert_eq(load_relaxed(&markers.used), COUNT + count_spare(), "T3: none is lost");
}

/* A reader that is always too late, as often as there are markers. */
Test(markers, never_run_out_while_some_are_spare, .init = set_up, .fini = tear_down)
{
    static struct marker wanted[100];
    struct details other = {.user_data_32 = 2};

    add_up_to(1);
    for (unsigned i = 0; i < 100; i++)
        wanted[i] = a_marker(i + 1);
    for (uint64_t i = 0; i < markers.capacity; i++)
        quipui_markers_add(&markers, &details, 0, wanted, 100);
    cr_assert_eq(load_relaxed(&markers.used), 101);
    cr_assert_eq(count_spare(), 100);
    quipui_markers_add(&markers, &other, 0, wanted, 100);
    cr_assert_eq(marker_at(&markers, marker_newest(&other))->number, 100, "T3");
    cr_assert_eq(load_relaxed(&markers.used), 101);
    cr_assert_eq(count_spare(), 0);
    check_list();
}

static bool refuse(void)
{
    return true;
}

Test(markers, need_memory, .init = set_up, .fini = tear_down)
{
    add_up_to(10);
    quipui_memory_refuse = refuse;
    for (unsigned i = 0; i < 10; i++)
        add_up_to(COUNT);
    quipui_memory_refuse = NULL;
    cr_assert_lt(marker_at(&markers, marker_newest(&details))->number, COUNT, "T4");
    cr_assert_eq(load_relaxed(&markers.used), marker_at(&markers, marker_newest(&details))->number);
    check_list();
    add_up_to(COUNT);
    check_list();
}
