/* chains.c - a chain takes effect as a whole or not at all; if not, one of its events says why. */
#include "checker/checker_parts.h"

#define FAILED_WITH_CHAIN QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED
#define CHAIN_OPEN QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN

struct tally {
    uint32_t transfers, created, refused, unreached, open;
    uint32_t last, unknown;
};

static struct tally count(const struct checker *c, const struct unit *unit)
{
    struct tally tally = {.last = NONE, .unknown = NONE};

    for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
        const struct history_step *step = c->steps[s];

        if (step->kind != HISTORY_TRANSFER) continue;
        tally.transfers++;
        tally.last = s;
        if (step->status == 0) {
            tally.unreached++;
        } else if (step->status == QUIPU_CREATED) {
            tally.created++;
        } else if (step->status == CHAIN_OPEN) {
            tally.open++;
        } else if (step->status != FAILED_WITH_CHAIN) {
            tally.refused++;
            if (precedence_of(step->status) == 0) tally.unknown = s;
        }
    }
    return tally;
}

static void check_unit(struct checker *c, uint32_t number)
{
    const struct unit *unit = &c->units[number];
    struct tally tally = count(c, unit);

    if (tally.transfers == 0 || tally.unreached == tally.transfers) return;
    if (tally.created == tally.transfers) return;
    if (tally.created > 0) {
        (void)checker_note(c, ANOMALY_TORN_CHAIN, "a part of a chain was created", number, NONE);
    } else if (tally.unreached > 0) {
        (void)checker_note(c, ANOMALY_TORN_CHAIN, "a part of a chain was not reached", number,
                           NONE);
    } else if (tally.unknown != NONE) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME, "there is no such outcome", number,
                           tally.unknown);
    } else if (tally.refused + tally.open == 0) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME,
                           "refused with its chain, in which no event failed", number, NONE);
    } else if (tally.refused > 1) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME,
                           "a chain fails at one of its events, not at two", number, NONE);
    } else if (tally.open > 0 &&
               (tally.open > 1 || c->steps[tally.last]->status != CHAIN_OPEN ||
                (c->steps[tally.last]->transfer.flags & QUIPU_TRANSFER_LINKED) == 0)) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME,
                           "an open chain is one whose last event is linked", number, NONE);
    }
}

void chains_check(struct checker *c)
{
    for (uint32_t u = 0; u < c->call_units; u++) {
        if (c->units[u].end == UNIT_DONE || c->units[u].end == UNIT_REFUSED ||
            c->units[u].end == UNIT_VOID) {
            check_unit(c, u);
        }
    }
}
