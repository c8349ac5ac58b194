/* judge.c - the law applied to a unit; the same for every protocol. */
#include "protocol/judge.h"

static uint32_t judge_twin(struct store *store, const struct unit *unit, const struct leg *leg)
{
    const struct leg *twin = &unit->legs[leg->twin];

    return quipui_rules_transfer_again(leg->event, transfer_at(&store->transfers, twin->place),
                                       transfer_resolved(&store->transfers, twin->place));
}

static uint32_t judge_resolve(struct store *store, struct unit *unit, const struct leg *leg,
                              const struct moment *at, quipu_transfer *stored)
{
    struct hold_view hold = {NULL, HOLD_PENDING};
    struct party debit, credit;
    uint32_t outcome;

    if (leg->pending != 0) hold.transfer = transfer_at(&store->transfers, leg->pending - 1);
    if (leg->view == NOT_FOUND) {
        return quipui_rules_resolve(leg->event, leg->event->flags, at, &hold, NULL, NULL, stored);
    }
    hold.state = unit->views[leg->view].now;
    debit = judge_party(unit, leg->debit);
    credit = judge_party(unit, leg->credit);
    outcome =
        quipui_rules_resolve(leg->event, leg->event->flags, at, &hold, &debit, &credit, stored);
    if (outcome == QUIPU_CREATED)
        judge_resolves(&unit->views[leg->view], leg->event->flags, leg->place);
    return outcome;
}

static struct moment moment_of(struct store *store, const struct unit *unit, const struct leg *leg,
                               uint64_t newest)
{
    struct moment at = {leg->timestamp, newest, false};

    if (unit->imports) {
        at.taken_by_an_account = quipui_accounts_have_timestamp(&store->accounts, leg->timestamp);
    }
    return at;
}

/* When an expiry happens: just before it is due, but after what touched its accounts. That is later
 * only if another expiry was (timeouts.h, D7). */
static uint64_t expiry_timestamp(const struct unit *unit, uint64_t due)
{
    uint64_t timestamp = due - 1;

    for (uint32_t i = 0; i < unit->copy_count; i++) {
        if (unit->copies[i].state.touched > timestamp) timestamp = unit->copies[i].state.touched;
    }
    return timestamp;
}

static void judge_expiry(struct store *store, struct unit *unit, struct leg *leg)
{
    struct hold *hold = hold_at(&store->transfers, leg->place);

    if (unit->views[0].now != HOLD_PENDING) return;
    leg->timestamp = hold->expiry.timestamp = expiry_timestamp(unit, hold->due);
    quipui_rules_expire(transfer_at(&store->transfers, hold->transfer),
                        &unit->copies[leg->debit].state.balance,
                        &unit->copies[leg->credit].state.balance);
    unit->views[0].now = HOLD_EXPIRED;
    judge_tie(unit, leg, &hold->expiry, KNOT_EXPIRY);
}

static void receive(const struct accounts *accounts, quipu_receipt *receipt,
                    const struct unit *unit, const struct leg *leg)
{
    if (leg->debit != NOT_FOUND) {
        const struct copy *copy = &unit->copies[leg->debit];

        quipui_account_view(accounts, copy->slot, &copy->state, &receipt->debit);
        receipt->debit_version = copy->state.balance.version;
    }
    if (leg->credit != NOT_FOUND) {
        const struct copy *copy = &unit->copies[leg->credit];

        quipui_account_view(accounts, copy->slot, &copy->state, &receipt->credit);
        receipt->credit_version = copy->state.balance.version;
    }
}

static void raise(struct total_reach *reach, quipu_uint128 total, enum look look)
{
    if (total > reach->most) reach->most = total;
    if (look > reach->look) reach->look = look;
}

/* Note what the totals came to with this leg, and how the law looked at them. */
static void note_reach(struct unit *unit, const struct leg *leg)
{
    const struct copy *debit = &unit->copies[leg->debit], *credit = &unit->copies[leg->credit];
    const struct balance *from = &debit->state.balance, *to = &credit->state.balance;

    raise(reach_of(unit, leg->debit, SIDE_DEBIT), rules_taken(from, SIDE_DEBIT),
          judge_look(leg, debit->slot, SIDE_DEBIT));
    raise(reach_of(unit, leg->credit, SIDE_CREDIT), rules_taken(to, SIDE_CREDIT),
          judge_look(leg, credit->slot, SIDE_CREDIT));
}

/* One leg: QUIPU_CREATED with its record and knot written, or why not. */
static uint32_t judge_leg(struct store *store, struct unit *unit, struct leg *leg, uint64_t newest)
{
    quipu_transfer *record = transfer_at(&store->transfers, leg->place);
    struct moment at;
    uint32_t outcome;

    if (leg->twin != NOT_FOUND) {
        leg->original = unit->legs[leg->twin].timestamp;
        return judge_twin(store, unit, leg);
    }
    at = moment_of(store, unit, leg, newest);
    outcome = rules_resolves(leg->event) ? judge_resolve(store, unit, leg, &at, record)
                                         : judge_post(unit, leg, &at, record);
    if (outcome != QUIPU_CREATED) return outcome;

    if (unit->notes_reach) note_reach(unit, leg);
    judge_tie_transfer(store, unit, leg);
    return QUIPU_CREATED;
}

static bool meets_expectations(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        const struct copy *copy = &unit->copies[i];

        if (copy->expected != 0 && copy->expected != copy->state.balance.version) return false;
    }
    return true;
}

enum step quipui_judge(struct store *store, struct unit *unit)
{
    uint64_t newest = unit->imports ? quipui_workers_newest(&store->workers) : 0;

    if (unit->expects && !meets_expectations(unit)) return STEP_CONFLICT;
    if (unit->legs[0].event == NULL) {
        judge_expiry(store, unit, &unit->legs[0]);
        return STEP_APPROVED;
    }
    if (!unit->imports && !judge_is_latest(unit)) return STEP_REDRAW;
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];
        uint32_t outcome = leg->verdict;

        if (outcome == QUIPU_CREATED) {
            outcome = judge_leg(store, unit, leg, newest);
            if (unit->receipts != NULL && leg->twin == NOT_FOUND) {
                receive(&store->accounts, &unit->receipts[i], unit, leg);
            }
        }
        if (outcome != QUIPU_CREATED) {
            unit->failed = i;
            unit->outcome = outcome;
            return STEP_REFUSED;
        }
        if (unit->imports) newest = leg->timestamp;
    }
    return STEP_APPROVED;
}
