/* expiry.c - the expiry of a hold, as a unit; see expiry.h. */
#include "protocol/expiry.h"

#include "journal/journal.h"

/* The state of a hold, once no unit has it locked; a new one lapses. */
static enum hold_state lapse(struct hold *hold)
{
    /* Ends: a unit has a hold locked for one attempt. */
    for (unsigned spins = 0;; spin(&spins)) {
        uint64_t seen = hold_word(HOLD_NEW, 0);

        /* edge hold.state: acq_rel; pairs with acq_rel in change(). Carries nothing: a writer that
         * comes late draws a new timestamp (D4). */
        if (cas_acq_rel(&hold->state, &seen, hold_word(HOLD_LAPSED, 0))) return HOLD_LAPSED;
        if (hold_word_state(seen) != HOLD_LOCKED) return hold_word_state(seen);
    }
}

bool quipui_expiry_build(struct store *store, uint64_t place, struct single *single,
                         struct unit *unit)
{
    struct hold *hold = hold_at(&store->transfers, place);
    struct slot *debit = slot_at(&store->accounts, hold->account[SIDE_DEBIT]);
    struct slot *credit = slot_at(&store->accounts, hold->account[SIDE_CREDIT]);

    if (lapse(hold) != HOLD_PENDING) return false;

    *single = (struct single){
        .view = {.hold = place},
        .leg = {.place = place,
                .verdict = QUIPU_CREATED,
                .debit = debit > credit,
                .credit = credit > debit,
                .twin = NOT_FOUND},
        .copies = {{.slot = debit < credit ? debit : credit},
                   {.slot = debit < credit ? credit : debit}},
    };
    *unit = unit_in_single(single);
    unit->copy_count = 2;
    unit->view_count = 1;
    return true;
}

void quipui_expiries_begin(struct store *store)
{
    /* If the journal has failed nobody drains the ring, and nobody reads it. */
    (void)quipui_journal_room(store->journal, store->rings.expiries, TIMEOUTS_SLICE);
    timeouts_set_floor(&store->timeouts, clock_floor(&store->clock));
    store_raise_barrier(store, clock_draw(&store->clock, 1));
}

void quipui_expiries_end(struct store *store)
{
    timeouts_set_floor(&store->timeouts, NEVER);
}
