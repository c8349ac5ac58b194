/* claim.c - ids: claimed before a unit runs; settled by it, or burnt or freed after. */
#include "batch/transfers.h"

/* The verdict on an event whose id is in use; QUIPU_CREATED when it is not. */
static uint32_t verdict_on(struct transfer_batch *batch, const quipu_transfer *event,
                           enum claim claim, uint64_t found, uint64_t *original)
{
    struct transfers *transfers = &batch->store->transfers;

    if (claim == CLAIM_BURNT) return QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED;
    if (claim != CLAIM_STORED) return quipui_rules_transfer_fields(event);
    *original = transfer_at(transfers, found)->timestamp;
    return quipui_rules_transfer_again(event, transfer_at(transfers, found),
                                       transfer_resolved(transfers, found));
}

/* Claim, and wait while somebody else is at this id. */
static enum claim claim_or_wait(struct store *store, uint64_t hash, quipu_uint128 id,
                                uint64_t place, uint64_t *found)
{
    for (unsigned spins = 0;; spin(&spins)) {
        enum claim claim = quipui_index_claim(&store->transfer_ids, hash, id, place, found);

        if (claim != CLAIM_IN_FLIGHT) return claim;
    }
}

bool quipui_claim_leg(struct transfer_batch *batch, struct leg *leg)
{
    uint64_t found = 0;
    enum claim claim;

    if (leg->verdict != QUIPU_CREATED || leg->twin != NOT_FOUND) return true;
    claim = claim_or_wait(batch->store, leg->hash, leg->event->id, leg->place, &found);
    if (claim == CLAIM_NO_MEMORY) return false;
    leg->claimed = claim == CLAIM_TAKEN;
    leg->verdict = verdict_on(batch, leg->event, claim, found, &leg->original);
    return true;
}

quipu_status quipui_claim(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        if (!quipui_claim_leg(batch, &unit->legs[batch->keys[i].which])) {
            quipui_unclaim(batch, false);
            return QUIPU_NO_MEMORY;
        }
    }
    batch->decided = 0;
    while (batch->decided < unit->leg_count &&
           unit->legs[batch->decided].verdict == QUIPU_CREATED) {
        batch->decided++;
    }
    return QUIPU_OK;
}

uint32_t quipui_ask(struct transfer_batch *batch, size_t event, uint64_t *original)
{
    const quipu_transfer *asked = &batch->events[event];
    uint32_t verdict = quipui_first_verdict(batch, event);
    uint64_t found = 0;
    enum claim claim;

    if (verdict != QUIPU_CREATED) return verdict;
    claim =
        claim_or_wait(batch->store, quipui_hashes(batch, event)->id, asked->id, INDEX_ASK, &found);
    return verdict_on(batch, asked, claim, found, original);
}

static void burn(struct transfer_batch *batch, const struct leg *leg)
{
    uint64_t place = batch->worker->burnt.next++;

    *burnt_at(&batch->store->transfers, place) = leg->event->id;
    quipui_index_burn(&batch->store->transfer_ids, leg->hash, leg->place, place);
}

void quipui_unclaim(struct transfer_batch *batch, bool refused)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];

        if (!leg->claimed) continue;
        if (refused && i == unit->failed && quipui_rules_is_transient(unit->outcome)) {
            burn(batch, leg);
        } else {
            quipui_index_release(&batch->store->transfer_ids, leg->hash, leg->place);
        }
    }
}
