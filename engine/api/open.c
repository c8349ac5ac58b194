/* open.c - opening and closing a ledger. */
#include <errno.h>

#include "api/check.h"
#include "api/ledger.h"
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
    if (options->path != NULL) return QUIPU_UNSUPPORTED;
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

static bool open_parts(struct quipu_ledger *ledger, const quipu_options *options)
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

/* In a child that was forked: is this copy of the ledger whole? */
static void forked(struct fork_member *member)
{
    struct quipu_ledger *ledger = (struct quipu_ledger *)(void *)member;

    if (quipui_workers_are_at_rest(&ledger->store.workers)) return;
    /* relaxed: this process has no other thread. */
    store_relaxed(&ledger->state, LEDGER_TORN);
}

quipu_status quipu_open(const quipu_options *options, quipu_ledger **ledger)
{
    quipu_options said = {.protocol = QUIPU_OPTIMISTIC};
    struct quipu_ledger *opened;
    quipu_status status;
    int saved = errno;

    if (!quipui_check_open(options, ledger)) return QUIPU_INVALID;
    *ledger = NULL;
    if (options != NULL) copy_once(&said, options);
    status = check(&said);
    if (status != QUIPU_OK) return status;
    if (!quipui_fork_watch()) return QUIPU_NO_MEMORY;

    opened = quipui_memory_take(sizeof *opened);
    if (opened == NULL) return QUIPU_NO_MEMORY;
    if (!open_parts(opened, &said)) {
        quipui_memory_give_back(opened);
        errno = saved;
        return QUIPU_NO_MEMORY;
    }
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&opened->state, LEDGER_OPEN);
    opened->fork.forked = forked;
    quipui_fork_join(&opened->fork);
    *ledger = opened;
    errno = saved;
    return QUIPU_OK;
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

quipu_status quipu_close(quipu_ledger *ledger)
{
    if (ledger == NULL) return QUIPU_INVALID;
    if (ledger_status(ledger) != QUIPU_OK || !is_idle(ledger)) return QUIPU_BUSY;
    quipui_grace_wait(); /* for lookups without a worker (read/lookup.c, L2) */
    quipui_fork_leave(&ledger->fork);
    if (ledger->protocol->close != NULL) ledger->protocol->close(&ledger->store);
    quipui_store_close(&ledger->store);
    quipui_memory_give_back(ledger);
    return QUIPU_OK;
}
