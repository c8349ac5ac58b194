/* units.c - cuts calls into units: the steps that take effect together. */
#include "checker/checker_parts.h"

static void malformed(struct checker *c, const char *what, uint32_t unit, uint32_t step)
{
    c->malformed = true;
    (void)checker_note(c, ANOMALY_MALFORMED, what, unit, step);
}

static bool is_id(quipu_uint128 id)
{
    return id != 0 && id != ~(quipu_uint128)0;
}

static void link_step(struct checker *c, const struct history_step *step, struct link *link)
{
    *link = (struct link){NONE, NONE, NONE, NONE};
    switch (step->kind) {
    case HISTORY_ACCOUNT:
    case HISTORY_EXPECT:
    case HISTORY_READ:
        if (is_id(step->account.id)) link->debit = names_account(c, step->account.id);
        break;
    case HISTORY_FIND:
        if (is_id(step->transfer.id)) link->id = names_transfer(c, step->transfer.id);
        break;
    case HISTORY_TRANSFER:
        if (is_id(step->transfer.debit_account_id)) {
            link->debit = names_account(c, step->transfer.debit_account_id);
        }
        if (is_id(step->transfer.credit_account_id)) {
            link->credit = names_account(c, step->transfer.credit_account_id);
        }
        if (is_id(step->transfer.id)) link->id = names_transfer(c, step->transfer.id);
        if (step_resolves(step) && is_id(step->transfer.pending_id)) {
            link->pending = names_transfer(c, step->transfer.pending_id);
        }
        break;
    }
}

/* How many of the steps, from the first, are one unit. */
static uint32_t unit_length(const struct history_step *const *steps, uint32_t count)
{
    bool listed = false;
    uint32_t i = 0;

    if (steps[0]->kind == HISTORY_ACCOUNT || steps[0]->kind == HISTORY_FIND) return 1;
    if (steps[0]->kind == HISTORY_READ) {
        while (i < count && steps[i]->kind == HISTORY_READ)
            i++;
        return i;
    }
    for (; i < count && steps[i]->kind == HISTORY_EXPECT; i++)
        listed = true;
    while (i < count && steps[i]->kind == HISTORY_TRANSFER) {
        bool linked = (steps[i]->transfer.flags & QUIPU_TRANSFER_LINKED) != 0;

        i++;
        while (i < count && steps[i]->kind == HISTORY_READ)
            i++;
        if (!linked && !listed) break;
    }
    return i;
}

static enum unit_end how_it_ended(const struct checker *c, struct unit *unit, bool answered)
{
    enum unit_end end = UNIT_READ;

    unit->failed = NONE;
    for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
        const struct history_step *step = c->steps[s];

        if (step->kind != HISTORY_TRANSFER) continue;
        if (step->status == 0) return UNIT_VOID;
        if (step->status == QUIPU_CREATED) {
            if (end == UNIT_READ) end = UNIT_DONE;
            continue;
        }
        end = UNIT_REFUSED;
        if (step->status != QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED && unit->failed == NONE) {
            unit->failed = s;
        }
    }
    return end == UNIT_READ && !answered ? UNIT_VOID : end;
}

static void cut_call(struct checker *c, uint32_t number, uint32_t first, uint32_t count)
{
    struct call *call = &c->calls[number];

    call->first_unit = c->unit_count;
    for (uint32_t at = first; at < first + count;) {
        struct unit *unit = &c->units[c->unit_count++];
        bool answered = call->is->status == QUIPU_OK && !call->is->unanswered;
        bool conflict = call->is->status == QUIPU_CONFLICT;

        *unit = (struct unit){.call = number, .first_step = at, .failed = NONE};
        unit->step_count = conflict ? count : unit_length(&c->steps[at], first + count - at);
        unit->end = conflict ? UNIT_CONFLICT : how_it_ended(c, unit, answered);
        at += unit->step_count;
    }
    call->unit_count = c->unit_count - call->first_unit;
}

/* A call without an answer has seen nothing, and was told of no refusal. */
static bool tells_of_answer(const struct history_call *is, const struct history_step *step)
{
    if (!is->unanswered) return false;
    if (is->status != QUIPU_OK || step->kind == HISTORY_READ || step->kind == HISTORY_FIND) {
        return true;
    }
    return step->kind != HISTORY_EXPECT && step->status != 0 && step->status != QUIPU_CREATED;
}

static bool collect_call(struct checker *c, uint32_t t, const struct tape *tape, size_t i)
{
    const struct history_call *is = &tape->calls[i];
    uint32_t first = c->step_count, unit = NONE;
    bool answers = false;

    c->calls[c->call_count] = (struct call){.is = is, .tape = t, .first_unit = c->unit_count};
    c->call_count++;
    if (is->first_step > tape->step_count || is->step_count > tape->step_count - is->first_step) {
        malformed(c, "a call has steps that are not on its tape", NONE, NONE);
        return false;
    }
    for (size_t s = 0; s < is->step_count; s++) {
        const struct history_step *step = &tape->steps[is->first_step + s];

        c->steps[c->step_count] = step;
        link_step(c, step, &c->links[c->step_count]);
        c->step_count++;
        if (c->out_of_memory) return false;
        answers |= tells_of_answer(is, step);
    }
    cut_call(c, c->call_count - 1, first, (uint32_t)is->step_count);
    if (is->step_count > 0) unit = c->calls[c->call_count - 1].first_unit;
    if (answers) {
        malformed(c, "a call without an answer was told something", unit, NONE);
    } else if (is->end < is->begin) {
        malformed(c, "a call ends before it begins", unit, NONE);
    } else if (i > 0 && tape->calls[i - 1].end > is->begin) {
        malformed(c, "a call begins before the one before it on its thread ended", unit, NONE);
    }
    return true;
}

/* Count all calls and steps. Returns false if they are more than can be numbered, or if a call has
 * more steps than its tape. */
static bool count_all(struct checker *c, size_t *calls, size_t *steps)
{
    *calls = *steps = 0;
    for (size_t t = 0; t < c->history->tape_count; t++) {
        const struct tape *tape = &c->history->tapes[t];

        *calls += tape->call_count;
        for (size_t i = 0; i < tape->call_count; i++) {
            if (tape->calls[i].step_count > tape->step_count) return false;
            *steps += tape->calls[i].step_count;
        }
    }
    /* There are as many nodes as units and barriers, and three states per id and one per change.
     * All numbers stay below 2^29. */
    return *calls < STATE_MASK / 16 && *steps < STATE_MASK / 16;
}

bool units_collect(struct checker *c)
{
    size_t calls, steps;

    if (!count_all(c, &calls, &steps)) {
        malformed(c, "more steps than can be checked, or than there are", NONE, NONE);
        return true;
    }
    c->calls = checker_room(c, ROOM_CALLS, calls, sizeof *c->calls);
    c->units = checker_room(c, ROOM_UNITS, steps, sizeof *c->units);
    c->steps = checker_room(c, ROOM_STEPS, steps, sizeof(void *));
    c->links = checker_room(c, ROOM_LINKS, steps, sizeof *c->links);
    if (c->calls == NULL || c->units == NULL || c->steps == NULL || c->links == NULL) return false;
    if (!names_reset(c)) return false;

    for (uint32_t t = 0; t < c->history->tape_count; t++) {
        const struct tape *tape = &c->history->tapes[t];

        for (size_t i = 0; i < tape->call_count; i++) {
            if (!collect_call(c, t, tape, i)) return !c->out_of_memory;
        }
    }
    c->call_units = c->unit_count;
    return true;
}
