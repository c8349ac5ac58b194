/* test_store.c - all tables open or none; holds, and ids that are kept as failed. How workers come
 * by places is in test_worker_places.c. */
#include <criterion/criterion.h>
#include <string.h>

#include "records/store.h"

enum { ACCOUNTS = 10, TRANSFERS = 64, FAILED_IDS = 5 };

static const struct store_capacities capacities = {
    .accounts = ACCOUNTS, .transfers = TRANSFERS, .failed_ids = FAILED_IDS};

static struct store store;

static struct worker *a_worker(void)
{
    struct worker *worker = quipui_worker_take(&store.workers, WORKER_WRITES);

    cr_assert_not_null(worker);
    return worker;
}

/* Unused holds of a worker are for any call that needs one, also while that worker is busy. */
Test(store, calls_in_spare_holds)
{
    enum { MANY = 1000 };
    struct worker *rich, *poor;
    static uint64_t holds[MANY];
    uint64_t hold, count = 0;

    cr_assert(quipui_store_open(&store, &capacities));
    rich = a_worker();
    poor = a_worker();
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(quipui_hold_take(&store, rich, &holds[i]), QUIPU_OK);
    }
    for (int i = 0; i < MANY; i++)
        quipui_hold_give_back(&store, rich, holds[i]);
    while (quipui_hold_take(&store, poor, &hold) == QUIPU_OK)
        count++;
    cr_assert_eq(count, store.transfers.hold_places.capacity);
    quipui_worker_give_back(rich);
    quipui_worker_give_back(poor);
    quipui_store_close(&store);
}

Test(store, takes_holds_back)
{
    struct worker *worker;
    uint64_t holds[100], again;
    static const struct hold fresh; /* all zero: HOLD_NEW */

    cr_assert(quipui_store_open(&store, &capacities));
    worker = a_worker();
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(quipui_hold_take(&store, worker, &holds[i]), QUIPU_OK);
        for (int j = 0; j < i; j++)
            cr_assert_neq(holds[i], holds[j]);
        memset(hold_at(&store.transfers, holds[i]), 0x5A, sizeof(struct hold));
    }
    for (int i = 0; i < 100; i++)
        quipui_hold_give_back(&store, worker, holds[i]);
    for (int i = 100; i-- > 0;) {
        cr_assert_eq(quipui_hold_take(&store, worker, &again), QUIPU_OK);
        cr_assert_eq(again, holds[i], "the last to come back is warm");
        cr_assert_eq(memcmp(hold_at(&store.transfers, again), &fresh, sizeof fresh), 0);
    }
    cr_assert_eq(quipui_hold_take(&store, worker, &again), QUIPU_OK);
    for (int i = 0; i < 100; i++)
        cr_assert_neq(again, holds[i]);
    quipui_worker_give_back(worker);
    quipui_store_close(&store);
}

Test(store, has_a_hold_for_every_transfer)
{
    struct worker *worker;
    uint64_t hold, count = 0;

    cr_assert(quipui_store_open(&store, &capacities));
    worker = a_worker();
    while (quipui_hold_take(&store, worker, &hold) == QUIPU_OK)
        count++;
    cr_assert_geq(count, TRANSFERS + QUIPU_BATCH_MAX, "and for a unit that is judged aside");
    quipui_worker_give_back(worker);
    quipui_store_close(&store);
}

/* They have room of their own: none of it is needed for a transfer, and none of a transfer's for
 * them. */
Test(store, keeps_failed_ids_apart)
{
    struct worker *worker, *other;
    uint64_t place;

    cr_assert(quipui_store_open(&store, &capacities));
    worker = a_worker();
    other = a_worker();
    for (unsigned i = 0; i < FAILED_IDS; i++) {
        struct worker *keeper = i % 2 == 0 ? worker : other;

        cr_assert(quipui_failed_id_keep(&store, keeper, 100 + i, &place), "%u", i);
        cr_assert(failed_id_at(&store.transfers, place)->id == 100 + i);
    }
    cr_assert_not(quipui_failed_id_keep(&store, worker, 99, &place));
    cr_assert_not(quipui_failed_id_keep(&store, other, 99, &place));
    cr_assert_eq(store_supply(&store, worker, TRANSFERS), QUIPU_OK);
    worker->places.next = worker->places.end;
    store_put_back(&store, worker);
    cr_assert_eq(store_supply(&store, worker, 1), QUIPU_NO_SPACE);
    quipui_worker_give_back(worker);
    quipui_worker_give_back(other);
    quipui_store_close(&store);
}

static bool refuse(void)
{
    return true;
}

Test(store, needs_memory_for_failed_ids)
{
    struct worker *worker;
    uint64_t place;

    cr_assert(quipui_store_open(&store, &capacities));
    worker = a_worker();
    quipui_memory_refuse = refuse;
    cr_assert_not(quipui_failed_id_keep(&store, worker, 1, &place));
    quipui_memory_refuse = NULL;
    cr_assert(quipui_failed_id_keep(&store, worker, 1, &place));
    quipui_worker_give_back(worker);
    quipui_store_close(&store);
}

static unsigned allowed; /* so many allocations, then none */

static bool refuse_later(void)
{
    return allowed-- == 0;
}

/* Every allocation of an opening fails once; each time all is given back. */
Test(store, opens_whole_or_not_at_all)
{
    for (int prefault = 0; prefault < 2; prefault++) {
        unsigned refused = 0;

        for (;; refused++) {
            bool opened;

            allowed = refused;
            quipui_memory_refuse = refuse_later;
            opened = quipui_store_open(&store, &capacities);
            if (opened && prefault && !quipui_store_prefault(&store, &capacities)) {
                quipui_store_close(&store);
                opened = false;
            }
            quipui_memory_refuse = NULL;
            if (opened) break;
            cr_assert_lt(refused, 100);
        }
        cr_assert_geq(refused, 7, "five tables, two indexes: %u", refused);
        quipui_store_close(&store);
    }
}
