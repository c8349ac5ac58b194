/* replay.c - the totals of each account at each of its versions. */
#include "checker/checker_parts.h"

uint32_t replay_own_step(const struct checker *c, uint32_t unit, uint32_t step, uint32_t id)
{
    for (uint32_t s = step; s > c->units[unit].first_step; s--) {
        if (c->steps[s - 1]->kind == HISTORY_TRANSFER && c->links[s - 1].id == id) return s - 1;
    }
    return NONE;
}

bool replay_own_resolved(const struct checker *c, uint32_t unit, uint32_t step, uint32_t pending)
{
    for (uint32_t s = step; s > c->units[unit].first_step; s--) {
        if (c->steps[s - 1]->kind == HISTORY_TRANSFER && c->links[s - 1].pending == pending) {
            return true;
        }
    }
    return false;
}

static uint32_t pending_step(const struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t pending = c->links[step].pending, own = NONE;

    if (pending == NONE) return NONE;
    if (unit != NONE) own = replay_own_step(c, unit, step, pending);
    if (own != NONE) return own;
    return transfer_stored(c, pending) ? c->transfers[pending].step : NONE;
}

const struct history_step *replay_pending(const struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t source = pending_step(c, unit, step);

    return source == NONE ? NULL : c->steps[source];
}

void replay_parties(const struct checker *c, uint32_t unit, uint32_t step, uint32_t *debit,
                    uint32_t *credit)
{
    uint32_t source;

    *debit = c->links[step].debit;
    *credit = c->links[step].credit;
    if (!step_resolves(c->steps[step]) || (*debit != NONE && *credit != NONE)) return;
    source = pending_step(c, unit, step);
    if (source == NONE) return;
    if (*debit == NONE) *debit = c->links[source].debit;
    if (*credit == NONE) *credit = c->links[source].credit;
}

void replay_expire(const struct history_step *pending, bool from_debit, struct totals *totals)
{
    if (from_debit) {
        totals->debits_pending -= pending->transfer.amount;
        if (pending->transfer.flags & QUIPU_TRANSFER_CLOSING_DEBIT) totals->closed = false;
    } else {
        totals->credits_pending -= pending->transfer.amount;
        if (pending->transfer.flags & QUIPU_TRANSFER_CLOSING_CREDIT) totals->closed = false;
    }
}

/* What a post moves. 2^128-1 asks for all of the hold; a stored post has the amount itself. */
static quipu_uint128 posted_amount(const struct history_step *step,
                                   const struct history_step *pending)
{
    return step->transfer.amount == QUIPU_AMOUNT_MAX ? pending->transfer.amount
                                                     : step->transfer.amount;
}

bool replay_apply(const struct history_step *step, const struct history_step *pending,
                  bool to_debit, struct totals *totals)
{
    uint16_t flags = step->transfer.flags;

    if (step_resolves(step)) {
        if (pending == NULL) return false;
        if (!step_posts(step)) {
            replay_expire(pending, to_debit, totals);
        } else if (to_debit) {
            totals->debits_pending -= pending->transfer.amount;
            totals->debits_posted += posted_amount(step, pending);
        } else {
            totals->credits_pending -= pending->transfer.amount;
            totals->credits_posted += posted_amount(step, pending);
        }
    } else if (flags & QUIPU_TRANSFER_PENDING) {
        if (to_debit) {
            totals->debits_pending += step->transfer.amount;
            if (flags & QUIPU_TRANSFER_CLOSING_DEBIT) totals->closed = true;
        } else {
            totals->credits_pending += step->transfer.amount;
            if (flags & QUIPU_TRANSFER_CLOSING_CREDIT) totals->closed = true;
        }
    } else if (to_debit) {
        totals->debits_posted += step->transfer.amount;
    } else {
        totals->credits_posted += step->transfer.amount;
    }
    return true;
}

/* Does a step of a refused chain that came before the failure change this account? */
static bool changed(const struct checker *c, uint32_t unit, uint32_t step, uint32_t a, bool *debit,
                    bool *unknown)
{
    uint32_t debited, credited;

    if (c->steps[step]->kind != HISTORY_TRANSFER) return false;
    replay_parties(c, unit, step, &debited, &credited);
    *unknown = debited == NONE || credited == NONE;
    *debit = debited == a;
    return debited == a || credited == a;
}

uint32_t replay_own_changes(const struct checker *c, uint32_t unit, uint32_t a)
{
    uint32_t count = 0;

    if (c->units[unit].failed == NONE) return NONE; /* it is not known which step failed */
    for (uint32_t s = c->units[unit].first_step; s < c->units[unit].failed; s++) {
        bool debit, unknown = false;

        count += changed(c, unit, s, a, &debit, &unknown);
        if (unknown) return NONE;
    }
    return count;
}

bool replay_refused(const struct checker *c, uint32_t unit, uint32_t a, uint64_t version,
                    struct totals *totals)
{
    const struct account *account = &c->accounts[a];
    uint32_t own = replay_own_changes(c, unit, a);
    const struct totals *base;

    if (version == 0 || own == NONE || own >= version) return false;
    version -= own;
    if (version < account->low || version - account->low >= account->sound) return false;
    base = totals_at(c, a, (uint32_t)(version - account->low));
    *totals = *base;
    for (uint32_t s = c->units[unit].first_step; own > 0 && s < c->units[unit].failed; s++) {
        uint16_t balancing = QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT;
        bool debit, unknown;

        if (!changed(c, unit, s, a, &debit, &unknown)) continue;
        /* The amount is the one that was asked for, not the one it would have moved. */
        if (c->steps[s]->transfer.flags & balancing) return false;
        if (!replay_apply(c->steps[s], replay_pending(c, unit, s), debit, totals)) return false;
    }
    return true;
}

static struct totals found_in(const struct history_step *origin)
{
    const quipu_account *account = &origin->account;

    return (struct totals){account->debits_pending, account->debits_posted,
                           account->credits_pending, account->credits_posted,
                           (account->flags & QUIPU_ACCOUNT_CLOSED) != 0};
}

static void replay_account(struct checker *c, uint32_t a)
{
    struct account *account = &c->accounts[a];
    struct totals *totals = &c->totals[account->first_state - c->account_states], now = {0};
    uint32_t i = 0;

    if (account->low == 0) totals[i++] = now;
    if (account->origin != NONE) {
        now = found_in(c->steps[account->origin]);
        totals[i++] = now;
    }
    for (; i <= account->high && i < account->twice; i++) {
        uint32_t writer = c->writers[account->first_state + i];
        uint32_t cause = c->causes[account->first_state + i];
        bool debit;

        if (writer == NONE) break;
        debit = c->links[cause].debit == a;
        if (c->units[writer].end == UNIT_EXPIRY) {
            replay_expire(c->steps[cause], debit, &now);
        } else if (!replay_apply(c->steps[cause], replay_pending(c, NONE, cause), debit, &now)) {
            break;
        }
        totals[i] = now;
    }
    account->sound = i;
}

bool replay_run(struct checker *c)
{
    c->totals = checker_room(c, ROOM_TOTALS, c->state_count - c->account_states, sizeof *c->totals);
    if (c->totals == NULL) return false;
    for (uint32_t a = 0; a < c->account_names.count; a++)
        replay_account(c, a);
    return true;
}
