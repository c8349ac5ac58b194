/* counters.c - how full a ledger is, and what its calls have met. */
#include "api/check.h"
#include "api/ledger.h"
#include "connect/far_calls.h"
#include "journal/journal.h"

static uint64_t region_bytes(struct region *region)
{
    /* relaxed: a number to be shown; nothing is touched for it. */
    return load_relaxed(&region->usable_bytes);
}

/* Without what shards have left. */
static uint64_t index_bytes(struct index *index)
{
    /* relaxed: as above. */
    return region_bytes(&index->tables) - load_relaxed(&index->given_back);
}

/* The time-outs, and the order of expiries. */
static uint64_t timeouts_bytes(struct timeouts *timeouts)
{
    return region_bytes(&timeouts->heap) + region_bytes(&timeouts->expired.holds) +
           region_bytes(&timeouts->expired.blocks) + region_bytes(&timeouts->expired.groups);
}

static uint64_t accounts_bytes(struct accounts *accounts)
{
    return region_bytes(&accounts->slots) + region_bytes(&accounts->details) +
           region_bytes(&accounts->timeouts);
}

static uint64_t transfers_bytes(struct transfers *transfers)
{
    return region_bytes(&transfers->records) + region_bytes(&transfers->knots) +
           region_bytes(&transfers->holds) + region_bytes(&transfers->burnt) +
           region_bytes(&transfers->chunks.chunks) + region_bytes(&transfers->chunks.groups);
}

static uint64_t count_timeouts(struct timeouts *timeouts)
{
    uint64_t count;

    lock_take(&timeouts->lock);
    count = timeouts->hold_count;
    lock_leave(&timeouts->lock);
    return count;
}

static uint64_t count_workers(struct workers *workers)
{
    uint64_t count = 0;

    for (struct worker *w = workers_first(workers); w != NULL; w = w->next)
        count++;
    return count;
}

/* What the calls of all workers have met. */
static void add_marks(struct store *store, quipu_counters *counters)
{
    uint64_t held = store->held_before;

    for (struct worker *w = workers_first(&store->workers); w != NULL; w = w->next) {
        /* relaxed: numbers to be shown. */
        held += load_relaxed(&w->marks.held);
        counters->conflicts += load_relaxed(&w->marks.conflicts);
        counters->retries += load_relaxed(&w->marks.retries);
    }
    counters->expiries = expiries_count(&store->timeouts.expired);
    /* They were not read at one instant: while others write, an expiry may be ahead. */
    held -= counters->expiries;
    counters->open_holds = held <= counters->holds ? held : 0;
}

static void add_journal(struct store *store, quipu_counters *counters)
{
    uint64_t durable, last;

    if (store->journal == NULL) return;
    durable = quipui_journal_durable(store->journal);
    last = clock_last(&store->clock);
    counters->journal_bytes = quipui_journal_appended(store->journal);
    counters->journal_lag = last >= durable ? last - durable + 1 : 0;
}

static void count_all(struct store *store, quipu_counters *counters)
{
    struct transfers *transfers = &store->transfers;
    struct workers *workers = &store->workers;

    *counters = (quipu_counters){
        .accounts = accounts_count(&store->accounts),
        .account_capacity = store->accounts.capacity,
        .transfers = quipui_keep_count_used(&transfers->places, workers),
        .transfer_capacity = transfers->places.capacity,
        .failed_ids = quipui_keep_count_used(&transfers->burnt_places, workers),
        .failed_id_capacity = transfers->burnt_places.capacity,
        .holds = quipui_keep_count_used(&transfers->hold_places, workers),
        .timeouts = count_timeouts(&store->timeouts),
        .workers = count_workers(workers),
        .table_bytes = accounts_bytes(&store->accounts) + transfers_bytes(transfers) +
                       index_bytes(&store->account_ids) + index_bytes(&store->transfer_ids) +
                       timeouts_bytes(&store->timeouts) + region_bytes(&store->markers.region) +
                       region_bytes(&store->imports.notes),
    };
    add_marks(store, counters);
    add_journal(store, counters);
}

/* A call like any other: fork() and quipu_close() see it by its worker. */
quipu_status quipu_stats(quipu_ledger *ledger, quipu_counters *counters)
{
    struct worker *worker;
    quipu_status status;

    if (!quipui_check_words(ledger, counters, sizeof *counters)) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status == LEDGER_ELSEWHERE) return quipui_far_counters(ledger->connection, counters);
    if (status != QUIPU_OK) return status;
    worker = quipui_worker_take(&ledger->store.workers, WORKER_READS);
    if (worker == NULL) return QUIPU_NO_MEMORY;
    count_all(&ledger->store, counters);
    quipui_worker_give_back(worker);
    return QUIPU_OK;
}

quipu_status quipu_get_counters(quipu_ledger *ledger, quipu_counters *counters)
{
    return quipu_stats(ledger, counters);
}
