/* test_store.c - workers are supplied to the last place: what idle ones hold is called in. */
#include <criterion/criterion.h>
#include <string.h>

#include "records/store.h"

enum { ACCOUNTS = 10, TRANSFERS = 64 };

static struct store store;

static struct worker *a_worker(void)
{
    struct worker *worker = quipui_worker_take(&store.workers, WORKER_WRITES);

    cr_assert_not_null(worker);
    return worker;
}

/* Take places by ones until there are none. */
static uint64_t take_all(struct worker *worker)
{
    uint64_t count = 0;

    while (quipui_supply(&store, worker, 1) == QUIPU_OK) {
        worker->transfers.next++;
        count++;
    }
    cr_assert_eq(quipui_supply(&store, worker, 1), QUIPU_NO_SPACE);
    return count;
}

Test(store, calls_in_what_idle_workers_hold)
{
    struct worker *rich, *poor;
    uint64_t held, burnt;

    cr_assert(quipui_store_open(&store, ACCOUNTS, TRANSFERS, false));
    rich = a_worker();
    poor = a_worker();
    cr_assert_eq(quipui_supply(&store, rich, 4), QUIPU_OK);
    held = range_count(&rich->transfers);
    burnt = range_count(&rich->burnt);
    cr_assert_geq(held, 4);
    cr_assert_geq(burnt, 1);
    cr_assert_eq(take_all(poor), TRANSFERS - held, "a busy worker keeps what it has");
    cr_assert_eq(range_count(&rich->transfers), held);
    quipui_worker_give_back(rich);
    cr_assert_eq(quipui_supply(&store, poor, held + 1), QUIPU_NO_SPACE);
    cr_assert_eq(quipui_supply(&store, poor, held), QUIPU_OK, "all in a row");
    cr_assert_eq(range_count(&poor->transfers), held);
    cr_assert_eq(range_count(&rich->transfers), 0);
    cr_assert_eq(range_count(&rich->burnt), 0);
    quipui_worker_give_back(poor);
    quipui_store_close(&store);
}

Test(store, supplies_in_a_row_and_one_to_burn)
{
    struct worker *worker;
    uint64_t first;

    cr_assert(quipui_store_open(&store, ACCOUNTS, TRANSFERS, false));
    worker = a_worker();
    cr_assert_eq(quipui_supply(&store, worker, 10), QUIPU_OK);
    first = worker->transfers.next;
    cr_assert_eq(quipui_supply(&store, worker, 10), QUIPU_OK);
    cr_assert_eq(worker->transfers.next, first, "it had enough");
    cr_assert_eq(quipui_supply(&store, worker, TRANSFERS + 1), QUIPU_NO_SPACE);
    for (int i = 0; i < TRANSFERS; i++) {
        cr_assert_eq(quipui_supply(&store, worker, 1), QUIPU_OK, "%d", i);
        worker->burnt.next++;
    }
    cr_assert_eq(quipui_supply(&store, worker, 1), QUIPU_NO_SPACE, "none left to burn");
    quipui_worker_give_back(worker);
    quipui_store_close(&store);
}

/* Holds that came to nothing are for whoever needs one, too, once their worker is idle. */
Test(store, calls_in_spare_holds)
{
    enum { MANY = 1000 };
    struct worker *rich, *poor;
    static uint64_t holds[MANY];
    uint64_t hold, count = 0;

    cr_assert(quipui_store_open(&store, ACCOUNTS, TRANSFERS, false));
    rich = a_worker();
    poor = a_worker();
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(quipui_hold_take(&store, rich, &holds[i]), QUIPU_OK);
    }
    for (int i = 0; i < MANY; i++)
        quipui_hold_give_back(&store, rich, holds[i]);
    quipui_worker_give_back(rich);
    while (quipui_hold_take(&store, poor, &hold) == QUIPU_OK)
        count++;
    cr_assert_eq(count, store.transfers.hold_places.capacity);
    quipui_worker_give_back(poor);
    quipui_store_close(&store);
}

Test(store, takes_holds_back)
{
    struct worker *worker;
    uint64_t holds[100], again;
    static const struct hold fresh; /* all zero: HOLD_NEW */

    cr_assert(quipui_store_open(&store, ACCOUNTS, TRANSFERS, false));
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
    struct worker *idle, *worker;
    uint64_t hold, count = 0;

    cr_assert(quipui_store_open(&store, ACCOUNTS, TRANSFERS, false));
    idle = a_worker();
    worker = a_worker();
    cr_assert_eq(quipui_hold_take(&store, idle, &hold), QUIPU_OK);
    quipui_worker_give_back(idle);
    while (quipui_hold_take(&store, worker, &hold) == QUIPU_OK)
        count++;
    cr_assert_eq(range_count(&idle->holds), 0, "the rest of its chunk was called in");
    cr_assert_geq(count, TRANSFERS);
    cr_assert_eq(count + 1, store.transfers.hold_places.capacity);
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
            opened = quipui_store_open(&store, ACCOUNTS, TRANSFERS, prefault);
            quipui_memory_refuse = NULL;
            if (opened) break;
            cr_assert_lt(refused, 100);
        }
        cr_assert_geq(refused, 7, "five tables, two indexes: %u", refused);
        quipui_store_close(&store);
    }
}
