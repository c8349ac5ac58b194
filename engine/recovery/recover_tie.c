/* recover_tie.c - the strand of each account, tied by versions, and what its knots come to.
 *
 *   count  by side   how many knots has each account?
 *   lay    alone     each account gets its cells (V2)
 *   fill   by place  each knot puts its link into its cells; a record gets the ids of its accounts
 *   tie    by side   each knot takes the link before its own; totals take its movement */
#include "recovery/recover_parts.h"

#include "base/memory.h"
#include "rules/movement.h"

_Static_assert(RECOVER_PARTS == SIDE_CREDIT + 1, "a part may take a side");

/* A transfer, or the expiry of a hold. */
struct change {
    struct knot *knot;
    uint64_t index;
    enum knot_kind kind;
    uint64_t timestamp;
    const quipu_transfer *transfer; /* that was stored, or that expired */
};

typedef quipu_status change_visit(struct part *part, const struct change *change);

/* Which sides of a change does a part look at? */
enum sides { OWN_SIDE, BOTH_SIDES };

/* How many transfers ahead the sums of their accounts are prefetched, and then their cells. */
#define SUMS_AHEAD 24
#define CELLS_AHEAD 12

/* Prefetch what the knot at this place will need of one side: the sum, or the cell. The knot may be
 * of nothing, or tied already; then it is some other line. */
static void prefetch_side(const struct recovery *recovery, const struct knot *knot, enum side side,
                          enum sides sides, bool cell)
{
    uint64_t account = knot_account(knot, side);
    const struct side_sum *sum;

    if (account >= recovery->account_count) return;
    sum = sum_at(recovery, sides == BOTH_SIDES ? SIDE_DEBIT : side, account);
    if (cell) {
        prefetch_for_write((const char *)recovery->cells.base +
                           (sum->first + knot_version(knot, side)) * sizeof(uint64_t));
        return;
    }
    prefetch_for_write(sum);
    if (sides == OWN_SIDE) return;
    prefetch((const char *)slot_at(&recovery->store->accounts, account) + 64);
    prefetch(newborn_at(recovery, account));
}

static void prefetch_changes(const struct part *part, uint64_t place, enum sides sides)
{
    const struct recovery *recovery = part->recovery;
    const struct knot *far = knot_at(&recovery->store->transfers, place + SUMS_AHEAD);
    const struct knot *near = knot_at(&recovery->store->transfers, place + CELLS_AHEAD);

    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        if (sides == OWN_SIDE && side != (enum side)part->number) continue;
        prefetch_side(recovery, far, side, sides, false);
        prefetch_side(recovery, near, side, sides, true);
    }
}

static inline quipu_status visit_transfers(struct part *part, struct range range, enum sides sides,
                                           change_visit *visit)
{
    struct transfers *transfers = &part->recovery->store->transfers;
    quipu_status status = QUIPU_OK;

    for (uint64_t place = range.next; status == QUIPU_OK && place < range.end; place++) {
        struct knot *knot = knot_at(transfers, place);
        const quipu_transfer *transfer = transfer_at(transfers, place);

        if (range.end - place > SUMS_AHEAD) prefetch_changes(part, place, sides);
        if (!knot_is_settled(knot)) continue;
        status = visit(part,
                       &(struct change){knot, place, KNOT_TRANSFER, transfer->timestamp, transfer});
    }
    return status;
}

static quipu_status visit_expiries(struct part *part, struct range range, change_visit *visit)
{
    struct recovery *recovery = part->recovery;
    struct transfers *transfers = &recovery->store->transfers;
    quipu_status status = QUIPU_OK;

    for (uint64_t i = range.next; status == QUIPU_OK && i < range.end; i++) {
        const struct expired *expired = pile_at(&recovery->expired, i);
        struct hold *hold = hold_at(transfers, expired->hold);

        status = visit(part, &(struct change){&hold->expiry, expired->hold, KNOT_EXPIRY,
                                              expired->timestamp,
                                              transfer_at(transfers, hold->transfer)});
    }
    return status;
}

/* The changes of a part, by place. */
static quipu_status visit_own(struct part *part, change_visit *visit)
{
    struct range fresh = fresh_transfers(part->recovery);
    quipu_status status =
        visit_transfers(part, part_range(part, fresh.next, fresh.end), BOTH_SIDES, visit);

    if (status != QUIPU_OK) return status;
    return visit_expiries(part, part_range(part, 0, part->recovery->expired.count), visit);
}

/* All changes, where a part has a side of each. The parts begin with different halves, so that they
 * do not write to the same lines at the same time. */
static quipu_status visit_all(struct part *part, change_visit *visit)
{
    quipu_status status = QUIPU_OK;

    for (unsigned i = 0; status == QUIPU_OK && i < RECOVER_PARTS; i++) {
        struct part half = {.recovery = part->recovery,
                            .number = (part->number + i) % RECOVER_PARTS};
        struct range fresh = fresh_transfers(part->recovery);

        status = visit_transfers(part, part_range(&half, fresh.next, fresh.end), OWN_SIDE, visit);
        if (status != QUIPU_OK) break;
        status = visit_expiries(part, part_range(&half, 0, part->recovery->expired.count), visit);
    }
    return status;
}

/* --- count --- */

static quipu_status count_change(struct part *part, const struct change *change)
{
    enum side side = (enum side)part->number;
    uint64_t account = knot_account(change->knot, side);

    if (account >= part->recovery->account_count) {
        return quipui_blame_transfer(&part->diagnosis, change->transfer->id,
                                     "names an account that is not there");
    }
    sum_at(part->recovery, side, account)->knots++;
    return QUIPU_OK;
}

static quipu_status count_side(struct part *part)
{
    return visit_all(part, count_change);
}

/* --- lay --- */

static quipu_status lay_cells(struct recovery *recovery)
{
    uint64_t cells = 0;

    for (uint64_t account = 0; account < recovery->account_count; account++) {
        struct side_sum *debits = sum_at(recovery, SIDE_DEBIT, account);
        struct side_sum *credits = sum_at(recovery, SIDE_CREDIT, account);

        /* So that the cell of a version is at first + version - 2, whatever the first one is. */
        debits->first = credits->first = cells - (base_of(recovery, account)->version - 1);
        debits->knots = credits->knots = debits->knots + credits->knots;
        cells += debits->knots;
    }
    if (quipui_region_open(&recovery->cells, (size_t)cells * sizeof(uint64_t)) &&
        region_ensure(&recovery->cells, (size_t)cells * sizeof(uint64_t))) {
        return QUIPU_OK;
    }
    return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "versions");
}

/* Versions are not right: which, is found out when both parts have ended. */
static quipu_status break_off(struct part *part, uint64_t account)
{
    part->broken = account + 1;
    return QUIPU_CORRUPT;
}

/* --- fill --- */

static bool has_cell(const struct recovery *recovery, uint64_t account, uint64_t version)
{
    uint64_t before = base_of(recovery, account)->version;

    return version > before && version - before <= knots_of(recovery, account);
}

static quipu_status fill_cell(struct part *part, const struct change *change, enum side side)
{
    struct recovery *recovery = part->recovery;
    uint64_t account = knot_account(change->knot, side);
    uint64_t version = knot_version(change->knot, side);

    if (!has_cell(recovery, account, version)) return break_off(part, account);
    /* relaxed: read in a later phase (V3). In a log that contradicts itself the other part may put
     * a link there, too; one of the two finds that out (V2). */
    store_relaxed(cell_at(recovery, account, version), link_to(change->index, change->kind, side));
    return QUIPU_OK;
}

/* The record gets the ids and the ledger of its accounts. Returns NULL, or what is wrong. */
static const char *name_accounts(struct recovery *recovery, const struct change *change)
{
    struct store *store = recovery->store;
    uint64_t debit = knot_account(change->knot, SIDE_DEBIT);
    uint64_t credit = knot_account(change->knot, SIDE_CREDIT);
    const struct slot *from = slot_at(&store->accounts, debit);
    const struct slot *to = slot_at(&store->accounts, credit);
    quipu_transfer *record = transfer_at(&store->transfers, change->index);

    record->debit_account_id = from->id;
    record->credit_account_id = to->id;
    record->ledger = from->ledger;
    if (to->ledger != from->ledger) return "is between accounts of two ledgers";
    if (record->timestamp <= newborn_at(recovery, debit)->timestamp ||
        record->timestamp <= newborn_at(recovery, credit)->timestamp) {
        return "is older than its accounts";
    }
    if (quipui_rules_transfer_form(record) == QUIPU_CREATED &&
        quipui_rules_transfer_fields(record) == QUIPU_CREATED) {
        return NULL;
    }
    return "is against the rules";
}

static quipu_status fill_change(struct part *part, const struct change *change)
{
    quipu_status status;

    if (change->kind == KNOT_TRANSFER) {
        const char *what = name_accounts(part->recovery, change);

        if (what != NULL) {
            return quipui_blame_transfer(&part->diagnosis, change->transfer->id, what);
        }
    }
    status = fill_cell(part, change, SIDE_DEBIT);
    return status == QUIPU_OK ? fill_cell(part, change, SIDE_CREDIT) : status;
}

static quipu_status fill_own(struct part *part)
{
    return visit_own(part, fill_change);
}

/* --- tie --- */

static struct movement movement_of(struct recovery *recovery, const struct change *change)
{
    if (change->kind == KNOT_EXPIRY) return quipui_rules_expiry_movement(change->transfer);
    return quipui_rules_movement(change->transfer,
                                 transfer_resolved(&recovery->store->transfers, change->index));
}

/* A change that closed the account, or opened it: the newest one counts. */
static void note_closing(struct recovery *recovery, const struct change *change, enum side side,
                         uint64_t version, struct side_sum *sum)
{
    const quipu_transfer *transfer = change->transfer, *pending = transfer;
    bool closed = false;

    if (change->kind == KNOT_TRANSFER) {
        pending = transfer_resolved(&recovery->store->transfers, change->index);
        closed = (transfer->flags & QUIPU_TRANSFER_PENDING) != 0 && rules_closes(transfer, side);
        if (!closed && pending == NULL) return;
        if (!closed && (transfer->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0) return;
    }
    if (!closed && !rules_closes(pending, side)) return;
    if (sum->closed >> 1 < version) sum->closed = version << 1 | (uint64_t)closed;
}

static quipu_status tie_change(struct part *part, const struct change *change)
{
    struct recovery *recovery = part->recovery;
    enum side side = (enum side)part->number;
    uint64_t account = knot_account(change->knot, side);
    const struct base *base = base_of(recovery, account);
    uint64_t version = knot_version(change->knot, side), before = base->head;
    struct side_sum *sum = sum_at(recovery, side, account);
    struct movement moved = movement_of(recovery, change);
    /* relaxed: written in an earlier phase (V3). */
    uint64_t link = load_relaxed(cell_of(recovery, sum, version));

    if (link != link_to(change->index, change->kind, side)) {
        return break_off(part, account);
    }
    /* relaxed: as above. */
    if (version > base->version + 1) before = load_relaxed(cell_of(recovery, sum, version - 1));
    knot_tie_to(change->knot, side, version, before);

    if (sum->posted + moved.posted < sum->posted) {
        return quipui_blame_transfer(&part->diagnosis, change->transfer->id,
                                     "is more than its accounts can take");
    }
    rules_move(&moved, &sum->pending, &sum->posted);
    if (change->timestamp > sum->touched) sum->touched = change->timestamp;
    note_closing(recovery, change, side, version, sum);
    return QUIPU_OK;
}

static quipu_status tie_side(struct part *part)
{
    return visit_all(part, tie_change);
}

/* --- what is wrong with the versions of an account --- */

/* Is it the account on that side? Its place may be gone, but then the record has its id. */
static bool is_of(const struct recovery *recovery, const struct change *change, enum side side,
                  uint64_t account)
{
    if (!recovery->is_tying) return knot_account(change->knot, side) == account;
    return (side == SIDE_DEBIT ? change->transfer->debit_account_id
                               : change->transfer->credit_account_id) ==
           slot_at(&recovery->store->accounts, account)->id;
}

/* Put 1 into its cell. QUIPU_CORRUPT: it has 1. */
static quipu_status mark(struct part *part, const struct change *change)
{
    struct recovery *recovery = part->recovery;
    uint64_t account = part->broken - 1;

    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        uint64_t version = knot_version(change->knot, side);
        _Atomic uint64_t *cell;

        if (!is_of(recovery, change, side, account)) continue;
        if (!has_cell(recovery, account, version)) continue;
        cell = cell_at(recovery, account, version);
        /* relaxed: no other thread is left. */
        if (load_relaxed(cell) == 1) {
            return quipui_blame_version(&part->diagnosis,
                                        slot_at(&recovery->store->accounts, account)->id, version,
                                        "is there twice");
        }
        store_relaxed(cell, 1);
    }
    return QUIPU_OK;
}

static quipu_status blame_strand(struct recovery *recovery, uint64_t account)
{
    struct part part = {.recovery = recovery, .broken = account + 1};
    quipu_uint128 id = slot_at(&recovery->store->accounts, account)->id;
    uint64_t first = base_of(recovery, account)->version + 1, version = first;
    uint64_t last = knots_of(recovery, account) + first - 1;
    quipu_status status;

    for (uint64_t i = first; i <= last; i++) {
        /* relaxed: no other thread is left. */
        store_relaxed(cell_at(recovery, account, i), 0);
    }
    status = visit_transfers(&part, fresh_transfers(recovery), BOTH_SIDES, mark);
    if (status == QUIPU_OK) {
        status = visit_expiries(&part, (struct range){0, recovery->expired.count}, mark);
    }
    if (status != QUIPU_OK) {
        if (recovery->diagnosis != NULL) *recovery->diagnosis = part.diagnosis;
        return status;
    }
    /* relaxed: as above. One is missing, since none is there twice and one is beyond the last. */
    while (version < last && load_relaxed(cell_at(recovery, account, version)) == 1)
        version++;
    return quipui_blame_version(recovery->diagnosis, id, version, "is missing");
}

/* Have both parts do this; say which version is wrong if one is. */
static quipu_status share(struct recovery *recovery, recover_work *work)
{
    quipu_status status = quipui_recover_share(recovery, work);

    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        struct part *part = &recovery->parts[i];

        if (part->status == QUIPU_OK) continue;
        return part->broken == 0 ? status : blame_strand(recovery, part->broken - 1);
    }
    return status;
}

quipu_status quipui_recover_tie(struct recovery *recovery)
{
    quipu_status status = share(recovery, count_side);

    if (status == QUIPU_OK) status = lay_cells(recovery);
    if (status == QUIPU_OK) status = share(recovery, fill_own);
    recovery->is_tying = true;
    if (status == QUIPU_OK) status = share(recovery, tie_side);
    return status;
}
