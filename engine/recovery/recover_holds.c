/* recover_holds.c - what became of pending transfers; see recover_parts.h. */
#include "recovery/recover_parts.h"

#include <string.h>

#include "base/grace.h"
#include "base/memory.h"

static bool find_transfer(struct store *store, quipu_uint128 id, uint64_t *place)
{
    bool found;

    quipui_grace_enter();
    found =
        quipui_index_find(&store->transfer_ids, index_hash(&store->transfer_ids, id), id, place);
    quipui_grace_leave();
    return found;
}

/* The hold that the transfer with this id opened, between the same accounts; or UINT64_MAX, and
 * *what says what is wrong. */
static uint64_t find_hold(struct store *store, quipu_uint128 id, const struct knot *resolver,
                          const char **what)
{
    struct transfers *transfers = &store->transfers;
    const struct knot *opener;
    const struct hold *hold;
    uint64_t place;

    *what = "resolves a pending transfer that is not there";
    if (!find_transfer(store, id, &place)) return UINT64_MAX;
    *what = "resolves a transfer that is not pending";
    if ((transfer_at(transfers, place)->flags & QUIPU_TRANSFER_PENDING) == 0) return UINT64_MAX;
    opener = knot_at(transfers, place);
    *what = "resolves a pending transfer of other accounts";
    hold = hold_at(transfers, opener->hold - 1);
    if (hold->account[SIDE_DEBIT] != knot_account(resolver, SIDE_DEBIT) ||
        hold->account[SIDE_CREDIT] != knot_account(resolver, SIDE_CREDIT)) {
        return UINT64_MAX;
    }
    return opener->hold - 1;
}

/* NULL, or why this transfer cannot have resolved that hold. */
static const char *misfit(const quipu_transfer *by, const quipu_transfer *pending,
                          const struct hold *hold)
{
    bool posts = (by->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;

    if (by->amount > pending->amount) return "posts more than was pending";
    if (!posts && by->amount != pending->amount) return "voids another amount than was pending";
    if (by->code != pending->code) return "resolves a pending transfer of another code";
    if (by->timestamp <= pending->timestamp) return "resolves a pending transfer of later";
    if (hold->due != 0 && by->timestamp >= hold->due) return "resolves what has expired";
    return NULL;
}

/* Change the state of a hold that stands. Returns false if it was resolved. */
static bool change(struct hold *hold, enum hold_state state, uint64_t resolver)
{
    uint64_t seen = hold_word(HOLD_PENDING, 0);

    /* relaxed: all that matters is whether it stands. If two transfers resolved it, the other part
     * may have found the other one. */
    return cas_relaxed(&hold->state, &seen, hold_word(state, resolver));
}

static quipu_status resolve(struct part *part, uint64_t place)
{
    struct store *store = part->recovery->store;
    const quipu_transfer *by = transfer_at(&store->transfers, place), *pending;
    struct knot *knot = knot_at(&store->transfers, place);
    bool posts = (by->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;
    const char *what;
    uint64_t number = find_hold(store, by->pending_id, knot, &what);
    struct hold *hold;

    if (quipui_rules_transfer_form(by) != QUIPU_CREATED ||
        quipui_rules_transfer_fields(by) != QUIPU_CREATED) {
        return quipui_blame_transfer(&part->diagnosis, by->id, "is against the rules");
    }
    if (number == UINT64_MAX) return quipui_blame_transfer(&part->diagnosis, by->id, what);
    hold = hold_at(&store->transfers, number);
    pending = transfer_at(&store->transfers, hold->transfer);
    what = misfit(by, pending, hold);
    if (what != NULL) return quipui_blame_transfer(&part->diagnosis, by->id, what);
    if (!change(hold, posts ? HOLD_POSTED : HOLD_VOIDED, place + 1)) {
        return quipui_blame_transfer(&part->diagnosis, by->id, "resolves what was resolved before");
    }
    knot->hold = number + 1;
    return QUIPU_OK;
}

quipu_status quipui_recover_resolve(struct part *part)
{
    struct transfers *transfers = &part->recovery->store->transfers;
    struct range fresh = fresh_transfers(part->recovery);
    struct range range = part_range(part, fresh.next, fresh.end);
    quipu_status status = QUIPU_OK;

    for (uint64_t place = range.next; status == QUIPU_OK && place < range.end; place++) {
        if (!knot_is_settled(knot_at(transfers, place))) continue;
        if (rules_resolves(transfer_at(transfers, place))) status = resolve(part, place);
    }
    return status;
}

/* The knot of an expiry: as read, before it is known which hold's it is. */
static void tie_read(struct knot *knot, const struct read_expiry *expiry)
{
    knot_tie_to(knot, SIDE_DEBIT, expiry->version[0], expiry->account[0]); /* V1 */
    knot_tie_to(knot, SIDE_CREDIT, expiry->version[1], expiry->account[1]);
}

static bool is_the_same(const struct knot *knot, const struct read_expiry *expiry)
{
    return knot_version(knot, SIDE_DEBIT) == expiry->version[0] &&
           knot_version(knot, SIDE_CREDIT) == expiry->version[1] &&
           knot->timestamp == expiry->timestamp;
}

static quipu_status expire(struct recovery *recovery, const struct read_expiry *expiry)
{
    struct store *store = recovery->store;
    struct knot asked = {.hold = 0};
    struct hold *hold;
    const char *what;
    uint64_t number;

    tie_read(&asked, expiry);
    number = find_hold(store, expiry->id, &asked, &what);
    if (number == UINT64_MAX) {
        return quipui_blame_transfer(recovery->diagnosis, expiry->id,
                                     "expired, and was not pending between these accounts");
    }
    hold = hold_at(&store->transfers, number);
    if (hold->due == 0 || expiry->timestamp < hold->due - 1) {
        return quipui_blame_transfer(recovery->diagnosis, expiry->id, "expired before it was due");
    }
    if (!change(hold, HOLD_EXPIRED, 0)) {
        if (hold_word_state(hold_word_of(hold)) == HOLD_EXPIRED &&
            is_the_same(&hold->expiry, expiry)) {
            return QUIPU_OK;
        }
        return quipui_blame_transfer(recovery->diagnosis, expiry->id,
                                     "expired, and was resolved before");
    }
    tie_read(&hold->expiry, expiry);
    hold->expiry.timestamp = expiry->timestamp;
    knot_settle(&hold->expiry);
    if (quipui_pile_add(&recovery->expired, &(struct expired){expiry->timestamp, number})) {
        return QUIPU_OK;
    }
    return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "expiries");
}

quipu_status quipui_recover_expire(struct recovery *recovery)
{
    quipu_status status = QUIPU_OK;

    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        const struct pile *expiries = &recovery->parts[i].expiries;

        for (size_t at = 0; status == QUIPU_OK && at < expiries->count; at++)
            status = expire(recovery, pile_at(expiries, at));
    }
    return status;
}

/* --- once strands are tied --- */

/* In the node of a hold that expired, which is with no account: how far the search below has come,
 * and from which hold it came. */
enum { NOT_SEEN, ON_THE_WAY, ADDED };

static struct due_node *note_of(const struct recovery *recovery, uint64_t hold)
{
    return &hold_at(&recovery->store->transfers, hold)->note;
}

static uint64_t time_of(const struct recovery *recovery, uint64_t hold)
{
    return hold_at(&recovery->store->transfers, hold)->expiry.timestamp;
}

static bool is_earlier(const void *one, const void *other)
{
    const struct expired *a = one, *b = other;

    return a->timestamp != b->timestamp ? a->timestamp < b->timestamp : a->hold < b->hold;
}

/* The expiry right before this one on one of its strands that is not added, though it is not
 * later; or UINT64_MAX. */
static uint64_t one_before(const struct recovery *recovery, uint64_t hold)
{
    const struct transfers *transfers = &recovery->store->transfers;
    const struct knot *knot = &hold_at(transfers, hold)->expiry;

    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        uint64_t link = knot_previous(knot, side);

        if (link == 0 || link_kind(link) != KNOT_EXPIRY) continue;
        if (time_of(recovery, link_index(link)) < recovery->cut) continue; /* it is there */
        if (note_of(recovery, link_index(link))->left != ADDED) return link_index(link);
    }
    return UINT64_MAX;
}

/* Add an expiry behind those that come before it on its strands. Returns false if some of them are
 * later, or come behind it. */
static bool add_in_order(struct recovery *recovery, uint64_t hold)
{
    uint64_t at = hold;

    if (note_of(recovery, hold)->left == ADDED) return true;
    *note_of(recovery, hold) = (struct due_node){.left = ON_THE_WAY};
    /* Ends: each turn adds one, or goes to one that was not seen. */
    for (;;) {
        uint64_t before = one_before(recovery, at), up = note_of(recovery, at)->up;

        if (before == UINT64_MAX) {
            quipui_timeouts_list(&recovery->store->timeouts, at);
            *note_of(recovery, at) = (struct due_node){.left = ADDED};
            if (up == 0) return true;
            at = up - 1;
            continue;
        }
        if (note_of(recovery, before)->left == ON_THE_WAY ||
            time_of(recovery, before) > time_of(recovery, at)) {
            return false;
        }
        *note_of(recovery, before) = (struct due_node){.left = ON_THE_WAY, .up = at + 1};
        at = before;
    }
}

/* The holds that expired: by time, and where that is the same, by version. */
static quipu_status add_expiries(struct recovery *recovery)
{
    struct pile *expired = &recovery->expired;

    if (!quipui_expiries_supply(&recovery->store->timeouts.expired, expired->count)) {
        return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "expiries");
    }
    quipui_pile_sort(expired, is_earlier);
    for (size_t i = 0; i < expired->count; i++) {
        const struct expired *one = pile_at(expired, i);
        const struct hold *hold = hold_at(&recovery->store->transfers, one->hold);

        if (!add_in_order(recovery, one->hold)) {
            return quipui_blame_transfer(
                recovery->diagnosis, transfer_at(&recovery->store->transfers, hold->transfer)->id,
                "expired before another that has an earlier version");
        }
    }
    for (size_t i = 0; i < expired->count; i++) {
        const struct expired *one = pile_at(expired, i);

        *note_of(recovery, one->hold) = (struct due_node){.left = NOT_SEEN};
    }
    return QUIPU_OK;
}

typedef quipu_status hold_visit(struct recovery *recovery, uint64_t hold);

/* All holds that stand: those of the checkpoint, and those of the log. */
static quipu_status visit_standing(struct recovery *recovery, hold_visit *visit)
{
    struct transfers *transfers = &recovery->store->transfers;
    uint64_t end = places_end(&transfers->hold_places);
    quipu_status status = QUIPU_OK;

    for (size_t i = 0; status == QUIPU_OK && i < recovery->standing.count; i++) {
        uint64_t hold = *(const uint64_t *)pile_at(&recovery->standing, i);

        if (hold_word_of(hold_at(transfers, hold)) != hold_word(HOLD_PENDING, 0)) continue;
        status = visit(recovery, hold);
    }
    for (uint64_t i = recovery->fresh[PLACES_OF_HOLDS]; status == QUIPU_OK && i < end; i++) {
        if (hold_word_of(hold_at(transfers, i)) != hold_word(HOLD_PENDING, 0)) continue;
        status = visit(recovery, i);
    }
    return status;
}

/* One that is due has expired, at or above the horizon: nobody was told. When it expires again,
 * that must not come to lie below what others have been told is all (timeouts.h, D7). */
static quipu_status touch(struct recovery *recovery, uint64_t number)
{
    const struct hold *hold = hold_at(&recovery->store->transfers, number);

    if (hold->due == 0 || hold->due > recovery->horizon) return QUIPU_OK;
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        struct side_knots *knots = knots_at(recovery, side, hold->account[side]);

        if (knots->touched < recovery->horizon) knots->touched = recovery->horizon;
    }
    return QUIPU_OK;
}

quipu_status quipui_recover_touch(struct recovery *recovery)
{
    return visit_standing(recovery, touch);
}

static quipu_status add_timeout(struct recovery *recovery, uint64_t number)
{
    struct store *store = recovery->store;
    const struct hold *hold = hold_at(&store->transfers, number);

    store->held_before++;
    if (hold->due == 0 ||
        quipui_timeouts_add(&store->timeouts, number,
                            slot_at(&store->accounts, hold->account[SIDE_DEBIT]),
                            slot_at(&store->accounts, hold->account[SIDE_CREDIT]), hold->due)) {
        return QUIPU_OK;
    }
    return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "time-outs");
}

quipu_status quipui_recover_timeouts(struct recovery *recovery)
{
    quipu_status status;

    lock_take(&recovery->store->timeouts.lock);
    status = add_expiries(recovery);
    recovery->store->held_before = expiries_count(&recovery->store->timeouts.expired);
    lock_leave(&recovery->store->timeouts.lock);
    return status == QUIPU_OK ? visit_standing(recovery, add_timeout) : status;
}
