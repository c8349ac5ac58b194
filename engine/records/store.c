/* store.c - opening and closing all tables; holds and burnt ids. */
#include "records/store.h"

#include <string.h>

#include "base/available.h"

static uint64_t larger_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

bool quipui_store_open(struct store *store, const struct store_capacities *capacities)
{
    struct index_records accounts, transfers;

    memset(store, 0, sizeof *store);
    quipui_workers_open(&store->workers);
    if (!quipui_accounts_open(&store->accounts, capacities->accounts) ||
        !quipui_transfers_open(&store->transfers, capacities->transfers, capacities->failed_ids) ||
        !quipui_timeouts_open(&store->timeouts, &store->transfers, &store->accounts) ||
        !quipui_markers_open(&store->markers, capacities->transfers) ||
        !quipui_imports_open(&store->imports, capacities->accounts + capacities->transfers)) {
        goto close_store;
    }
    accounts = (struct index_records){
        .ids = store->accounts.slots.base + offsetof(struct slot, id),
        .marks = store->accounts.slots.base + offsetof(struct slot, timestamp),
        .id_stride = sizeof(struct slot),
        .mark_stride = sizeof(struct slot),
        .settled_mask = UINT64_MAX,
        .references = capacities->accounts + QUIPU_BATCH_MAX,
    };
    transfers = (struct index_records){
        .ids = store->transfers.records.base + offsetof(quipu_transfer, id),
        .marks = store->transfers.knots.base + offsetof(struct knot, tie),
        .id_stride = sizeof(quipu_transfer),
        .mark_stride = sizeof(struct knot),
        .settled_mask = TIE_COMMITTED,
        .burnt = store->transfers.burnt.base + offsetof(struct failed_id, id),
        .burnt_stride = sizeof(struct failed_id),
        .references = larger_of(capacities->transfers + QUIPU_BATCH_MAX, capacities->failed_ids),
    };
    /* Stored transfers and burnt ids share an index. */
    if (!quipui_index_open(&store->account_ids, &accounts, capacities->accounts) ||
        !quipui_index_open(&store->transfer_ids, &transfers,
                           capacities->transfers + capacities->failed_ids)) {
        goto close_store;
    }
    return true;

close_store:
    quipui_store_close(store);
    return false;
}

/* Holds, their time-outs and burnt ids, which are few, are left out: their memory is taken as they
 * come. */
bool quipui_store_prefault(struct store *store, const struct store_capacities *capacities)
{
    uint64_t accounts = capacities->accounts, transfers = capacities->transfers, bytes = 0;
    const struct {
        struct region *region;
        size_t bytes;
    } tables[] = {
        {&store->accounts.slots, accounts * sizeof(struct slot)},
        {&store->accounts.details, accounts * sizeof(struct details)},
        {&store->transfers.records, transfers * sizeof(quipu_transfer)},
        {&store->transfers.knots, transfers * sizeof(struct knot)},
        {&store->transfers.chunks.chunks, chunks_bytes(transfers, CHUNK_PLACES)},
        {&store->transfers.chunks.groups, chunks_bytes(transfers, GROUP_PLACES)},
        {&store->markers.region, store->markers.capacity * sizeof(struct marker)},
    };
    const struct {
        struct index *index;
        uint64_t ids;
    } indexes[] = {{&store->account_ids, accounts}, {&store->transfer_ids, transfers}};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        bytes += tables[i].bytes;
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        bytes += quipui_index_presized_bytes(indexes[i].ids);
    if (!quipui_memory_is_available(bytes)) return false;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!quipui_region_prefault(tables[i].region, tables[i].bytes)) return false;
    }
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        if (!quipui_index_presize(indexes[i].index, indexes[i].ids)) return false;
    }
    return true;
}

void quipui_store_close(struct store *store)
{
    quipui_index_close(&store->transfer_ids);
    quipui_index_close(&store->account_ids);
    quipui_workers_close(&store->workers);
    quipui_imports_close(&store->imports);
    quipui_timeouts_close(&store->timeouts);
    quipui_markers_close(&store->markers);
    quipui_transfers_close(&store->transfers);
    quipui_accounts_close(&store->accounts);
}

/* So many holds before it is taken. */
#define HOLDS_AHEAD 8

/* Most likely, holds are taken in a row: each is two lines that nobody has touched yet. */
static inline void ask_for_hold(struct store *store, uint64_t place)
{
    const char *hold = (const char *)hold_at(&store->transfers, place);

    prefetch_for_write(hold);
    prefetch_for_write(hold + CACHE_LINE);
}

quipu_status quipui_hold_take(struct store *store, struct worker *worker, uint64_t *hold)
{
    quipu_status status =
        quipui_keep_take_one(&store->transfers.hold_places, &store->workers, worker, hold);

    if (status != QUIPU_OK) return status;
    ask_for_hold(store, *hold + HOLDS_AHEAD);
    hold_clear(hold_at(&store->transfers, *hold));
    return QUIPU_OK;
}

void quipui_hold_give_back(struct store *store, struct worker *worker, uint64_t hold)
{
    quipui_keep_give_back_one(&store->transfers.hold_places, worker, hold);
}

bool quipui_failed_id_keep(struct store *store, struct worker *worker, quipu_uint128 id,
                           uint64_t *place)
{
    struct places *places = &store->transfers.burnt_places;

    if (quipui_keep_take_one(places, &store->workers, worker, place) != QUIPU_OK) return false;
    failed_id_at(&store->transfers, *place)->id = id;
    return true;
}
