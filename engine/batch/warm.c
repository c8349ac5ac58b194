/* warm.c - the pipeline: memory latency is the cost of a ledger, so ask for lines early.
 *
 * Passes over a group before its events run: hash every id and ask for the lines of the index;
 * then, those being close, guess by fingerprint where each account lives and ask for its slot;
 * and, where the protocol keeps balances elsewhere, ask for what the slot leads to. */
#include "batch/transfers.h"

static void hash_event(struct store *store, const quipu_transfer *event, struct hashes *hashes)
{
    hashes->id = index_hash(&store->transfer_ids, event->id);
    hashes->debit_guess = hashes->credit_guess = UINT64_MAX;
    if (rules_resolves(event)) {
        hashes->pending = index_hash(&store->transfer_ids, event->pending_id);
    } else {
        hashes->debit = index_hash(&store->account_ids, event->debit_account_id);
        hashes->credit = index_hash(&store->account_ids, event->credit_account_id);
    }
}

static void ask_for_index(struct store *store, const quipu_transfer *event,
                          const struct hashes *hashes)
{
    index_prefetch_to_claim(&store->transfer_ids, hashes->id);
    if (rules_resolves(event)) {
        index_prefetch(&store->transfer_ids, hashes->pending);
    } else {
        index_prefetch(&store->account_ids, hashes->debit);
        index_prefetch(&store->account_ids, hashes->credit);
    }
}

static uint64_t ask_for_slot(struct store *store, uint64_t hash)
{
    uint64_t place = index_guess(&store->account_ids, hash);

    if (place != UINT64_MAX) slot_prefetch(slot_at(&store->accounts, place));
    return place;
}

static void ask_for_records(struct store *store, const quipu_transfer *event, struct hashes *hashes)
{
    if (rules_resolves(event)) {
        uint64_t place = index_guess(&store->transfer_ids, hashes->pending);

        if (place == UINT64_MAX) return;
        prefetch(transfer_at(&store->transfers, place));
        prefetch(knot_at(&store->transfers, place));
    } else {
        hashes->debit_guess = ask_for_slot(store, hashes->debit);
        hashes->credit_guess = ask_for_slot(store, hashes->credit);
    }
}

static void ask_behind_slot(struct transfer_batch *batch, uint64_t place)
{
    if (place != UINT64_MAX) batch->protocol->warm(slot_at(&batch->store->accounts, place));
}

/* The places that the group will be stored at, if all of it is. */
static void ask_for_places(struct transfer_batch *batch, size_t count)
{
    const struct range *range = &batch->worker->transfers;
    uint64_t end = range->next + count < range->end ? range->next + count : range->end;

    for (uint64_t place = range->next; place < end; place++) {
        const char *record = (const char *)transfer_at(&batch->store->transfers, place);

        prefetch_for_write(record);
        prefetch_for_write(record + CACHE_LINE);
        prefetch_for_write(knot_at(&batch->store->transfers, place));
    }
}

void quipui_warm(struct transfer_batch *batch, size_t from)
{
    size_t left = batch->count - from;
    size_t count = left < GROUP_EVENTS ? left : GROUP_EVENTS;

    batch->warm_from = from;
    batch->warm_to = from + count;
    ask_for_places(batch, count);
    for (size_t i = 0; i < count; i++) {
        hash_event(batch->store, &batch->events[from + i], &batch->warm[i]);
        ask_for_index(batch->store, &batch->events[from + i], &batch->warm[i]);
    }
    for (size_t i = 0; i < count; i++) {
        ask_for_records(batch->store, &batch->events[from + i], &batch->warm[i]);
    }
    if (batch->protocol->warm == NULL) return;
    for (size_t i = 0; i < count; i++) {
        ask_behind_slot(batch, batch->warm[i].debit_guess);
        ask_behind_slot(batch, batch->warm[i].credit_guess);
    }
}

const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event)
{
    if (event >= batch->warm_from && event < batch->warm_to) {
        return &batch->warm[event - batch->warm_from];
    }
    hash_event(batch->store, &batch->events[event], &batch->cold);
    return &batch->cold;
}
