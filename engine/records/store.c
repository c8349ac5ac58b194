/* store.c - opening and closing all tables; keeping workers supplied with places. */
#include "records/store.h"

#include <string.h>

/* Take the memory of all records now; holds and burnt ids, which are few, as they come. */
static bool prefault_records(struct store *store, uint64_t accounts, uint64_t transfers)
{
    return quipui_region_prefault(&store->accounts.slots, accounts * sizeof(struct slot)) &&
           quipui_region_prefault(&store->transfers.records, transfers * sizeof(quipu_transfer)) &&
           quipui_region_prefault(&store->transfers.knots, transfers * sizeof(struct knot)) &&
           quipui_index_presize(&store->account_ids, accounts) &&
           quipui_index_presize(&store->transfer_ids, transfers);
}

bool quipui_store_open(struct store *store, uint64_t account_capacity, uint64_t transfer_capacity,
                       bool prefault)
{
    struct index_records accounts, transfers;

    memset(store, 0, sizeof *store);
    quipui_workers_open(&store->workers);
    if (!quipui_accounts_open(&store->accounts, account_capacity) ||
        !quipui_transfers_open(&store->transfers, transfer_capacity) ||
        !quipui_timeouts_open(&store->timeouts, &store->transfers, &store->accounts) ||
        !quipui_imports_open(&store->imports, account_capacity + transfer_capacity)) {
        goto close_store;
    }
    accounts = (struct index_records){
        .ids = store->accounts.slots.base + offsetof(struct slot, id),
        .marks = store->accounts.slots.base + offsetof(struct slot, timestamp),
        .id_stride = sizeof(struct slot),
        .mark_stride = sizeof(struct slot),
        .settled_mask = UINT64_MAX,
    };
    transfers = (struct index_records){
        .ids = store->transfers.records.base + offsetof(quipu_transfer, id),
        .marks = store->transfers.knots.base + offsetof(struct knot, tie),
        .id_stride = sizeof(quipu_transfer),
        .mark_stride = sizeof(struct knot),
        .settled_mask = TIE_COMMITTED,
        .burnt = (const quipu_uint128 *)(const void *)store->transfers.burnt.base,
    };
    /* Stored transfers and burnt ids share an index. */
    if (!quipui_index_open(&store->account_ids, &accounts, account_capacity) ||
        !quipui_index_open(&store->transfer_ids, &transfers, 2 * transfer_capacity)) {
        goto close_store;
    }
    if (prefault && !prefault_records(store, account_capacity, transfer_capacity)) goto close_store;
    return true;

close_store:
    quipui_store_close(store);
    return false;
}

void quipui_store_close(struct store *store)
{
    quipui_index_close(&store->transfer_ids);
    quipui_index_close(&store->account_ids);
    quipui_workers_close(&store->workers);
    quipui_imports_close(&store->imports);
    quipui_timeouts_close(&store->timeouts);
    quipui_transfers_close(&store->transfers);
    quipui_accounts_close(&store->accounts);
}

/* Spare holds become places again. */
static void give_back_spare_holds(struct store *store, struct worker *worker)
{
    while (worker->spare_holds != 0) {
        struct range range = {worker->spare_holds - 1, worker->spare_holds};

        worker->spare_holds = hold_at(&store->transfers, range.next)->transfer;
        quipui_places_give_back(&store->transfers.hold_places, &range);
    }
}

/* The places of transfers that came to nothing, and those never used. */
static void give_back_places(struct store *store, struct worker *worker)
{
    while (worker->spare_place_count > 0) {
        uint64_t place = worker->spare_places[--worker->spare_place_count];
        struct range range = {place, place + 1};

        quipui_places_give_back(&store->transfers.places, &range);
    }
    quipui_places_give_back(&store->transfers.places, &worker->transfers);
}

/* Call in the places that idle workers hold. */
static void call_in(struct store *store, const struct worker *except)
{
    for (struct worker *w = workers_first(&store->workers); w != NULL; w = w->next) {
        if (w == except || !quipui_worker_try(w, WORKER_READS)) continue;
        give_back_places(store, w);
        quipui_places_give_back(&store->transfers.burnt_places, &w->burnt);
        quipui_places_give_back(&store->transfers.hold_places, &w->holds);
        give_back_spare_holds(store, w);
        quipui_worker_give_back(w);
    }
}

/* A range of at least `count` places in a row. */
static quipu_status refill(struct store *store, struct worker *worker, struct places *places,
                           struct range *range, uint64_t count)
{
    quipu_status status;

    if (range_count(range) >= count) return QUIPU_OK;
    quipui_places_give_back(places, range);
    status = quipui_places_take(places, count, range);
    if (status != QUIPU_NO_SPACE) return status;
    call_in(store, worker);
    return quipui_places_take(places, count, range);
}

quipu_status quipui_supply(struct store *store, struct worker *worker, uint64_t count)
{
    struct transfers *transfers = &store->transfers;
    quipu_status status;

    if (range_count(&worker->transfers) < count) give_back_places(store, worker);
    status = refill(store, worker, &transfers->places, &worker->transfers, count);
    if (status != QUIPU_OK) return status;
    return refill(store, worker, &transfers->burnt_places, &worker->burnt, 1);
}

quipu_status quipui_hold_take(struct store *store, struct worker *worker, uint64_t *hold)
{
    struct hold *taken;

    if (worker->spare_holds != 0) {
        *hold = worker->spare_holds - 1;
        worker->spare_holds = hold_at(&store->transfers, *hold)->transfer;
    } else {
        quipu_status status =
            refill(store, worker, &store->transfers.hold_places, &worker->holds, 1);

        if (status != QUIPU_OK) return status;
        *hold = worker->holds.next++;
    }
    taken = hold_at(&store->transfers, *hold);
    memset(taken, 0, sizeof *taken);
    return QUIPU_OK;
}

void quipui_hold_give_back(struct store *store, struct worker *worker, uint64_t hold)
{
    hold_at(&store->transfers, hold)->transfer = worker->spare_holds;
    worker->spare_holds = hold + 1;
}
