/* strand.c - see strand.h. */
#include "read/strand.h"

#include "base/assert.h"
#include "read/steps.h"

/* Does this pending transfer close the account on that side of it? */
static bool closes(const quipu_transfer *pending, enum side side)
{
    uint16_t flag =
        side == SIDE_DEBIT ? QUIPU_TRANSFER_CLOSING_DEBIT : QUIPU_TRANSFER_CLOSING_CREDIT;

    return (pending->flags & flag) != 0;
}

/* What this knot resolved, or NULL. */
static const quipu_transfer *resolved_by(const struct transfers *transfers, uint64_t link)
{
    uint64_t index = link_index(link);

    if (link_kind(link) != KNOT_EXPIRY) return transfer_resolved(transfers, index);
    return transfer_at(transfers, hold_at(transfers, index)->transfer);
}

/* Was the account closed before this knot, given that it was (not) after? */
static bool closed_before(const struct transfers *transfers, uint64_t link, bool after)
{
    const quipu_transfer *transfer = link_transfer(transfers, link);
    const quipu_transfer *pending = resolved_by(transfers, link);

    if (transfer != NULL && closes(transfer, link_side(link))) return false;
    if (pending == NULL || !closes(pending, link_side(link))) return after;
    return true; /* it was opened by the void or the expiry of what had closed it */
}

void quipui_strand_start(struct strand *strand, struct reader *reader, struct slot *slot,
                         const struct account_state *state)
{
    *strand = (struct strand){
        .transfers = &reader->store->transfers,
        .link = state->head,
        .totals = totals_of(&state->balance),
        .version = state->balance.version,
        .closed = state->balance.closed != 0,
    };
    if (!reader->protocol->versioned) {
        struct account_strand sections;

        quipui_sections_begin(&sections, reader, slot, state);
        /* Without memory for markers it is a longer walk, and no more. */
        (void)quipui_sections_mark(&sections);
        quipui_section_sum(&sections, &strand->totals);
    }
}

/* Take back what the knot did to the account: its totals, its version, whether it is closed. */
static void step_back(struct strand *strand)
{
    const struct transfers *transfers = strand->transfers;
    uint64_t link = strand->link;

    count_step();
    quipui_section_move(transfers, link, true, &strand->totals);
    strand->closed = closed_before(transfers, link, strand->closed);
    strand->version--;
    strand->link = knot_previous(link_knot(transfers, link), link_side(link));
}

void quipui_strand_back_to(struct strand *strand, uint64_t version)
{
    invariant(strand->version >= version);
    /* Ends: the version falls by one in each turn. */
    while (strand->version > version && strand->link != 0)
        step_back(strand);
}
