/* test_id.c - ids: larger one after another, different everywhere, never reserved. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "support/ledger.h"

enum { THREADS = 4, COUNT = 50000 };

static quipu_uint128 ids[THREADS][COUNT];

static void *draw(void *argument)
{
    quipu_uint128 *mine = argument;

    for (int i = 0; i < COUNT; i++) {
        mine[i] = quipu_id();
    }
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    quipu_uint128 x = *(const quipu_uint128 *)a, y = *(const quipu_uint128 *)b;

    return (x > y) - (x < y);
}

Test(id, is_unique_among_threads_and_grows_within_one)
{
    pthread_t threads[THREADS];
    quipu_uint128 *all = &ids[0][0];

    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, draw, ids[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert(ids[i][0] != 0);
        for (int j = 1; j < COUNT; j++) {
            cr_assert(ids[i][j] > ids[i][j - 1]);
        }
        cr_assert(ids[i][COUNT - 1] != ID_MAX);
    }
    qsort(all, (size_t)THREADS * COUNT, sizeof(*all), by_value);
    for (int i = 1; i < THREADS * COUNT; i++) {
        cr_assert(all[i] != all[i - 1]);
    }
}

/* The upper 48 bits are the milliseconds of now. */
Test(id, tells_the_time)
{
    struct timespec before, after;
    quipu_uint128 id;
    uint64_t ms;

    cr_assert_eq(clock_gettime(CLOCK_REALTIME, &before), 0);
    id = quipu_id();
    cr_assert_eq(clock_gettime(CLOCK_REALTIME, &after), 0);
    ms = (uint64_t)(id >> 80);
    cr_assert_geq(ms, (uint64_t)before.tv_sec * 1000 + (uint64_t)before.tv_nsec / 1000000);
    cr_assert_leq(ms, (uint64_t)after.tv_sec * 1000 + (uint64_t)after.tv_nsec / 1000000);
}
