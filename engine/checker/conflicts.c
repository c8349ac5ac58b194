/* conflicts.c - a commit that ended in a conflict: could one of its expectations have failed? */
#include "checker/checker_parts.h"

/* The unit that wrote the state after this version; NONE. */
static uint32_t next_writer(const struct checker *c, uint32_t a, uint64_t version)
{
    const struct account *account = &c->accounts[a];

    if (version < account->low || version - account->low >= account->high) return NONE;
    return c->writers[account->first_state + (uint32_t)(version - account->low) + 1];
}

/* Was the version certainly there when the call began? */
static bool there_before(const struct checker *c, uint32_t unit, uint32_t a, uint64_t version)
{
    const struct account *account = &c->accounts[a];
    uint32_t writer;

    if (version < account->low || version - account->low > account->high) return false;
    writer = c->writers[account->first_state + (uint32_t)(version - account->low)];
    if (writer == NONE) return false;
    return c->units[writer].call != NONE &&
           (ended_before(c, unit_end_time(c, writer), unit_begin(c, unit)) ||
            (c->calls[c->units[writer].call].tape == c->calls[c->units[unit].call].tape &&
             writer < unit));
}

static bool may_have_failed(const struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t a = c->links[step].debit, next;

    if (a == NONE || !there_before(c, unit, a, c->steps[step]->version)) return true;
    next = next_writer(c, a, c->steps[step]->version);
    return next != NONE && !ended_before(c, unit_end_time(c, unit),
                                         c->units[next].call == NONE ? 0 : unit_begin(c, next));
}

uint32_t conflicts_reason(const struct checker *c, uint32_t unit, uint32_t *state)
{
    const struct unit *is = &c->units[unit];
    uint32_t only = NONE, a, next;

    for (uint32_t s = is->first_step; s < is->first_step + is->step_count; s++) {
        if (c->steps[s]->kind != HISTORY_EXPECT) continue;
        if (only != NONE) return NONE;
        only = s;
    }
    if (only == NONE) return NONE;
    a = c->links[only].debit;
    if (a == NONE || !there_before(c, unit, a, c->steps[only]->version)) return NONE;
    next = next_writer(c, a, c->steps[only]->version);
    if (next == NONE) return NONE;
    *state =
        c->accounts[a].first_state + (uint32_t)(c->steps[only]->version - c->accounts[a].low) + 1;
    return next;
}

void conflicts_check(struct checker *c)
{
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];
        bool possible = false;

        if (unit->end != UNIT_CONFLICT) continue;
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            if (c->steps[s]->kind == HISTORY_EXPECT) possible |= may_have_failed(c, u, s);
        }
        if (!possible) {
            (void)checker_note(
                c, ANOMALY_WRONG_OUTCOME,
                "a conflict, but all accounts were as expected during the whole call", u, NONE);
        }
    }
}
