/* test_horizon.c - the horizon from the clock, the floors and the time-outs; notes of imports. */
#include "records/horizon.h"

#include <criterion/criterion.h>

#include <string.h>

enum { NOW = 1000, CAPACITY = 1 << 10 };

static const struct store_capacities capacities = {CAPACITY, CAPACITY, CAPACITY};

static struct store store;

static uint64_t stopped_clock(void *context)
{
    (void)context;
    return NOW;
}

static struct worker *open_with_a_worker(void)
{
    struct worker *worker;

    cr_assert(quipui_store_open(&store, &capacities));
    store.clock.now = stopped_clock;
    worker = quipui_worker_take(&store.workers, WORKER_WRITES);
    cr_assert_not_null(worker);
    return worker;
}

static void close_with(struct worker *worker)
{
    quipui_worker_give_back(worker);
    quipui_store_close(&store);
}

Test(horizon, of_an_idle_ledger_is_after_the_last_timestamp)
{
    struct worker *worker = open_with_a_worker();
    uint64_t drawn = clock_draw(&store.clock, 5);

    cr_assert_eq(drawn, NOW);
    cr_assert_eq(quipui_horizon(&store), drawn + 5);
    close_with(worker);
}

Test(horizon, stops_at_the_lowest_floor)
{
    struct worker *worker = open_with_a_worker();
    struct worker *other = quipui_worker_take(&store.workers, WORKER_WRITES);

    cr_assert(other != NULL && other != worker);
    (void)clock_draw(&store.clock, 5);
    worker_set_floor(other, NOW + 3);
    worker_set_floor(worker, NOW + 2);
    cr_assert_eq(quipui_horizon(&store), NOW + 2);
    worker_set_floor(worker, NO_FLOOR);
    cr_assert_eq(quipui_horizon(&store), NOW + 3);
    worker_set_floor(other, NO_FLOOR);
    cr_assert_eq(quipui_horizon(&store), NOW + 5);
    quipui_worker_give_back(other);
    close_with(worker);
}

/* F5: a floor from an old look at the clock is published after others were shown a horizon. */
Test(horizon, never_falls)
{
    struct worker *worker = open_with_a_worker();
    uint64_t old = clock_floor(&store.clock);

    (void)clock_draw(&store.clock, 5);
    cr_assert_eq(quipui_horizon(&store), NOW + 5);
    worker_set_floor(worker, old);
    cr_assert_eq(quipui_horizon(&store), NOW + 5);
    cr_assert_geq(clock_draw(&store.clock, 1), NOW + 5, "what it then draws is not below it");
    close_with(worker);
}

Test(imports, are_found_by_when_they_came)
{
    struct worker *worker = open_with_a_worker();
    struct imports *imports = &store.imports;

    cr_assert(quipui_imports_supply(imports, 6));
    for (uint64_t i = 0; i < 6; i++) {
        quipui_imports_add(imports, 10 * (1 + i / 2), i % 2,
                           i % 3 == 0 ? IMPORTED_ACCOUNT : IMPORTED_TRANSFER, 100 + i);
    }
    cr_assert_eq(imports_count(imports), 6);
    cr_assert_eq(quipui_imports_from(imports, 0), 0);
    cr_assert_eq(quipui_imports_from(imports, 20), 2);
    cr_assert_eq(quipui_imports_from(imports, 21), 4);
    cr_assert_eq(quipui_imports_from(imports, 31), 6);
    for (uint64_t i = 0; i < 6; i++) {
        const struct import_note *note = import_note_at(imports, i);

        cr_assert_eq(import_note_place(note), 100 + i);
        cr_assert_eq(import_note_event(note), i % 2);
        cr_assert_eq(import_note_kind(note), i % 3 == 0 ? IMPORTED_ACCOUNT : IMPORTED_TRANSFER);
    }
    close_with(worker);
}
