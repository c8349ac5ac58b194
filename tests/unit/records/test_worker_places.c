/* test_worker_places.c - places between their table and a worker's hands.
 *
 *   H1  a call that needs what a worker keeps, busy or idle, finds it; not what is in hands
 *   H2  places of a unit are in a row, also where they were kept in pieces
 *   H3  what is left in hands goes back, and is used first
 *   H4  while fewer places are in hands than there are, nobody is told that there is none (P3)
 *   H5  every place is used in the end, and none twice
 *   H6  what is counted as used is what is neither in the table nor kept */
#include <criterion/criterion.h>
#include <sched.h>

#include "records/worker_places.h"
#include "support/random.h"
#include "support/threads.h"

enum { STRIDE = 16, THREADS = 4, CAPACITY_MAX = 40000 };

static struct places places;
static struct workers workers;
static struct region region;
static uint64_t owners[CAPACITY_MAX]; /* shared */

static void set_up(uint64_t capacity)
{
    cr_assert(quipui_region_open(&region, capacity * STRIDE));
    quipui_places_open(&places, PLACES_OF_TRANSFERS, &region, STRIDE, capacity);
    quipui_workers_open(&workers);
}

static void tear_down(void)
{
    quipui_workers_close(&workers);
    quipui_region_close(&region);
}

static struct worker *a_worker(void)
{
    struct worker *worker = quipui_worker_take(&workers, WORKER_WRITES);

    cr_assert_not_null(worker);
    return worker;
}

static quipu_status take(struct worker *worker, uint64_t count)
{
    return quipui_keep_take(&places, &workers, worker, count, count, REACH_WORKERS,
                            &worker->places);
}

static void put_back(struct worker *worker)
{
    quipui_keep_put_back(&places, worker);
}

/* Use up what is in hands. */
static uint64_t use(struct worker *worker)
{
    uint64_t count = range_count(&worker->places) + worker->spare_place_count;

    worker->places.next = worker->places.end;
    worker->spare_place_count = 0;
    return count;
}

static uint64_t used(void)
{
    return quipui_keep_count_used(&places, &workers);
}

/* H1, H6 */
Test(keep, is_for_all_that_need_it)
{
    struct worker *rich, *poor;
    uint64_t count = 0;

    set_up(320);
    rich = a_worker();
    poor = a_worker();
    cr_assert_eq(take(rich, 4), QUIPU_OK);
    cr_assert_eq(range_count(&rich->places), 4);
    cr_assert_gt(range_count(&rich->kept[PLACES_OF_TRANSFERS].range), 4, "the rest of a chunk");
    cr_assert_eq(used(), 4);
    while (take(poor, 1) == QUIPU_OK)
        count += use(poor);
    cr_assert_eq(count, 320 - 4, "all but what is in hands");
    cr_assert_eq(used(), 320);
    put_back(rich);
    cr_assert_eq(used(), 320 - 4);
    cr_assert_eq(take(poor, 5), QUIPU_NO_SPACE);
    cr_assert_eq(take(poor, 4), QUIPU_OK);
    cr_assert_eq(use(poor), 4);
    cr_assert_eq(take(rich, 1), QUIPU_NO_SPACE);
    tear_down();
}

/* H1, also of the table of another kind */
Test(keep, is_one_table_apart_from_another)
{
    struct worker *worker;
    uint64_t one, other;

    set_up(2);
    worker = a_worker();
    places.kind = PLACES_OF_HOLDS;
    cr_assert_eq(quipui_keep_take_one(&places, &workers, worker, &one), QUIPU_OK);
    cr_assert_eq(quipui_keep_take_one(&places, &workers, worker, &other), QUIPU_OK);
    cr_assert_neq(one, other);
    cr_assert_eq(quipui_keep_take_one(&places, &workers, worker, &other), QUIPU_NO_SPACE);
    quipui_keep_give_back_one(&places, worker, one);
    cr_assert_eq(used(), 1);
    cr_assert_eq(worker->kept[PLACES_OF_TRANSFERS].spare_count, 0);
    cr_assert_eq(worker->kept[PLACES_OF_HOLDS].spare_count, 1);
    cr_assert_eq(quipui_keep_take_one(&places, &workers, worker, &other), QUIPU_OK);
    cr_assert_eq(one, other);
    tear_down();
}

/* H2: two workers keep every second piece. */
Test(keep, joins_what_several_kept)
{
    enum { PIECES = 16 };
    struct worker *holders[PIECES], *other;

    set_up(PIECES);
    for (int i = 0; i < PIECES; i++) {
        holders[i] = a_worker();
        cr_assert_eq(take(holders[i], 1), QUIPU_OK);
    }
    other = a_worker();
    cr_assert_eq(take(other, 1), QUIPU_NO_SPACE);
    for (int i = 0; i < PIECES; i += 2)
        put_back(holders[i]);
    cr_assert_eq(take(other, 2), QUIPU_NO_SPACE, "not in a row");
    for (int i = 1; i < PIECES; i += 2)
        put_back(holders[i]);
    cr_assert_eq(take(other, PIECES), QUIPU_OK);
    tear_down();
}

/* H3 */
Test(keep, takes_for_a_run_what_came_to_nothing_first)
{
    struct worker *worker;
    struct range before;

    set_up(1000);
    worker = a_worker();
    cr_assert_eq(quipui_keep_take_run(&places, &workers, worker, 16), 16);
    before = worker->places;
    for (int i = 0; i < 5; i++) { /* three stay unused, of which two are used again */
        uint64_t place = worker_place(worker);

        if (i % 2 == 0) worker_place_back(worker, place);
        cr_assert_eq(worker->spare_place_count, i % 2 == 0 ? 1 : 0);
    }
    cr_assert_eq(worker->places.next, before.next + 3);
    put_back(worker);
    cr_assert_eq(range_count(&worker->places), 0, "hands are empty");
    cr_assert_eq(worker->spare_place_count, 0);
    cr_assert_eq(worker->ahead.next, before.next + 3, "what comes next, but for spares");
    cr_assert_eq(used(), 2);
    cr_assert_eq(quipui_keep_take_run(&places, &workers, worker, 3), 3);
    cr_assert_eq(worker->spare_place_count, 1);
    cr_assert_eq(worker->places.next, before.next + 3);
    cr_assert_eq(worker->places.end, before.next + 5);
    tear_down();
}

/* A run takes what there is; that others keep some is for a unit to find out. */
Test(keep, gives_a_run_what_there_is)
{
    struct worker *rich, *poor;

    set_up(17);
    rich = a_worker();
    poor = a_worker();
    cr_assert_eq(take(rich, 16), QUIPU_OK);
    put_back(rich);
    cr_assert_eq(quipui_keep_take_run(&places, &workers, poor, 16), 1);
    (void)use(poor);
    cr_assert_eq(quipui_keep_take_run(&places, &workers, poor, 16), 0);
    cr_assert_eq(take(poor, 1), QUIPU_OK);
    (void)use(poor);
    tear_down();
}

struct jugglers {
    struct worker *workers[THREADS];
    uint64_t refused; /* shared */
};

/* H4: takes one or two, and gives them back, again and again; one is always to be had. */
static void take_and_put_back(void *context, unsigned thread)
{
    struct jugglers *jugglers = context;
    struct worker *worker = jugglers->workers[thread];

    for (uint64_t i = 0; i < threads_work(40000); i++) {
        uint64_t count = (i + thread) % 3 == 0 ? 2 : 1;
        quipu_status status = take(worker, count);

        if (status != QUIPU_OK && count == 1) (void)shared_add(&jugglers->refused, 1);
        if (i % 8 == 0) (void)sched_yield(); /* with what is in its hands */
        put_back(worker);
    }
}

Test(keep, has_one_while_not_all_are_in_hands, .timeout = 120)
{
    struct jugglers jugglers = {.refused = 0};

    set_up(2 * (THREADS - 1) + 1);
    for (int t = 0; t < THREADS; t++)
        jugglers.workers[t] = a_worker();
    threads_run(THREADS, take_and_put_back, &jugglers);
    cr_assert_eq(jugglers.refused, 0, "%llu times none was found",
                 (unsigned long long)jugglers.refused);
    cr_assert_eq(used(), 0);
    tear_down();
}

struct fillers {
    uint64_t used[THREADS];
    uint64_t twice;    /* shared */
    uint64_t capacity; /* of the table */
};

static void own(struct fillers *fillers, uint64_t place)
{
    if (shared_add(&owners[place], 1) != 0) (void)shared_add(&fillers->twice, 1);
}

/* H5: runs and units, some of whose places stay unused, until there is no place. */
static void fill(void *context, unsigned thread)
{
    struct fillers *fillers = context;
    struct random random = {thread + 1};
    struct worker *worker = a_worker();

    for (;;) {
        uint64_t count = random_below(&random, 24);

        if (count < 16 &&
            quipui_keep_take_run(&places, &workers, worker, 1 + (uint32_t)count) > 0) {
            while (worker->spare_place_count + range_count(&worker->places) > 0 &&
                   !random_one_in(&random, 8)) {
                uint64_t place = worker_place(worker);

                if (random_one_in(&random, 4)) {
                    worker_place_back(worker, place);
                    continue;
                }
                own(fillers, place);
                fillers->used[thread]++;
            }
        } else {
            if (take(worker, count + 1) != QUIPU_OK && take(worker, 1) != QUIPU_OK) break;
            for (; range_count(&worker->places) > 0 && !random_one_in(&random, 20);
                 fillers->used[thread]++) {
                own(fillers, worker->places.next++);
            }
        }
        put_back(worker);
    }
    quipui_worker_give_back(worker);
}

Test(keep, is_used_up_under_threads, .timeout = 120)
{
    for (unsigned round = 0; round < 8; round++) {
        struct fillers fillers = {.capacity = threads_work(CAPACITY_MAX) - round};
        uint64_t sum = 0;

        for (uint64_t i = 0; i < CAPACITY_MAX; i++)
            owners[i] = 0;
        set_up(fillers.capacity);
        threads_run(THREADS, fill, &fillers);
        for (int t = 0; t < THREADS; t++)
            sum += fillers.used[t];
        cr_assert_eq(fillers.twice, 0, "%llu places twice", (unsigned long long)fillers.twice);
        cr_assert_eq(sum, fillers.capacity);
        cr_assert_eq(used(), fillers.capacity);
        tear_down();
    }
}
