/* plain.c - the straight path: a transfer by itself that touches two accounts and nothing else.
 *
 * Most transfers are such. What is done is what build.c, claim.c and footprint.c do for a unit of
 * one leg, without their loops. */
#include "batch/transfers.h"

#define PLAIN_FLAGS (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)

bool quipui_is_plain(const struct transfer_batch *batch, size_t event)
{
    return (batch->events[event].flags & ~PLAIN_FLAGS) == 0 && !batch->imports &&
           batch->expectation_count == 0;
}

/* A unit of one leg; most of it is as the one before left it. */
static struct leg *open_unit(struct transfer_batch *batch, size_t event)
{
    struct single *single = &batch->single;
    struct unit *unit = &batch->unit;

    if (unit->legs != &single->leg || unit->expects || unit->view_count != 0) {
        *unit = quipui_unit_in_single(single);
        unit->leg_count = 1;
        unit->receipts = batch->receipts;
    }
    unit->copy_count = 0;
    batch->from = event;
    batch->is_open = false;
    quipui_build_leg(batch, 0);
    return unit->legs;
}

/* An account's copy, at its place in the order of addresses; NULL: it was not found. */
static uint32_t add_copy(struct unit *unit, struct slot *slot, const struct slot *other)
{
    uint32_t at = other != NULL && other < slot;

    if (slot == NULL) return NOT_FOUND;
    unit->copies[at].slot = slot;
    unit->copies[at].expected = 0;
    unit->copy_count++;
    return at;
}

quipu_status quipui_prepare_plain(struct transfer_batch *batch, size_t event)
{
    struct leg *leg = open_unit(batch, event);
    const struct hashes *hashes = quipui_hashes(batch, event);
    const quipu_transfer *asked = leg->event;
    struct slot *debit, *credit;

    if (!quipui_claim_leg(batch, leg)) return QUIPU_NO_MEMORY;
    batch->decided = leg->verdict == QUIPU_CREATED;
    if (batch->decided == 0) return QUIPU_OK;

    debit =
        quipui_find_slot(batch->store, hashes->debit, asked->debit_account_id, hashes->debit_guess);
    credit = quipui_find_slot(batch->store, hashes->credit, asked->credit_account_id,
                              hashes->credit_guess);
    leg->debit = add_copy(&batch->unit, debit, credit);
    leg->credit = add_copy(&batch->unit, credit, debit);
    return QUIPU_OK;
}
