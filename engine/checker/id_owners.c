/* id_owners.c - the unit that stored or burnt each id, and the one that resolved each pending
 * transfer: each happens once. */
#include "checker/checker_parts.h"

static void stored(struct checker *c, uint32_t unit, uint32_t step, bool burnt)
{
    uint32_t id = c->links[step].id;
    struct transfer *transfer;

    if (id == NONE) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME, "0 and 2^128-1 are no ids", unit, step);
        return;
    }
    transfer = &c->transfers[id];
    if (transfer->step != NONE) {
        struct finding *finding =
            checker_note(c, ANOMALY_DUPLICATE,
                         burnt || transfer->burnt ? "an id that was burnt was used again"
                                                  : "two transfers were created under one id",
                         unit, step);

        finding->units[1] = transfer->unit;
        if (!transfer->burnt) return;
    }
    transfer->step = step;
    transfer->unit = unit;
    transfer->burnt = burnt;
}

static void resolved(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t pending = c->links[step].pending;
    struct transfer *transfer;

    if (!transfer_stored(c, pending) ||
        (c->steps[c->transfers[pending].step]->transfer.flags & QUIPU_TRANSFER_PENDING) == 0) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME,
                           "it posted or voided what is no pending transfer", unit, step);
        return;
    }
    transfer = &c->transfers[pending];
    if (transfer->resolver != NONE) {
        struct finding *finding =
            checker_note(c, ANOMALY_DUPLICATE, "a pending transfer was resolved twice", unit, step);

        finding->units[1] = transfer->resolver_unit;
        return;
    }
    transfer->resolver = step;
    transfer->resolver_unit = unit;
}

/* Note the ids that the transfers of a unit stored or burnt. */
static void collect_stored(struct checker *c, const struct unit *unit, uint32_t number)
{
    for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
        if (c->steps[s]->kind != HISTORY_TRANSFER) continue;
        if (c->links[s].id != NONE) c->transfers[c->links[s].id].tried = true;
        if (c->steps[s]->status == QUIPU_CREATED) {
            stored(c, number, s, false);
        } else if (s == unit->failed && precedence_burns(c->steps[s]->status)) {
            stored(c, number, s, true);
        }
    }
}

static void collect_resolved(struct checker *c, const struct unit *unit, uint32_t number)
{
    for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
        if (c->steps[s]->kind == HISTORY_TRANSFER && c->steps[s]->status == QUIPU_CREATED &&
            step_resolves(c->steps[s])) {
            resolved(c, number, s);
        }
    }
}

bool ids_collect(struct checker *c)
{
    c->transfers = checker_room(c, ROOM_TRANSFERS, c->transfer_names.count, sizeof *c->transfers);
    if (c->transfers == NULL) return false;
    for (uint32_t t = 0; t < c->transfer_names.count; t++) {
        c->transfers[t] = (struct transfer){.step = NONE,
                                            .unit = NONE,
                                            .resolver = NONE,
                                            .resolver_unit = NONE,
                                            .timed = NONE,
                                            .expiry = NONE,
                                            .suspect = NONE,
                                            .suspect_unit = NONE};
    }
    for (uint32_t u = 0; u < c->call_units; u++) {
        if (c->units[u].end == UNIT_DONE || c->units[u].end == UNIT_REFUSED) {
            collect_stored(c, &c->units[u], u);
        }
    }
    unanswered_burnt(c);
    for (uint32_t u = 0; u < c->call_units; u++) {
        if (c->units[u].end == UNIT_DONE || c->units[u].end == UNIT_REFUSED) {
            collect_resolved(c, &c->units[u], u);
        }
    }
    return true;
}
