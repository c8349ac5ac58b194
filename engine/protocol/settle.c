/* settle.c - see settle.h. */
#include "protocol/settle.h"

/* A hold that was posted or voided falls due no more. */
static void forget_timeouts(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (view->now != HOLD_POSTED && view->now != HOLD_VOIDED) continue;
        if (hold_at(&store->transfers, view->hold)->due == 0) continue;
        quipui_timeouts_remove(&store->timeouts, view->hold);
    }
}

static void note_import(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        quipui_imports_add(&store->imports, unit->drawn, unit->from + i, IMPORTED_TRANSFER,
                           unit->legs[i].place);
    }
}

void quipui_settle_unit(struct store *store, struct worker *worker, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->leg_count; i++)
        settle_plain(store, worker, &unit->legs[i]);
    forget_timeouts(store, unit);
    if (unit->imports) note_import(store, unit);
}

void quipui_settle_expiry(struct store *store, uint64_t hold)
{
    quipui_timeouts_drop(&store->timeouts, hold);
}

void quipui_settle_failed_id(struct store *store, uint64_t hash, uint64_t place, uint64_t burnt)
{
    quipui_index_burn(&store->transfer_ids, hash, place, burnt);
}

void quipui_settle_accounts(struct store *store, const struct new_accounts *created)
{
    struct accounts *accounts = &store->accounts;
    uint64_t first = accounts_count(accounts);

    for (size_t i = 0; i < created->count; i++) {
        accounts_settle(slot_at(accounts, first + i), created->timestamps[i]);
        if (!created->imports) continue;
        quipui_imports_add(&store->imports, created->drawn, created->from + i, IMPORTED_ACCOUNT,
                           first + i);
    }
    accounts_set_count(accounts, first + created->count);
}
