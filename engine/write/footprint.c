/* footprint.c - everything a unit will touch: pending transfers, accounts, holds. */
#include "write/footprint.h"

#include "protocol/draw.h"
#include "records/find_account.h"
#include "write/pipeline.h"

/* An earlier leg of this chain with this id, or NOT_FOUND. */
static uint32_t find_earlier_leg(struct transfer_batch *batch, uint32_t before, uint64_t hash,
                                 quipu_uint128 id)
{
    size_t low = 0, high = batch->unit.leg_count;

    /* Ends: each turn halves what is left. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (batch->keys[middle].by < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* Those of one hash are in order: the first with this id is the earliest. */
    for (; low < batch->unit.leg_count && batch->keys[low].by == hash; low++) {
        uint32_t which = batch->keys[low].which;
        const struct leg *leg = &batch->unit.legs[which];

        if (which >= before) break;
        if (leg->verdict == QUIPU_CREATED && leg->event->id == id) return which;
    }
    return NOT_FOUND;
}

void quipui_find_pending(struct transfer_batch *batch)
{
    struct store *store = batch->store;
    uint64_t found;

    for (uint32_t i = 0; i < batch->unit.leg_count; i++) {
        struct leg *leg = &batch->unit.legs[i];
        uint64_t hash;

        if (leg->verdict != QUIPU_CREATED || !rules_resolves(leg->event)) continue;
        hash = quipui_hashes(batch, batch->from + i)->pending;
        leg->resolves = find_earlier_leg(batch, i, hash, leg->event->pending_id);
        if (leg->resolves != NOT_FOUND) {
            leg->pending = batch->unit.legs[leg->resolves].place + 1;
        } else if (quipui_index_find(&store->transfer_ids, hash, leg->event->pending_id, &found)) {
            leg->pending = found + 1;
        }
    }
}

static struct slot *find_by_id(struct store *store, quipu_uint128 id)
{
    return quipui_find_slot(store, index_hash(&store->account_ids, id), id, UINT64_MAX);
}

/* An account of a pending transfer, whose hold, if it is stored, says where. */
static struct slot *find_of_hold(struct store *store, const struct hold *hold, enum side side,
                                 quipu_uint128 id)
{
    struct slot *slot = hold != NULL ? store_slot_of(store, hold->account[side], id) : NULL;

    return slot != NULL ? slot : find_by_id(store, id);
}

/* Remember an account: `which` says whose it is (see place_copies). */
static uint32_t add_account(struct transfer_batch *batch, uint32_t count, const struct slot *slot,
                            uint32_t which)
{
    if (slot == NULL) return count;
    batch->keys[count] = (struct key){(uint64_t)(uintptr_t)slot, which};
    return count + 1;
}

/* Has this leg its own look at a pending transfer that was stored before the unit? Then *hold is
 * its hold. */
static bool looks_at_hold(const struct transfer_batch *batch, const struct leg *leg, uint64_t *hold)
{
    const struct transfers *transfers = &batch->store->transfers;

    if (leg->twin != NOT_FOUND || !rules_resolves(leg->event)) return false;
    if (leg->pending == 0 || leg->resolves != NOT_FOUND) return false;
    if ((transfer_at(transfers, leg->pending - 1)->flags & QUIPU_TRANSFER_PENDING) == 0) {
        return false; /* the law will say so */
    }
    *hold = knot_at(transfers, leg->pending - 1)->hold - 1;
    return true;
}

/* The holds of pending transfers that are to be resolved: one view each, however many legs want
 * it. */
static void view_found(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;
    uint32_t count = 0;
    uint64_t hold;

    for (uint32_t i = 0; i < batch->decided; i++) {
        if (looks_at_hold(batch, &unit->legs[i], &hold))
            batch->keys[count++] = (struct key){hold, i};
    }
    quipui_sort(batch->keys, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct key *key = &batch->keys[i];

        if (i == 0 || key->by != batch->keys[i - 1].by) {
            unit->views[unit->view_count++] = (struct view){.hold = key->by};
        }
        unit->legs[key->which].view = unit->view_count - 1;
    }
}

static quipu_status view_opened(struct transfer_batch *batch, struct leg *leg,
                                struct slot *const slots[2])
{
    struct unit *unit = &batch->unit;
    struct view view = {.opens = true};
    quipu_status status = quipui_hold_take(batch->store, batch->worker, &view.hold);

    if (status != QUIPU_OK) return status;
    store_name_hold(batch->store, view.hold, leg->place, slots[SIDE_DEBIT], slots[SIDE_CREDIT]);
    leg->view = unit->view_count++;
    unit->views[leg->view] = view;
    return QUIPU_OK;
}

/* A post or void: the accounts and the hold of its pending transfer. */
static uint32_t resolve_leg(struct transfer_batch *batch, struct leg *leg, uint32_t i,
                            uint32_t count)
{
    struct store *store = batch->store;
    const quipu_transfer *pending;
    const struct hold *hold = NULL;

    if (leg->pending == 0) return count;
    if (leg->resolves != NOT_FOUND) {
        leg->view = batch->unit.legs[leg->resolves].view;
        pending = batch->unit.legs[leg->resolves].event;
    } else {
        pending = transfer_at(&store->transfers, leg->pending - 1);
    }
    if (leg->view == NOT_FOUND || rules_resolves(pending)) {
        leg->view = NOT_FOUND; /* it is not pending: the law will say so */
        return count;
    }
    if (leg->resolves == NOT_FOUND) {
        hold = hold_at(&store->transfers, batch->unit.views[leg->view].hold);
    }
    count = add_account(batch, count,
                        find_of_hold(store, hold, SIDE_DEBIT, pending->debit_account_id), 2 * i);
    return add_account(batch, count,
                       find_of_hold(store, hold, SIDE_CREDIT, pending->credit_account_id),
                       2 * i + 1);
}

static uint32_t post_leg(struct transfer_batch *batch, struct leg *leg, uint32_t i, uint32_t count,
                         struct slot *slots[2])
{
    const struct hashes *hashes = quipui_hashes(batch, batch->from + i);
    struct store *store = batch->store;

    slots[SIDE_DEBIT] =
        quipui_find_slot(store, hashes->debit, leg->event->debit_account_id, hashes->debit_guess);
    slots[SIDE_CREDIT] = quipui_find_slot(store, hashes->credit, leg->event->credit_account_id,
                                          hashes->credit_guess);
    count = add_account(batch, count, slots[SIDE_DEBIT], 2 * i);
    return add_account(batch, count, slots[SIDE_CREDIT], 2 * i + 1);
}

static uint32_t expect_accounts(struct transfer_batch *batch, uint32_t count)
{
    for (size_t i = 0; i < batch->expectation_count; i++) {
        struct slot *slot = find_by_id(batch->store, batch->expectations[i].account_id);

        if (slot == NULL) batch->conflict = true;
        count = add_account(batch, count, slot, 2 * batch->unit.leg_count + (uint32_t)i);
    }
    return count;
}

/* One copy per account, in the order of addresses; legs and expectations learn which is theirs. */
static void place_copies(struct transfer_batch *batch, uint32_t count)
{
    struct unit *unit = &batch->unit;
    uint32_t legs = unit->leg_count;

    quipui_sort(batch->keys, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct key *key = &batch->keys[i];

        if (i == 0 || key->by != batch->keys[i - 1].by) {
            unit->copies[unit->copy_count].slot = (struct slot *)(uintptr_t)key->by;
            unit->copies[unit->copy_count++].expected = 0;
        }
        if (key->which >= 2 * legs) {
            struct copy *copy = &unit->copies[unit->copy_count - 1];
            uint64_t version = batch->expectations[key->which - 2 * legs].version;

            if (copy->expected != 0 && copy->expected != version) batch->conflict = true;
            copy->expected = version;
        } else if (key->which % 2 == 0) {
            unit->legs[key->which / 2].debit = unit->copy_count - 1;
        } else {
            unit->legs[key->which / 2].credit = unit->copy_count - 1;
        }
    }
}

/* The holds that have time-outs: in the heap before the unit can commit. */
static bool time_holds(struct transfer_batch *batch)
{
    const struct unit *unit = &batch->unit;

    for (uint32_t i = 0; !batch->imports && unit->view_count > 0 && i < batch->decided; i++) {
        if (!quipui_time(batch->store, unit, &unit->legs[i])) return false;
    }
    return true;
}

quipu_status quipui_find_footprint(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;
    uint32_t count = 0;

    view_found(batch);
    for (uint32_t i = 0; i < batch->decided; i++) {
        struct leg *leg = &unit->legs[i];
        struct slot *slots[2];

        if (leg->twin != NOT_FOUND) continue;
        if (rules_resolves(leg->event)) {
            count = resolve_leg(batch, leg, i, count);
            continue;
        }
        count = post_leg(batch, leg, i, count, slots);
        if ((leg->event->flags & QUIPU_TRANSFER_PENDING) != 0) {
            quipu_status status = view_opened(batch, leg, slots);

            if (status != QUIPU_OK) return status;
        }
    }
    count = expect_accounts(batch, count);
    place_copies(batch, count);
    return time_holds(batch) ? QUIPU_OK : QUIPU_NO_MEMORY;
}

void quipui_give_back_holds(struct transfer_batch *batch)
{
    for (uint32_t i = 0; i < batch->unit.view_count; i++) {
        const struct view *view = &batch->unit.views[i];

        if (view->opens) quipui_give_hold_back(batch->store, batch->worker, view->hold);
    }
}
