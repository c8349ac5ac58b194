/* test_clock.c - timestamps are unique and in the order of real time, even if the clock is
 * wrong. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "base/clock.h"
#include "support/random.h"
#include "support/threads.h"

enum { THREADS = 4, DRAWS_MAX = 40000, NOON = 1000000000 };
enum kind { STEADY, STUCK, JUMPING, BEYOND, KINDS };

static uint64_t told(void *context)
{
    return *(uint64_t *)context;
}

/* clang-format off */

Test(clock, draws_what_is_free)
{
    static const struct {
        uint64_t now, count, first;
    } rows[] = {
        /* the clock says          draw first */
        {  100,                    1,   100 },
        {  100,                    1,   101 }, /* repeats */
        {  100,                    3,   102 },
        {  103,                    1,   105 }, /* 103 and 104 are taken */
        {  106,                    1,   106 },
        {  50,                     2,   107 }, /* jumps back */
        {  0,                      1,   109 },
        {  TIMESTAMP_MAX + 1,      1,   110 }, /* out of range: no time at all */
        {  UINT64_MAX,             2,   111 },
        {  200,                    1,   200 },
        {  CLOCK_MAX,              1,   CLOCK_MAX },
    };
    /* clang-format on */
    uint64_t now = 0;
    struct clock clock = {.now = told, .context = &now};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t first;

        now = rows[i].now;
        first = clock_draw(&clock, rows[i].count);
        cr_assert_eq(first, rows[i].first, "row %zu: %llu", i, (unsigned long long)first);
        now = 1;
        cr_assert_eq(clock_read(&clock), first + rows[i].count - 1, "no read is earlier");
    }
}

Test(clock, reads_what_is_later)
{
    uint64_t now = 500;
    struct clock clock = {.now = told, .context = &now};

    cr_assert_eq(clock_draw(&clock, 10), 500);
    cr_assert_eq(clock_read(&clock), 509, "500 to 509 are given out");
    now = 510;
    cr_assert_eq(clock_read(&clock), 510);
    cr_assert_eq(clock_read(&clock), 510, "a read takes nothing");
    now = TIMESTAMP_MAX + 1;
    cr_assert_eq(clock_read(&clock), 509);
    now = 1;
    clock_reach(&clock, 600);
    clock_reach(&clock, 550);
    cr_assert_eq(clock_draw(&clock, 1), 600, "nothing is given out before what was reached");
    cr_assert_gt(quipui_clock_system(NULL), NOON);
}

struct drawn {
    uint64_t first, count;
};

struct draws {
    struct clock clock;
    enum kind kind;
    unsigned each;
    uint64_t ticks, returned; /* shared */
    unsigned late[THREADS];   /* draws not after one that had returned before they began */
    struct drawn *drawn[THREADS];
};

static _Thread_local struct random source;

static uint64_t odd_clock(void *context)
{
    struct draws *draws = context;
    uint64_t tick = shared_add(&draws->ticks, 1);

    switch (draws->kind) {
    case STEADY: return NOON + 2 * tick;
    case STUCK: return NOON;
    case JUMPING: return NOON + random_below(&source, 100000);
    case BEYOND:
    case KINDS: break;
    }
    return random_one_in(&source, 2) ? TIMESTAMP_MAX + 1 + random_next(&source) / 2 : NOON + tick;
}

static void draw(void *context, unsigned thread)
{
    struct draws *draws = context;
    struct random random = {100 + thread};

    source.state = thread;
    for (unsigned i = 0; i < draws->each; i++) {
        uint64_t count = 1 + random_below(&random, 3), before = shared_read(&draws->returned);
        uint64_t first = clock_draw(&draws->clock, count);

        if (first <= before) draws->late[thread]++;
        shared_raise(&draws->returned, first + count - 1);
        draws->drawn[thread][i] = (struct drawn){first, count};
        if (clock_read(&draws->clock) < first + count - 1) draws->late[thread]++;
    }
}

static int by_first(const void *a, const void *b)
{
    const struct drawn *left = a, *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

ParameterizedTestParameters(clock, draws_are_unique_and_in_order)
{
    static int kinds[KINDS] = {STEADY, STUCK, JUMPING, BEYOND};

    return cr_make_param_array(int, kinds, KINDS);
}

ParameterizedTest(int *kind, clock, draws_are_unique_and_in_order, .timeout = 120)
{
    static struct drawn all[THREADS * DRAWS_MAX];
    struct draws draws = {.kind = (enum kind) * kind, .each = threads_work(DRAWS_MAX)};

    draws.clock.now = odd_clock;
    draws.clock.context = &draws;
    for (int t = 0; t < THREADS; t++)
        draws.drawn[t] = &all[(unsigned)t * draws.each];
    threads_run(THREADS, draw, &draws);
    for (unsigned t = 0; t < THREADS; t++) {
        cr_assert_eq(draws.late[t], 0, "thread %u: %u not in order", t, draws.late[t]);
        for (unsigned i = 1; i < draws.each; i++)
            cr_assert_gt(draws.drawn[t][i].first, draws.drawn[t][i - 1].first);
    }
    qsort(all, (size_t)THREADS * draws.each, sizeof all[0], by_first);
    for (unsigned i = 1; i < THREADS * draws.each; i++) {
        cr_assert_geq(all[i].first, all[i - 1].first + all[i - 1].count, "given out twice");
        cr_assert_leq(all[i].first, TIMESTAMP_MAX);
    }
}
