/* tables.c - see tables.h. */
#include "support/tables.h"

#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"

void tables_add(struct tables *tables, const struct entry *entry)
{
    if (tables->count == tables->room) {
        tables->room = tables->room == 0 ? 64 : 2 * tables->room;
        tables->entries = realloc(tables->entries, tables->room * sizeof *tables->entries);
        if (tables->entries == NULL) abort();
    }
    tables->entries[tables->count++] = *entry;
}

void tables_remove(struct tables *tables, size_t i)
{
    tables->entries[i] = tables->entries[--tables->count];
}

void tables_free(struct tables *tables)
{
    free(tables->entries);
    memset(tables, 0, sizeof *tables);
}

static struct entry_origin origin_of(struct store *store, enum imported kind, uint64_t place)
{
    for (uint64_t i = 0; i < imports_count(&store->imports); i++) {
        const struct import_note *note = import_note_at(&store->imports, i);

        if (import_note_kind(note) != kind || import_note_place(note) != place) continue;
        return (struct entry_origin){note->drawn, import_note_event(note)};
    }
    return (struct entry_origin){0, 0};
}

static void take_accounts(struct tables *tables, struct store *store)
{
    const struct account_state none = {.head = 0};

    for (uint64_t place = 0; place < accounts_count(&store->accounts); place++) {
        struct entry entry = {.kind = ENTRY_ACCOUNT, .account = {place}};

        quipui_account_view(&store->accounts, slot_at(&store->accounts, place), &none,
                            &entry.record);
        entry.id = entry.record.id;
        entry.timestamp = entry.record.timestamp;
        if ((entry.record.flags & QUIPU_ACCOUNT_IMPORTED) != 0) {
            entry.origin = origin_of(store, IMPORTED_ACCOUNT, place);
        }
        tables_add(tables, &entry);
    }
}

static uint64_t place_of(struct store *store, quipu_uint128 account_id)
{
    for (uint64_t place = 0; place < accounts_count(&store->accounts); place++) {
        if (slot_at(&store->accounts, place)->id == account_id) return place;
    }
    cr_assert_fail("no such account");
    return 0;
}

static void set_sides(struct store *store, struct entry *entry, const struct knot *knot,
                      const quipu_transfer *transfer)
{
    entry->account[0] = place_of(store, transfer->debit_account_id);
    entry->account[1] = place_of(store, transfer->credit_account_id);
    entry->version[0] = knot_version(knot, SIDE_DEBIT);
    entry->version[1] = knot_version(knot, SIDE_CREDIT);
    entry->id = transfer->id;
}

static void take_transfers(struct tables *tables, struct store *store)
{
    struct transfers *transfers = &store->transfers;

    for (uint64_t place = 0; place < places_end(&transfers->places); place++) {
        const struct knot *knot = knot_at(transfers, place);
        struct entry entry = {.kind = ENTRY_TRANSFER};

        if (!knot_is_settled(knot)) continue;
        entry.transfer = *transfer_at(transfers, place);
        entry.timestamp = entry.transfer.timestamp;
        if ((entry.transfer.flags & QUIPU_TRANSFER_IMPORTED) != 0) {
            entry.origin = origin_of(store, IMPORTED_TRANSFER, place);
        }
        set_sides(store, &entry, knot, &entry.transfer);
        tables_add(tables, &entry);
    }
}

static void take_expiries(struct tables *tables, struct store *store)
{
    struct expiries *expiries = &store->timeouts.expired;

    for (uint64_t i = 0; i < expiries_count(expiries); i++) {
        const struct hold *hold = hold_at(&store->transfers, expired_hold(expiries, i));
        struct entry entry = {.kind = ENTRY_EXPIRY, .timestamp = hold->expiry.timestamp};

        set_sides(store, &entry, &hold->expiry, transfer_at(&store->transfers, hold->transfer));
        tables_add(tables, &entry);
    }
}

/* What is in use is what the index knows. */
static void take_failed_ids(struct tables *tables, struct store *store, uint64_t failed_at)
{
    const struct index *ids = &store->transfer_ids;

    for (size_t shard = 0; shard < INDEX_SHARDS; shard++) {
        struct index_table table =
            index_table(ids, &ids->shards[shard], index_state(&ids->shards[shard]));

        for (uint64_t i = 0; i <= table.mask; i++) {
            /* relaxed: the ledger is at rest. */
            uint64_t entry = load_relaxed(&table.entries[i]);

            if ((entry & INDEX_BURNT) == 0) continue;
            tables_add(tables,
                       &(struct entry){
                           .kind = ENTRY_FAILED_ID,
                           .timestamp = failed_at,
                           .id = failed_id_at(&store->transfers, index_reference(ids, entry))->id});
        }
    }
}

void tables_take(struct tables *tables, quipu_ledger *ledger, uint64_t failed_at)
{
    memset(tables, 0, sizeof *tables);
    take_accounts(tables, &ledger->store);
    take_transfers(tables, &ledger->store);
    take_expiries(tables, &ledger->store);
    take_failed_ids(tables, &ledger->store, failed_at);
}

size_t tables_find(const struct tables *tables, enum entry_kind kind, size_t from)
{
    while (from < tables->count && tables->entries[from].kind != kind)
        from++;
    return from;
}

struct entry *tables_transfer(struct tables *tables, quipu_uint128 id)
{
    for (size_t i = 0; i < tables->count; i++) {
        struct entry *entry = &tables->entries[i];

        if (entry->kind == ENTRY_TRANSFER && entry->id == id) return entry;
    }
    cr_assert_fail("no such transfer");
    return NULL;
}

void tables_shuffle(struct tables *tables, struct random *random)
{
    for (size_t i = tables->count; i > 1; i--) {
        size_t j = random_below(random, (uint32_t)i);
        struct entry entry = tables->entries[i - 1];

        tables->entries[i - 1] = tables->entries[j];
        tables->entries[j] = entry;
    }
}

static size_t encode(struct entry_context *context, unsigned char *to, const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_TRANSFER:
        return quipui_entry_transfer(context, to, &entry->transfer, &entry->origin, entry->account,
                                     entry->version);
    case ENTRY_EXPIRY:
        return quipui_entry_expiry(context, to, entry->id, entry->timestamp, entry->account,
                                   entry->version);
    case ENTRY_FAILED_ID: return quipui_entry_failed_id(context, to, entry->id, entry->timestamp);
    case ENTRY_ACCOUNT: break;
    }
    return quipui_entry_account(context, to, &entry->record, &entry->origin, entry->account[0]);
}

void tables_write(const struct tables *tables, size_t from, size_t to, struct memory_log *log,
                  uint64_t horizon, size_t frame_bytes)
{
    uint64_t before = log->count > 0 ? log->frames[log->count - 1].frame.horizon : 0;
    unsigned char *bytes = malloc(frame_bytes + ENTRY_BYTES_MAX);
    struct entry_context context = {0};
    size_t length = 0;

    if (bytes == NULL) abort();
    if (log->count == 0) memory_log_add(log, LOG_CUT, 0, NULL, 0);
    for (size_t i = from; i < to; i++) {
        length += encode(&context, bytes + length, &tables->entries[i]);
        if (length < frame_bytes) continue;
        memory_log_add(log, LOG_ENTRIES, before, bytes, length);
        memset(&context, 0, sizeof context);
        length = 0;
    }
    memory_log_add(log, LOG_ENTRIES, horizon, bytes, length);
    free(bytes);
}

static bool seed(void *context, struct store *store, struct slot *slot,
                 const struct account_state *state)
{
    const struct protocol *seeding = context;

    seeding->seed(store, slot, state);
    return true;
}

quipu_status tables_recover(struct log *log, const quipu_options *options, quipu_ledger **ledger,
                            struct recovered *recovered, struct diagnosis *diagnosis)
{
    quipu_status status = quipu_open(options, ledger);
    const struct protocol *seeding;
    struct store *store;

    if (status != QUIPU_OK) return status;
    store = &(*ledger)->store;
    seeding = (*ledger)->protocol;
    if (seeding->begin != NULL) seeding->begin(store);
    status =
        quipui_recover(log, NULL, store, seed, (void *)(uintptr_t)seeding, recovered, diagnosis);
    if (seeding->show != NULL) seeding->show(store);
    if (seeding->end != NULL) seeding->end(store);
    if (status == QUIPU_OK) return QUIPU_OK;
    ledger_close(*ledger);
    *ledger = NULL;
    return status;
}
