/* full.c - what a ledger answers for a unit that it has no places for.
 *
 * Some units need no place, since they are certain to fail: a leg is ill-formed, its id is in use
 * or burnt, it has the id of an earlier leg, or the batch ends inside the chain. None of that can
 * change any more. So the ids are asked for without a claim, and the first such leg is the last
 * that matters. Which leg fails, and why, still depends on those before it: they are claimed,
 * judged and burnt as always, at places behind the capacity (L4), which one unit at a time may
 * use. So a full ledger gives these units the answers that it would give if it had space. All
 * others are told that there is none, unless an expectation does not hold. */
#include "write/full.h"

#include "base/assert.h"
#include "write/build.h"
#include "write/claim_ids.h"

/* The first leg that is certain to fail, or leg_count; its verdict is set unless it is a twin. */
static uint32_t find_certain(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];

        if (leg->verdict == QUIPU_CREATED && leg->twin == NOT_FOUND) {
            leg->verdict = quipui_ask(batch, leg);
        }
        if (leg->verdict != QUIPU_CREATED || leg->twin != NOT_FOUND) return i;
    }
    return unit->leg_count;
}

/* Places behind the capacity for the first `count` legs. Returns false if memory runs out. */
static bool place_aside(struct transfer_batch *batch, uint32_t count)
{
    struct transfers *transfers = &batch->store->transfers;

    lock_take(&transfers->aside);
    if (!quipui_transfers_set_aside(transfers, count)) {
        lock_leave(&transfers->aside);
        return false;
    }
    batch->place = transfers->places.capacity;
    for (uint32_t i = 0; i < count; i++) {
        struct leg *leg = &batch->unit.legs[i];

        leg->place = batch->place + i;
        transfer_at(transfers, leg->place)->id = leg->event->id;
    }
    return true;
}

quipu_status quipui_step_aside(struct transfer_batch *batch, quipu_status status)
{
    struct unit *unit = &batch->unit;
    uint32_t certain = find_certain(batch);

    invariant(batch->place == NOWHERE);
    if (certain == unit->leg_count) {
        if (batch->expectation_count == 0) return status;
        /* It is refused before its first leg, unless there is a conflict. */
        certain = 0;
        unit->legs[0].verdict = QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED;
        batch->lack = status;
    }
    if (certain > 0) {
        /* Without memory there are no places behind the capacity either. */
        if (status != QUIPU_NO_SPACE) return status;
        if (!place_aside(batch, certain + 1)) return QUIPU_NO_MEMORY;
    }
    for (uint32_t i = certain + 1; i < unit->leg_count; i++)
        unit->legs[i].verdict = QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED;
    return QUIPU_OK;
}

void quipui_leave_aside(struct transfer_batch *batch)
{
    struct transfers *transfers = &batch->store->transfers;

    if (batch->place == transfers->places.capacity) lock_leave(&transfers->aside);
}
