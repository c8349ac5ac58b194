/* unanswered.c - what calls without an answer did, as far as later answers tell.
 *
 * The transfers that such a call created are known from the records that are there in the end. A
 * transfer of which there is no record was refused, or never tried. If it was refused, it may have
 * burnt its id, and then a later call is told so. If one unit without an answer tried the id, that
 * unit burnt it. If several did, it is not known which one, and no order follows. */
#include "checker/checker_parts.h"

static void suspect(struct checker *c, uint32_t unit, uint32_t step)
{
    struct transfer *transfer;

    if (c->steps[step]->kind != HISTORY_TRANSFER || c->steps[step]->status != 0) return;
    if (c->links[step].id == NONE) return;
    transfer = &c->transfers[c->links[step].id];
    if (transfer->suspect_unit == unit) return; /* a chain that names an id twice */
    transfer->suspects++;
    transfer->suspect = step;
    transfer->suspect_unit = unit;
}

static void burn(struct checker *c, struct transfer *transfer)
{
    struct unit *unit = &c->units[transfer->suspect_unit];

    if (unit->failed != NONE) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME,
                           "a chain fails at one of its events, not at two", transfer->suspect_unit,
                           transfer->suspect);
    }
    unit->failed = transfer->suspect;
    transfer->step = transfer->suspect;
    transfer->unit = transfer->suspect_unit;
    transfer->burnt = true;
}

void unanswered_burnt(struct checker *c)
{
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        if (unit->end != UNIT_VOID || !unit_unanswered(c, unit)) continue;
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++)
            suspect(c, u, s);
    }
    for (uint32_t u = 0; u < c->call_units; u++) {
        uint32_t failed = c->units[u].failed, id;

        if (c->units[u].end != UNIT_REFUSED || failed == NONE) continue;
        if (c->steps[failed]->status != QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED) continue;
        id = c->links[failed].id;
        if (id == NONE || c->transfers[id].step != NONE || c->transfers[id].suspects != 1) continue;
        burn(c, &c->transfers[id]);
    }
}
