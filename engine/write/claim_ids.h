/* claim_ids.h - the ids of a unit: claimed, asked for, given up. */
#ifndef QUIPU_WRITE_CLAIM_IDS_H
#define QUIPU_WRITE_CLAIM_IDS_H

#include "write/batch.h"

/* Claim the ids of the unit; legs whose id is in use get their verdict. */
quipu_status quipui_claim(struct transfer_batch *batch);

/* What a claim says of an event: QUIPU_CREATED when the id was free and its fields are fine. */
uint32_t quipui_verdict_on(struct transfer_batch *batch, const quipu_transfer *event,
                           enum claim claim, uint64_t found, uint64_t *original);

/* The same without a claim: its id is only asked for. */
uint32_t quipui_ask(struct transfer_batch *batch, struct leg *leg);

/* Undo the claims of a unit that has failed: the leg that failed for a transient reason burns
 * its id, the other ids are free again. */
void quipui_unclaim(struct transfer_batch *batch, bool refused);

/* The same for the claim of one transfer, which failed with this outcome. Returns how it is
 * answered: another outcome when there is no space to remember that the id is burnt. */
uint32_t quipui_unclaim_one(struct transfer_batch *batch, quipu_uint128 id, uint64_t hash,
                            uint64_t place, uint64_t timestamp, uint32_t outcome);

#endif
