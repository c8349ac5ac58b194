/* claim_ids.c - ids: claimed before a unit runs; settled by it, or burnt or freed after. */
#include "write/claim_ids.h"

#include "protocol/settle.h"

uint32_t quipui_verdict_on(struct transfer_batch *batch, const quipu_transfer *event,
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
    /* Ends: a claim is settled, burnt or freed with the unit that made it. No two units wait for
     * each other: the ids of a unit are claimed in the order of their hashes. */
    for (unsigned spins = 0;; spin(&spins)) {
        enum claim claim = quipui_index_claim(&store->transfer_ids, hash, id, place, found);

        if (claim != CLAIM_IN_FLIGHT) return claim;
    }
}

/* Claim the id of one leg. Returns false if memory runs out. */
static bool claim_leg(struct transfer_batch *batch, struct leg *leg)
{
    uint64_t found = 0;
    enum claim claim;

    if (leg->verdict != QUIPU_CREATED || leg->twin != NOT_FOUND) return true;
    claim = claim_or_wait(batch->store, leg->hash, leg->event->id, leg->place, &found);
    if (claim == CLAIM_NO_MEMORY) return false;
    leg->claimed = claim == CLAIM_TAKEN;
    leg->verdict = quipui_verdict_on(batch, leg->event, claim, found, &leg->original);
    return true;
}

quipu_status quipui_claim(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        if (!claim_leg(batch, &unit->legs[batch->keys[i].which])) {
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

uint32_t quipui_ask(struct transfer_batch *batch, struct leg *leg)
{
    uint64_t found = 0;
    enum claim claim = claim_or_wait(batch->store, leg->hash, leg->event->id, INDEX_ASK, &found);

    return quipui_verdict_on(batch, leg->event, claim, found, &leg->original);
}

uint32_t quipui_unclaim_one(struct transfer_batch *batch, quipu_uint128 id, uint64_t hash,
                            uint64_t place, uint64_t timestamp, uint32_t outcome)
{
    struct index *ids = &batch->store->transfer_ids;
    uint64_t burnt;

    if (!quipui_rules_is_transient(outcome)) {
        quipui_index_free(ids, hash, place);
        return outcome;
    }
    if (!quipui_failed_id_keep(batch->store, batch->worker, id, &burnt)) {
        quipui_index_free(ids, hash, place);
        return QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID;
    }
    quipui_settle_failed_id(batch->store, batch->worker, hash, place, burnt, timestamp);
    return outcome;
}

void quipui_unclaim(struct transfer_batch *batch, bool refused)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];
        bool failed = refused && i == unit->failed;
        uint32_t outcome;

        if (!leg->claimed) continue;
        outcome = quipui_unclaim_one(batch, leg->event->id, leg->hash, leg->place, leg->timestamp,
                                     failed ? unit->outcome : QUIPU_CREATED);
        if (failed) unit->outcome = outcome;
    }
}
