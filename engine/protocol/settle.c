/* settle.c - see settle.h. */
#include "protocol/settle.h"

#include "base/probe.h"
#include "protocol/takes.h"

#ifdef QUIPU_TESTING
_Thread_local uint64_t quipui_takes;
#endif

static void settle_holds(struct store *store, struct worker *worker, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++)
        settle_view(store, worker, &unit->views[i]);
}

static void note_import(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        quipui_imports_add(&store->imports, unit->now, unit->from + i, IMPORTED_TRANSFER,
                           unit->legs[i].place);
    }
}

/* A leg, or the import note of one. */
static void put_leg_into_ring(struct ring *ring, const struct unit *unit, const struct leg *leg,
                              enum ring_kind kind, uint64_t what)
{
    struct ring_entry *entry = ring_append(ring, kind, what);

    entry->slots[SIDE_DEBIT] = unit->copies[leg->debit].slot;
    entry->slots[SIDE_CREDIT] = unit->copies[leg->credit].slot;
}

/* All legs of the unit; `note` is the number of the first one's import note. */
static void put_into_ring(struct ring *ring, const struct unit *unit, uint64_t note)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        const struct leg *leg = &unit->legs[i];

        if (unit->imports) {
            put_leg_into_ring(ring, unit, leg, RING_IMPORT, note + i);
        } else {
            put_leg_into_ring(ring, unit, leg, RING_TRANSFER, leg->place);
        }
    }
    ring_publish(ring);
}

void quipui_settle_unit(struct store *store, struct worker *worker, const struct unit *unit)
{
    struct ring *ring = worker_ring(worker);
    uint64_t note = unit->imports ? imports_count(&store->imports) : 0;

    for (uint32_t i = 0; i < unit->leg_count; i++)
        settle_leg(store, worker, &unit->legs[i]);
    settle_holds(store, worker, unit);
    if (unit->imports) note_import(store, unit);
    if (ring != NULL) put_into_ring(ring, unit, note);
}

void quipui_settle_expiry(struct store *store, uint64_t hold)
{
    /* relaxed: only the holder of the lock lets holds expire, so it was this thread. */
    enum hold_state state = hold_word_state(load_relaxed(&hold_at(&store->transfers, hold)->state));

    /* Before `earliest` moves on: a unit that drew before our floor may then commit after the
     * expiry, and a horizon that is above the unit has to find the expiry in the ring (J3). */
    if (store->rings.expiries != NULL && state == HOLD_EXPIRED) {
        (void)ring_append(store->rings.expiries, RING_EXPIRY, hold);
        ring_publish(store->rings.expiries);
    }
    if (state == HOLD_EXPIRED) probe(expiry, hold, hold_at(&store->transfers, hold)->due);
    quipui_timeouts_drop(&store->timeouts, hold);
}

void quipui_settle_failed_id(struct store *store, struct worker *worker, uint64_t hash,
                             uint64_t place, uint64_t burnt, uint64_t timestamp)
{
    struct ring *ring = worker_ring(worker);

    quipui_index_burn(&store->transfer_ids, hash, place, burnt);
    failed_id_settle(failed_id_at(&store->transfers, burnt), timestamp);
    if (ring == NULL) return;
    ring_append(ring, RING_FAILED_ID, burnt)->timestamp = timestamp;
    ring_publish(ring);
}

/* Before the accounts can be seen: so in the log they stand before all that names them. */
static void put_accounts_into_ring(struct store *store, const struct new_accounts *created,
                                   uint64_t first, uint64_t note)
{
    struct ring *ring = store->rings.accounts;

    for (size_t i = 0; i < created->count; i++) {
        struct ring_entry *entry = created->imports
                                       ? ring_append(ring, RING_ACCOUNT_IMPORT, note + i)
                                       : ring_append(ring, RING_ACCOUNT, first + i);

        entry->timestamp = created->timestamps[i];
    }
    ring_publish(ring);
}

void quipui_settle_accounts(struct store *store, const struct new_accounts *created)
{
    struct accounts *accounts = &store->accounts;
    uint64_t first = accounts_count(accounts);
    uint64_t note = created->imports ? imports_count(&store->imports) : 0;

    for (size_t i = 0; created->imports && i < created->count; i++) {
        quipui_imports_add(&store->imports, created->drawn, created->from + i, IMPORTED_ACCOUNT,
                           first + i);
    }
    if (store->rings.accounts != NULL) put_accounts_into_ring(store, created, first, note);
    for (size_t i = 0; i < created->count; i++)
        accounts_settle(slot_at(accounts, first + i), created->timestamps[i]);
    accounts_set_count(accounts, first + created->count);
}
