/* draw.c - the timestamps of a unit, and with them when its holds fall due. */
#include "protocol/draw.h"

/* Is this leg a pending transfer with a time-out that has not been found wanting yet? */
static bool is_timed(const struct leg *leg)
{
    return leg->view != NOT_FOUND && leg->event->timeout != 0 && !rules_resolves(leg->event);
}

bool quipui_time(struct store *store, const struct unit *unit, const struct leg *leg)
{
    if (!is_timed(leg) || leg->debit == NOT_FOUND || leg->credit == NOT_FOUND) return true;
    return quipui_timeouts_add(&store->timeouts, unit->views[leg->view].hold,
                               unit->copies[leg->debit].slot, unit->copies[leg->credit].slot,
                               rules_due(leg->timestamp, leg->event->timeout));
}

void quipui_give_hold_back(struct store *store, struct worker *worker, uint64_t hold)
{
    if (hold_at(&store->transfers, hold)->due != 0) {
        quipui_timeouts_remove(&store->timeouts, hold);
    }
    quipui_hold_give_back(store, worker, hold);
}

bool quipui_redraw(struct store *store, struct unit *unit)
{
    uint64_t timestamp = clock_draw(&store->clock, unit->leg_count);

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];
        uint64_t hold;

        leg->timestamp = timestamp + i;
        if (!is_timed(leg)) continue;
        hold = unit->views[leg->view].hold;
        quipui_timeouts_remove(&store->timeouts, hold);
        /* relaxed: out of the heap, the hold is ours again (D4). */
        store_relaxed(&hold_at(&store->transfers, hold)->state, hold_word(HOLD_NEW, 0));
        if (!quipui_time(store, unit, leg)) return false;
    }
    return true;
}
