/* strand.c - see strand.h. */
#include "batch/strand.h"

#include "base/assert.h"

bool quipui_step_back(const struct transfers *transfers, uint64_t *link, struct step_back *step)
{
    uint64_t index = link_index(*link);

    if (*link == 0) return false;
    step->side = link_side(*link);
    if (link_kind(*link) == KNOT_RELEASE) {
        step->transfer = NULL;
        step->pending = transfer_at(transfers, hold_at(transfers, index)->transfer);
    } else {
        step->transfer = transfer_at(transfers, index);
        step->pending = transfer_resolved(transfers, index);
    }
    *link = knot_previous(link_knot(transfers, *link), step->side);
    return true;
}

/* The account's totals moved by this knot: by how much, both ways. */
static struct movement movement_of(const struct step_back *step)
{
    if (step->transfer == NULL) return (struct movement){.released = step->pending->amount};
    return quipui_rules_movement(step->transfer, step->pending);
}

/* Does this pending transfer close the account on that side of it? */
static bool closes(const quipu_transfer *pending, enum side side)
{
    uint16_t flag =
        side == SIDE_DEBIT ? QUIPU_TRANSFER_CLOSING_DEBIT : QUIPU_TRANSFER_CLOSING_CREDIT;

    return (pending->flags & flag) != 0;
}

/* Was the account closed before this knot, given that it was (not) after? */
static bool closed_before(const struct step_back *step, bool after)
{
    if (step->transfer != NULL && closes(step->transfer, step->side)) return false;
    if (step->pending == NULL || !closes(step->pending, step->side)) return after;
    return true; /* it was opened by the void or the expiry of what had closed it */
}

void quipui_undo(struct balance *balance, const struct step_back *step)
{
    struct movement moved = movement_of(step);
    bool debit = step->side == SIDE_DEBIT;
    quipu_uint128 *pending = debit ? &balance->debits_pending : &balance->credits_pending;
    quipu_uint128 *posted = debit ? &balance->debits_posted : &balance->credits_posted;

    *pending += moved.released - moved.reserved;
    *posted -= moved.posted;
    balance->closed = closed_before(step, balance->closed != 0);
    balance->version--;
}

/* The totals, summed up from the account's creation. */
static void sum_up(struct strand *strand)
{
    struct balance sum = {.version = 0};
    uint64_t link = strand->link;
    struct step_back step;

    /* Ends: versions fall from knot to knot, and the first has no link. */
    while (quipui_step_back(strand->transfers, &link, &step))
        quipui_undo(&sum, &step);
    strand->balance.debits_pending = 0 - sum.debits_pending;
    strand->balance.debits_posted = 0 - sum.debits_posted;
    strand->balance.credits_pending = 0 - sum.credits_pending;
    strand->balance.credits_posted = 0 - sum.credits_posted;
}

void quipui_strand_start(struct strand *strand, struct reader *reader,
                         const struct account_state *state)
{
    strand->transfers = &reader->store->transfers;
    strand->link = state->head;
    strand->balance = state->balance;
    if (!reader->protocol->versioned) sum_up(strand);
}

void quipui_strand_back_to(struct strand *strand, uint64_t version)
{
    invariant(strand->balance.version >= version);
    /* Ends: the version falls by one in each turn. */
    while (strand->balance.version > version) {
        struct step_back step;

        if (!quipui_step_back(strand->transfers, &strand->link, &step)) break;
        quipui_undo(&strand->balance, &step);
    }
}
