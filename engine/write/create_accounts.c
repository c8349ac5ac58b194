/* create_accounts.c - creating accounts, chain by chain.
 *
 * One batch at a time holds `creating`, so slots are filled in order and claims meet nobody else's.
 * Readers meet a claim only until the chain is settled. Events are copied once, before anything of
 * them is looked at; only the copies are.
 *
 * A chain that there are not enough slots for is looked at to its end all the same: it may exist,
 * or be ill-formed, which needs no slot. Meanwhile it has slots behind the capacity. */
#include "write/create_accounts.h"

#include <string.h>

#include "base/grace.h"
#include "journal/journal.h"
#include "protocol/settle.h"
#include "rules/account.h"
#include "write/result.h"

struct account_batch {
    struct store *store;
    const struct protocol *protocol;
    const quipu_account *events; /* copies, in scratch */
    size_t count;
    quipu_result *results;
    struct worker *worker;
    bool imports, never_waits;
    uint64_t drawn, newest; /* timestamps: of events[0]; the largest of any record (imports) */

    size_t from, length; /* the chain at hand */
    size_t claimed;      /* how many of it have a slot and their id claimed: the first ones */
    struct slot **slots; /* of those, in scratch */
    uint64_t *timestamps;
};

static quipu_account stored_account(struct store *store, uint64_t place)
{
    struct account_state none = {.head = 0};
    quipu_account account;

    quipui_account_view(&store->accounts, slot_at(&store->accounts, place), &none, &account);
    return account;
}

/* The account that has this id, settled or claimed: the verdict. Claims are in flight to everybody,
 * and all there are, are of the chain at hand. */
static uint32_t verdict_on_again(const struct account_batch *batch, const quipu_account *event,
                                 enum claim claim, uint64_t found, uint64_t *original)
{
    quipu_account stored = stored_account(batch->store, found);

    *original = claim == CLAIM_STORED
                    ? stored.timestamp
                    : batch->timestamps[found - accounts_count(&batch->store->accounts)];
    return quipui_rules_account_again(event, &stored);
}

/* The next slot for this event, and its id. */
static quipu_status claim_slot(struct account_batch *batch, const quipu_account *event,
                               uint64_t hash)
{
    struct store *store = batch->store;
    uint64_t place = accounts_count(&store->accounts) + batch->claimed, found = 0;
    enum claim claim;

    if (!quipui_accounts_grow(&store->accounts, place + 1)) return QUIPU_NO_MEMORY;
    quipui_account_fill(&store->accounts, slot_at(&store->accounts, place), event);
    claim = quipui_index_claim(&store->account_ids, hash, event->id, place, &found);
    if (claim != CLAIM_TAKEN) return QUIPU_NO_MEMORY;
    batch->slots[batch->claimed++] = slot_at(&store->accounts, place);
    return QUIPU_OK;
}

/* Take a slot for this event, and claim its id; or the verdict on that id. */
static quipu_status claim(struct account_batch *batch, const quipu_account *event,
                          uint32_t *verdict, uint64_t *original)
{
    struct store *store = batch->store;
    uint64_t hash = index_hash(&store->account_ids, event->id), found = 0;
    enum claim claim = quipui_index_claim(&store->account_ids, hash, event->id, INDEX_ASK, &found);

    if (claim == CLAIM_STORED || claim == CLAIM_IN_FLIGHT) {
        *verdict = verdict_on_again(batch, event, claim, found, original);
        return QUIPU_OK;
    }
    *verdict = quipui_rules_account_fields(event, batch->newest);
    return *verdict == QUIPU_CREATED ? claim_slot(batch, event, hash) : QUIPU_OK;
}

static uint32_t first_verdict(const struct account_batch *batch, size_t event, bool is_open)
{
    const quipu_account *account = &batch->events[event];
    uint32_t verdict;

    if (is_open && event == batch->from + batch->length - 1) {
        return QUIPU_CREATE_ACCOUNT_LINKED_EVENT_CHAIN_OPEN;
    }
    verdict = quipui_rules_account_time(account, batch->imports, batch->drawn);
    return verdict == QUIPU_CREATED ? quipui_rules_account_form(account) : verdict;
}

/* Claim the whole chain, or up to the event that fails: *failed says which, *verdict why. If none
 * fails there may still be no space: some of its slots are behind the capacity. */
static quipu_status claim_chain(struct account_batch *batch, bool is_open, size_t *failed,
                                uint32_t *verdict, uint64_t *original)
{
    struct accounts *accounts = &batch->store->accounts;

    batch->claimed = 0;
    for (*failed = 0; *failed < batch->length; ++*failed) {
        size_t event = batch->from + *failed;
        quipu_status status = QUIPU_OK;

        *original = batch->drawn + event;
        *verdict = first_verdict(batch, event, is_open);
        if (*verdict == QUIPU_CREATED) {
            status = claim(batch, &batch->events[event], verdict, original);
        }
        if (status != QUIPU_OK || *verdict != QUIPU_CREATED) return status;

        batch->timestamps[*failed] =
            batch->imports ? batch->events[event].timestamp : batch->drawn + event;
        batch->newest = batch->timestamps[*failed];
    }
    return accounts_count(accounts) + batch->claimed > accounts->capacity ? QUIPU_NO_SPACE
                                                                          : QUIPU_OK;
}

static void free_claims(struct account_batch *batch)
{
    struct index *index = &batch->store->account_ids;
    uint64_t place = accounts_count(&batch->store->accounts);

    for (size_t i = 0; i < batch->claimed; i++) {
        quipui_index_free(index, index_hash(index, batch->slots[i]->id), place + i);
    }
}

static void set_result(struct account_batch *batch, size_t i, uint32_t outcome, uint64_t record)
{
    size_t event = batch->from + i;

    batch->results[event] =
        result_of(outcome, QUIPU_CREATE_ACCOUNT_EXISTS, batch->drawn + event, record);
}

static void settle(struct account_batch *batch)
{
    const struct new_accounts created = {batch->timestamps, batch->length, batch->imports,
                                         batch->drawn, batch->from};

    quipui_settle_accounts(batch->store, &created);
    for (size_t i = 0; i < batch->length; i++)
        set_result(batch, i, QUIPU_CREATED, batch->timestamps[i]);
}

static void set_refused(struct account_batch *batch, size_t failed, uint32_t verdict,
                        uint64_t original, bool is_open)
{
    for (size_t i = 0; i < batch->length; i++) {
        uint32_t outcome = i == failed ? verdict : QUIPU_CREATE_ACCOUNT_LINKED_EVENT_FAILED;

        if (is_open && i == batch->length - 1) {
            outcome = QUIPU_CREATE_ACCOUNT_LINKED_EVENT_CHAIN_OPEN;
        }
        set_result(batch, i, outcome, original);
    }
}

/* Give the whole chain its first states. */
static void seed(struct account_batch *batch)
{
    const struct protocol *protocol = batch->protocol;

    for (size_t i = 0; i < batch->length; i++) {
        struct account_state state = protocol_first_state(batch->slots[i], batch->timestamps[i]);

        protocol->seed(batch->store, batch->slots[i], &state);
    }
    if (protocol->show != NULL) protocol->show(batch->store);
}

static quipu_status do_chain(struct account_batch *batch, bool is_open)
{
    uint64_t newest = batch->newest, original = 0;
    uint32_t verdict = QUIPU_CREATED;
    size_t failed;
    quipu_status status = claim_chain(batch, is_open, &failed, &verdict, &original);

    if (status == QUIPU_OK && verdict == QUIPU_CREATED) {
        seed(batch);
        settle(batch);
        return QUIPU_OK;
    }
    free_claims(batch);
    batch->newest = newest;
    if (status == QUIPU_OK) set_refused(batch, failed, verdict, original, is_open);
    return status;
}

static bool is_linked(const struct account_batch *batch, size_t event)
{
    return (batch->events[event].flags & QUIPU_ACCOUNT_LINKED) != 0;
}

static quipu_status do_chains(struct account_batch *batch)
{
    quipu_status status = QUIPU_OK;

    /* Ends: each turn decides a chain of one event at least, or fails. */
    while (status == QUIPU_OK && batch->from < batch->count) {
        size_t last = batch->from;

        while (last + 1 < batch->count && is_linked(batch, last))
            last++;
        batch->length = last - batch->from + 1;
        status = do_chain(batch, is_linked(batch, last));
        if (status == QUIPU_OK) batch->from += batch->length;
    }
    return status;
}

/* The largest timestamp of any record; nobody else writes. */
static uint64_t newest_record(struct store *store)
{
    uint64_t count = accounts_count(&store->accounts);
    uint64_t transfer = quipui_workers_newest(&store->workers), account = 0;

    if (count > 0) {
        /* relaxed: `creating` orders this after the account's creation. */
        account = load_relaxed(&slot_at(&store->accounts, count - 1)->timestamp);
    }
    return account > transfer ? account : transfer;
}

/* Room in the ring of a durable ledger. */
static quipu_status supply_ring(struct account_batch *batch)
{
    struct store *store = batch->store;

    if (store->journal == NULL) return QUIPU_OK;
    if (batch->never_waits && !ring_has_room(store->rings.accounts, batch->count)) {
        return QUIPU_BUSY;
    }
    return quipui_journal_room(store->journal, store->rings.accounts, batch->count);
}

static quipu_status do_batch(struct account_batch *batch)
{
    struct store *store = batch->store;
    quipu_status status;

    if (batch->imports && !quipui_imports_supply(&store->imports, batch->count)) {
        return QUIPU_NO_MEMORY;
    }
    lock_take(&store->accounts.creating);
    status = supply_ring(batch);
    if (status != QUIPU_OK) {
        lock_leave(&store->accounts.creating);
        return status;
    }
    if (batch->protocol->begin != NULL) batch->protocol->begin(store);
    worker_set_floor(batch->worker, clock_floor(&store->clock)); /* F1 */
    batch->drawn = clock_draw(&store->clock, batch->count);
    if (batch->imports) store_raise_barrier(store, batch->drawn + batch->count - 1);
    batch->newest = batch->imports ? newest_record(store) : 0;
    quipui_grace_enter();
    status = do_chains(batch);
    quipui_grace_leave();
    worker_set_floor(batch->worker, NO_FLOOR); /* F2 */
    if (batch->protocol->end != NULL) batch->protocol->end(store);
    lock_leave(&store->accounts.creating);
    return status;
}

/* Scratch: copies of all events, the first of which is made already; slots and timestamps.
 * Returns false if memory runs out. */
static bool copy_events(struct account_batch *batch, const quipu_account *first,
                        const quipu_account *events)
{
    quipu_account *copies =
        quipui_worker_scratch(batch->worker, batch->count * (sizeof *copies + sizeof *batch->slots +
                                                             sizeof *batch->timestamps));

    if (copies == NULL) return false;
    copies[0] = *first;
    for (size_t i = 1; i < batch->count; i++)
        copy_once(&copies[i], &events[i]);
    batch->events = copies;
    batch->slots = (struct slot **)(void *)(copies + batch->count);
    batch->timestamps = (uint64_t *)(void *)(batch->slots + batch->count);
    return true;
}

quipu_status quipui_create_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_account *events, size_t count,
                                    quipu_result *results, bool never_waits)
{
    struct account_batch batch = {.store = store,
                                  .protocol = protocol,
                                  .count = count,
                                  .results = results,
                                  .never_waits = never_waits};
    quipu_status status = QUIPU_NO_MEMORY;
    quipu_account first;

    copy_once(&first, &events[0]);
    batch.imports = (first.flags & QUIPU_ACCOUNT_IMPORTED) != 0;
    memset(results, 0, count * sizeof *results);
    batch.worker = batch.imports ? quipui_worker_take_alone(&store->workers)
                                 : quipui_worker_take(&store->workers, WORKER_WRITES);
    if (batch.worker == NULL) return QUIPU_NO_MEMORY;

    if (copy_events(&batch, &first, events)) status = do_batch(&batch);
    quipui_index_reclaim(&store->account_ids);
    if (batch.imports) {
        quipui_worker_give_back_alone(&store->workers, batch.worker);
    } else {
        quipui_worker_give_back(batch.worker);
    }
    return status;
}
