/* pipeline.c - the pipeline: memory latency is the cost of a ledger, so ask for lines early.
 *
 * An event passes its stages a step of events apart, so that the lines that one asks for are close
 * when the next needs them: copy it (B4), hash every id and ask for the lines of the index; guess
 * by fingerprint where each account lives and ask for its slot, and for the place of the record;
 * and, where the protocol keeps balances elsewhere, ask for what the slot leads to. Then it may
 * run. */
#include "write/pipeline.h"

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

static void ask_behind_slots(struct transfer_batch *batch, const struct hashes *hashes)
{
    if (hashes->debit_guess != UINT64_MAX) {
        batch->protocol->warm(slot_at(&batch->store->accounts, hashes->debit_guess));
    }
    if (hashes->credit_guess != UINT64_MAX) {
        batch->protocol->warm(slot_at(&batch->store->accounts, hashes->credit_guess));
    }
}

/* The place that an event will be stored at, if all before it are and nobody else takes it. */
static void ask_for_place(struct transfer_batch *batch, size_t event)
{
    uint64_t place = batch->worker->ahead.next + (event - batch->next);
    const char *record = (const char *)transfer_at(&batch->store->transfers, place);

    if (place >= batch->worker->ahead.end) return;
    prefetch_for_write(record);
    prefetch_for_write(record + CACHE_LINE);
    prefetch_for_write(knot_at(&batch->store->transfers, place));
}

static void hash_arrival(struct store *store, struct arrival *arrival)
{
    hash_event(store, &arrival->event, &arrival->hashes);
    ask_for_index(store, &arrival->event, &arrival->hashes);
}

static void hash_next(struct transfer_batch *batch)
{
    struct arrival *arrival = arrival_at(batch, batch->hashed);

    copy_once(&arrival->event, &batch->events[batch->hashed]);
    batch->hashed++;
    hash_arrival(batch->store, arrival);
}

static void ask_next(struct transfer_batch *batch)
{
    size_t event = batch->asked++;
    struct arrival *arrival = arrival_at(batch, event);

    ask_for_records(batch->store, &arrival->event, &arrival->hashes);
    ask_for_place(batch, event);
}

static size_t ahead(const struct transfer_batch *batch, size_t steps)
{
    size_t left = batch->count - batch->next;

    return batch->next + (left < steps * STEP_EVENTS ? left : steps * STEP_EVENTS);
}

void quipui_warm(struct transfer_batch *batch)
{
    size_t to_hash = ahead(batch, 4), to_ask = ahead(batch, 3), to_see = ahead(batch, 2);

    /* The first was copied by quipui_batch_open(). */
    if (batch->hashed == 0) hash_arrival(batch->store, arrival_at(batch, batch->hashed++));
    /* A chain may have gone past the stages. */
    if (batch->hashed < batch->next) batch->hashed = batch->next;
    if (batch->asked < batch->next) batch->asked = batch->next;
    if (batch->seen < batch->next) batch->seen = batch->next;
    while (batch->hashed < to_hash) {
        hash_next(batch);
        if (batch->asked < to_ask && batch->asked + STEP_EVENTS < batch->hashed) ask_next(batch);
    }
    while (batch->asked < to_ask)
        ask_next(batch);
    if (batch->protocol->warm == NULL) return;
    while (batch->seen < to_see)
        ask_behind_slots(batch, &arrival_at(batch, batch->seen++)->hashes);
}

const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event)
{
    if (event < batch->hashed) return &arrival_at(batch, event)->hashes;
    hash_event(batch->store, batch_event(batch, event), &batch->cold);
    return &batch->cold;
}

bool quipui_take_beyond(struct transfer_batch *batch, size_t event)
{
    if (batch->beyond == NULL) {
        /* Later chains begin later, so there is room for those too. */
        batch->beyond = quipui_memory_take((batch->count - batch->hashed) * sizeof *batch->beyond);
        if (batch->beyond == NULL) return false;
    }
    copy_once(&batch->beyond[event - batch->hashed], &batch->events[event]);
    return true;
}
