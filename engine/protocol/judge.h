/* judge.h - the law applied to a leg that posts: in line, for the straight path and for judge.c. */
#ifndef QUIPU_PROTOCOL_JUDGE_H
#define QUIPU_PROTOCOL_JUDGE_H

#include "base/assert.h"
#include "protocol/unit.h"
#include "rules/post.h"

/* Judge a unit over its copies: apply the law leg by leg, and write records and knots to the places
 * the worker holds. What is written counts only once the protocol has committed it, so the same
 * unit may be judged again. */
enum step quipui_judge(struct store *store, struct unit *unit);

static inline struct party judge_party(struct unit *unit, uint32_t copy)
{
    return slot_party(unit->copies[copy].slot, &unit->copies[copy].state.balance);
}

/* Is the timestamp later than all that touched the account? */
static inline bool judge_is_later(const struct account_state *state, uint64_t timestamp)
{
    return state->touched < timestamp;
}

/* Is the unit later than all that touched its accounts? */
static inline bool judge_is_latest(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        if (!judge_is_later(&unit->copies[i].state, unit->legs[0].timestamp)) return false;
    }
    return true;
}

/* The leg whose record has this place resolves the pending transfer of `view`. */
static inline void judge_resolves(struct view *view, uint16_t flags, uint64_t place)
{
    bool posts = (flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;

    view->now = posts ? HOLD_POSTED : HOLD_VOIDED;
    view->resolver = place + 1;
}

static inline uint32_t judge_post(struct unit *unit, const struct leg *leg, const struct moment *at,
                                  quipu_transfer *stored)
{
    struct party debit, credit;
    uint32_t outcome;

    if (leg->debit != NOT_FOUND) debit = judge_party(unit, leg->debit);
    if (leg->credit != NOT_FOUND) credit = judge_party(unit, leg->credit);
    outcome = rules_post(leg->event, at, leg->debit != NOT_FOUND ? &debit : NULL,
                         leg->credit != NOT_FOUND ? &credit : NULL, stored);
    if (outcome == QUIPU_CREATED && leg->view != NOT_FOUND) {
        unit->views[leg->view].now = HOLD_PENDING;
    }
    return outcome;
}

/* How does the law look at the total that a leg changes on this side? */
static inline enum look judge_look(const struct leg *leg, const struct slot *slot, enum side side)
{
    if (leg->event == NULL || rules_resolves(leg->event)) return LOOK_NONE;
    if ((leg->event->flags & (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)) !=
        0) {
        return LOOK_BALANCE;
    }
    return rules_is_limited(slot->flags, side) ? LOOK_LIMIT : LOOK_NONE;
}

/* Tie a knot, which has this place, onto the strands of both accounts. */
static inline void judge_tie_states(struct account_state *debit, struct account_state *credit,
                                    struct knot *knot, uint64_t place, enum knot_kind kind,
                                    uint64_t timestamp)
{
    knot_tie_to(knot, SIDE_DEBIT, debit->balance.version, debit->head);
    knot_tie_to(knot, SIDE_CREDIT, credit->balance.version, credit->head);
    debit->head = link_to(place, kind, SIDE_DEBIT);
    credit->head = link_to(place, kind, SIDE_CREDIT);
    if (timestamp > debit->touched) debit->touched = timestamp;
    if (timestamp > credit->touched) credit->touched = timestamp;
}

static inline void judge_tie(struct unit *unit, const struct leg *leg, struct knot *knot,
                             enum knot_kind kind)
{
    judge_tie_states(&unit->copies[leg->debit].state, &unit->copies[leg->credit].state, knot,
                     leg->place, kind, leg->timestamp);
}

static inline void judge_tie_transfer(struct store *store, struct unit *unit, const struct leg *leg)
{
    struct knot *knot = knot_at(&store->transfers, leg->place);

    invariant(leg->claimed);
    knot->hold = leg->view != NOT_FOUND ? unit->views[leg->view].hold + 1 : 0;
    judge_tie(unit, leg, knot, KNOT_TRANSFER);
}

/* quipui_judge() for a transfer by itself that posts between two accounts. */
static inline enum step judge_plain(struct store *store, struct unit *unit)
{
    struct leg *leg = &unit->legs[0];
    struct moment at = {.timestamp = leg->timestamp};

    if (!judge_is_latest(unit)) return STEP_REDRAW;
    unit->outcome = judge_post(unit, leg, &at, transfer_at(&store->transfers, leg->place));
    if (unit->outcome != QUIPU_CREATED) return STEP_REFUSED;
    judge_tie_transfer(store, unit, leg);
    return STEP_APPROVED;
}

#endif
