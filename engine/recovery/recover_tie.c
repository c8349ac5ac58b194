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

/* A part has a side of each change while they are counted and tied. */
enum work { COUNT, FILL, TIE };

/* How many transfers ahead their accounts are prefetched, and then their cells. */
#define ACCOUNTS_AHEAD 24
#define CELLS_AHEAD 12

/* Prefetch what the knot at this place will need of the account on one side. The knot may be of
 * nothing, or tied already; then it is some other line. */
static inline void prefetch_account(const struct recovery *recovery, const struct knot *knot,
                                    enum side side, enum work work)
{
    uint64_t account = knot_account(knot, side);

    if (account >= recovery->account_count) return;
    if (work != FILL) prefetch_for_write(knots_at(recovery, side, account));
    if (work == TIE) prefetch_for_write(sum_at(recovery, side, account));
    if (work != FILL) return;
    prefetch(knots_at(recovery, SIDE_DEBIT, account));
    prefetch((const char *)slot_at(&recovery->store->accounts, account) + 64);
}

/* The same of its cell there. */
static inline void prefetch_cell(const struct recovery *recovery, const struct knot *knot,
                                 enum side side, enum work work)
{
    uint64_t account = knot_account(knot, side), first;

    if (work == COUNT || account >= recovery->account_count) return;
    first = knots_at(recovery, work == FILL ? SIDE_DEBIT : side, account)->first;
    prefetch_for_write((const char *)recovery->cells.base +
                       (first + knot_version(knot, side)) * sizeof(uint64_t));
}

static inline __attribute__((always_inline)) void prefetch_changes(const struct part *part,
                                                                   uint64_t place, enum work work)
{
    const struct recovery *recovery = part->recovery;
    const struct knot *far = knot_at(&recovery->store->transfers, place + ACCOUNTS_AHEAD);
    const struct knot *near = knot_at(&recovery->store->transfers, place + CELLS_AHEAD);

    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        if (work != FILL && side != (enum side)part->number) continue;
        prefetch_account(recovery, far, side, work);
        prefetch_cell(recovery, near, side, work);
    }
}

static inline quipu_status visit_transfers(struct part *part, struct range range, enum work work,
                                           change_visit *visit)
{
    struct transfers *transfers = &part->recovery->store->transfers;
    quipu_status status = QUIPU_OK;

    for (uint64_t place = range.next; status == QUIPU_OK && place < range.end; place++) {
        struct knot *knot = knot_at(transfers, place);
        const quipu_transfer *transfer = transfer_at(transfers, place);

        if (range.end - place > ACCOUNTS_AHEAD) prefetch_changes(part, place, work);
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
    struct range own = part_range(part, fresh.next, fresh.end);
    quipu_status status = visit_transfers(part, own, FILL, visit);

    if (status != QUIPU_OK) return status;
    return visit_expiries(part, part_range(part, 0, part->recovery->expired.count), visit);
}

/* All changes, where a part has a side of each. The parts begin with different halves, so that they
 * do not write to the same lines at the same time. */
static inline quipu_status visit_all(struct part *part, enum work work, change_visit *visit)
{
    quipu_status status = QUIPU_OK;

    for (unsigned i = 0; status == QUIPU_OK && i < RECOVER_PARTS; i++) {
        struct part half = {.recovery = part->recovery,
                            .number = (part->number + i) % RECOVER_PARTS};
        struct range fresh = fresh_transfers(part->recovery);

        status = visit_transfers(part, part_range(&half, fresh.next, fresh.end), work, visit);
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
    knots_at(part->recovery, side, account)->first++;
    return QUIPU_OK;
}

static quipu_status count_side(struct part *part)
{
    return visit_all(part, COUNT, count_change);
}

/* --- lay --- */

static quipu_status lay_cells(struct recovery *recovery)
{
    uint64_t cells = 0;

    /* One more than there are accounts, where the cells of the last one end. */
    for (uint64_t account = 0; account <= recovery->account_count; account++) {
        struct side_knots *debits = knots_at(recovery, SIDE_DEBIT, account);
        struct side_knots *credits = knots_at(recovery, SIDE_CREDIT, account);
        uint64_t count = debits->first + credits->first;

        /* So that the cell of a version is at first + version - 2, whatever the first one is. */
        debits->first = credits->first = cells - (base_of(recovery, account)->version - 1);
        cells += count;
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
    if (record->timestamp <= born_at(recovery, debit) ||
        record->timestamp <= born_at(recovery, credit)) {
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
                         uint64_t account, uint64_t version)
{
    uint64_t *newest = &sums_of(slot_at(&recovery->store->accounts, account))->closed[side];
    const quipu_transfer *transfer = change->transfer, *pending = transfer;
    bool closed = false;

    if (change->kind == KNOT_TRANSFER) {
        pending = transfer_resolved(&recovery->store->transfers, change->index);
        closed = (transfer->flags & QUIPU_TRANSFER_PENDING) != 0 && rules_closes(transfer, side);
        if (!closed && pending == NULL) return;
        if (!closed && (transfer->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0) return;
    }
    if (!closed && !rules_closes(pending, side)) return;
    if (*newest >> 1 < version) *newest = version << 1 | (uint64_t)closed;
}

static quipu_status tie_change(struct part *part, const struct change *change)
{
    struct recovery *recovery = part->recovery;
    enum side side = (enum side)part->number;
    uint64_t account = knot_account(change->knot, side);
    const struct base *base = base_of(recovery, account);
    uint64_t version = knot_version(change->knot, side), before = base->head;
    struct side_knots *knots = knots_at(recovery, side, account);
    struct side_sum *sum = sum_at(recovery, side, account);
    struct movement moved = movement_of(recovery, change);
    /* relaxed: written in an earlier phase (V3). */
    uint64_t link = load_relaxed(cell_of(recovery, knots, version));

    if (link != link_to(change->index, change->kind, side)) return break_off(part, account);
    /* relaxed: as above. */
    if (version > base->version + 1) before = load_relaxed(cell_of(recovery, knots, version - 1));
    knot_tie_to(change->knot, side, version, before);

    if (sum->posted + moved.posted < sum->posted) {
        return quipui_blame_transfer(&part->diagnosis, change->transfer->id,
                                     "is more than its accounts can take");
    }
    rules_move(&moved, &sum->pending, &sum->posted);
    if (change->timestamp > knots->touched) knots->touched = change->timestamp;
    note_closing(recovery, change, side, account, version);
    return QUIPU_OK;
}

static quipu_status tie_side(struct part *part)
{
    return visit_all(part, TIE, tie_change);
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
    status = visit_transfers(&part, fresh_transfers(recovery), FILL, mark);
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
