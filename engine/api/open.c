/* open.c - opening and closing a ledger. */
#include "api/check.h"
#include "api/connected.h"
#include "api/durable.h"
#include "api/outside.h"
#include "base/atomic.h"
#include "base/grace.h"

#define DEFAULT_ACCOUNTS ((uint64_t)1 << 24)
#define DEFAULT_TRANSFERS ((uint64_t)1 << 27)
/* Where address space is short, no fewer than these; what was named is never made less. */
#define LEAST_ACCOUNTS ((uint64_t)1 << 16)
#define LEAST_TRANSFERS ((uint64_t)1 << 20)

static quipu_status check(const quipu_options *options)
{
    if (!quipui_check_options(options)) return QUIPU_INVALID;
    return quipui_protocol_of(options->protocol) != NULL ? QUIPU_OK : QUIPU_UNSUPPORTED;
}

static uint64_t or_default(uint64_t said, uint64_t otherwise)
{
    return said != 0 ? said : otherwise;
}

/* Ask for less: halve what the caller did not name. Returns false if there is nothing to halve. */
static bool ask_for_less(const quipu_options *options, struct store_capacities *capacities)
{
    bool less = false;

    if (options->transfer_capacity == 0 && capacities->transfers > LEAST_TRANSFERS) {
        capacities->transfers /= 2;
        less = true;
    }
    if (options->account_capacity == 0 && capacities->accounts > LEAST_ACCOUNTS) {
        capacities->accounts /= 2;
        less = true;
    }
    capacities->failed_ids = or_default(options->failed_id_capacity, capacities->transfers);
    return less;
}

static bool open_store(struct store *store, const quipu_options *options)
{
    struct store_capacities capacities = {
        .accounts = or_default(options->account_capacity, DEFAULT_ACCOUNTS),
        .transfers = or_default(options->transfer_capacity, DEFAULT_TRANSFERS),
    };

    capacities.failed_ids = or_default(options->failed_id_capacity, capacities.transfers);
    /* Ends: each turn halves what the caller did not name, and stops at the least. */
    while (!quipui_store_open(store, &capacities)) {
        if (!ask_for_less(options, &capacities)) return false;
    }
    if (options->prefault == 0 || quipui_store_prefault(store, &capacities)) return true;
    quipui_store_close(store);
    return false;
}

void quipui_tables_close(quipu_ledger *ledger)
{
    if (ledger->protocol->close != NULL) ledger->protocol->close(&ledger->store);
    quipui_store_close(&ledger->store);
}

bool quipui_tables_open(quipu_ledger *ledger, const quipu_options *options)
{
    ledger->protocol = quipui_protocol_of(options->protocol);
    if (!open_store(&ledger->store, options)) return false;
    ledger->store.clock.now = options->clock != NULL ? options->clock : quipui_clock_system;
    ledger->store.clock.context = options->clock_context;
    if (ledger->protocol->open != NULL && !ledger->protocol->open(&ledger->store)) {
        quipui_store_close(&ledger->store);
        return false;
    }
    return true;
}

static quipu_status open_parts(struct quipu_ledger *ledger, const quipu_options *options)
{
    quipu_status status = QUIPU_OK;

    if (!quipui_tables_open(ledger, options)) return QUIPU_NO_MEMORY;
    ledger->directory = NULL;
    ledger->log = NULL;
    ledger->connection = NULL;
    ledger->reads_latest = false;
    if (options->path != NULL) status = quipui_durable_open(ledger, options);
    if (status != QUIPU_OK) quipui_tables_close(ledger);
    return status;
}

/* In a child that was forked: is this copy of the ledger whole? */
static void forked(struct fork_member *member)
{
    struct quipu_ledger *ledger = (struct quipu_ledger *)(void *)member;
    enum ledger_state state = LEDGER_OPEN;

    if (ledger->directory != NULL) {
        state = LEDGER_FENCED;
    } else if (!quipui_workers_are_at_rest(&ledger->store.workers)) {
        state = LEDGER_TORN;
    }
    /* relaxed: this process has no other thread. */
    store_relaxed(&ledger->state, state);
    /* relaxed: as above. The queues are the parent's. */
    store_relaxed(&ledger->queues, 0);
}

/* Open one with these options, which make sense. */
static quipu_status open_ledger(const quipu_options *options, quipu_ledger **ledger)
{
    struct quipu_ledger *opened;
    quipu_status status;

    if (!quipui_fork_watch()) return QUIPU_NO_MEMORY;
    opened = quipui_memory_take(sizeof *opened);
    if (opened == NULL) return QUIPU_NO_MEMORY;
    status = open_parts(opened, options);
    if (status != QUIPU_OK) {
        quipui_memory_give_back(opened);
        return status;
    }
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&opened->state, LEDGER_OPEN);
    /* relaxed: as above. */
    store_relaxed(&opened->queues, 0);
    opened->fork.forked = forked;
    quipui_fork_join(&opened->fork);
    *ledger = opened;
    return QUIPU_OK;
}

quipu_status quipu_open(const quipu_options *options, quipu_ledger **ledger)
{
    quipu_options said = {.protocol = QUIPU_OPTIMISTIC};
    struct outside before;
    quipu_status status;

    if (!quipui_check_open(options, ledger)) return QUIPU_INVALID;
    *ledger = NULL;
    if (options != NULL) copy_once(&said, options);
    before = outside_begin();
    status = check(&said);
    if (status == QUIPU_OK) status = open_ledger(&said, ledger);
    outside_end(before);
    return status;
}

/* Close is misuse while a call is in flight, and finds out as well as it can. */
static bool is_idle(struct quipu_ledger *ledger)
{
    for (struct worker *w = workers_first(&ledger->store.workers); w != NULL; w = w->next) {
        if (!quipui_worker_try(w, WORKER_READS)) return false;
        quipui_worker_give_back(w);
    }
    return true;
}

/* No call is in flight, nor a checkpoint. Returns false if one is: the ledger goes on then. */
static bool come_to_rest(struct quipu_ledger *ledger)
{
    bool has_path = ledger->directory != NULL;

    if (has_path) quipui_checkpoints_stop(&ledger->checkpoints);
    if (is_idle(ledger)) return true;
    /* Without memory for a thread it goes on without its own checkpoints. */
    if (has_path) (void)quipui_checkpoints_start(&ledger->checkpoints);
    return false;
}

static quipu_status close_ledger(quipu_ledger *ledger)
{
    quipu_status status = ledger_status(ledger);

    /* relaxed: queues are closed before the ledger is; the host orders that. */
    if (load_relaxed(&ledger->queues) != 0) return QUIPU_BUSY;
    if (status == QUIPU_BUSY || (status == QUIPU_OK && !come_to_rest(ledger))) return QUIPU_BUSY;
    quipui_grace_wait(); /* for lookups without a worker (read/lookup.c, L2) */
    quipui_fork_leave(&ledger->fork);
    if (status == QUIPU_FENCED) {
        quipui_durable_abandon(ledger);
        status = QUIPU_OK;
    } else if (ledger->directory != NULL) {
        status = quipui_durable_close(ledger);
    }
    quipui_tables_close(ledger);
    quipui_memory_give_back(ledger);
    return status;
}

quipu_status quipu_close(quipu_ledger *ledger)
{
    struct outside before;
    quipu_status status;

    if (ledger == NULL) return QUIPU_INVALID;
    before = outside_begin();
    status = ledger->connection != NULL ? quipui_connected_close(ledger) : close_ledger(ledger);
    outside_end(before);
    return status;
}
