/* unit.c - what happens to a unit around its judgement; the same for every protocol. */
#include "protocol/unit.h"

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

/* A hold that was posted or voided falls due no more. */
static void forget_timeouts(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (view->now != HOLD_POSTED && view->now != HOLD_VOIDED) continue;
        if (hold_at(&store->transfers, view->hold)->due == 0) continue;
        quipui_timeouts_remove(&store->timeouts, view->hold);
    }
}

void quipui_settle(struct store *store, struct worker *worker, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        struct leg *leg = &unit->legs[i];

        if (leg->event != NULL) settle_leg(store, worker, leg);
    }
    forget_timeouts(store, unit);
}

/* What the state of a hold means to a unit. */
static enum hold_state state_for(struct store *store, const struct view *view)
{
    /* edge hold.state: acquire; pairs with acq_rel in change(). */
    enum hold_state state =
        hold_word_state(load_acquire(&hold_at(&store->transfers, view->hold)->state));

    /* Lapsed is new to its own unit, which finds out when it commits; to others, due. Claimed is
     * pending until the claim is confirmed: who wants it too goes round until then. */
    if (state == HOLD_LAPSED) return view->opens ? HOLD_NEW : HOLD_EXPIRED;
    return state == HOLD_LOCKED ? HOLD_PENDING : state;
}

void quipui_holds_see(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        struct view *view = &unit->views[i];

        view->was = view->now = state_for(store, view);
        view->resolver = 0;
    }
}

bool quipui_holds_stand(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (!view->opens && state_for(store, view) != view->was) return false;
    }
    return true;
}

/* A hold that changes was new or pending before, so nothing had resolved it. */
static uint64_t word_before(const struct view *view)
{
    return hold_word(view->was, 0);
}

static uint64_t word_after(const struct view *view)
{
    return hold_word(view->now, view->resolver);
}

static bool change(struct store *store, const struct view *view, uint64_t to)
{
    uint64_t seen = word_before(view);

    /* edge hold.state: acq_rel; pairs with acquire in state_for(). Carries the claim on the
     * reservation: exactly one of post, void and time-out wins. */
    return cas_acq_rel(&hold_at(&store->transfers, view->hold)->state, &seen, to);
}

static void set(struct store *store, const struct view *view, uint64_t to)
{
    /* edge hold.state: release; pairs with acquire in state_for(). Carries what the unit did. */
    store_release(&hold_at(&store->transfers, view->hold)->state, to);
}

static bool changes(const struct view *view)
{
    return view->now != view->was;
}

/* Set back the first `count` views that were changed or claimed. */
static void give_back(struct store *store, const struct unit *unit, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (changes(&unit->views[i])) set(store, &unit->views[i], word_before(&unit->views[i]));
    }
}

/* Change all holds, or claim them; none if one of them is not as it was seen. */
static bool change_all(struct store *store, const struct unit *unit, bool claim)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (!changes(view) ||
            change(store, view, claim ? hold_word(HOLD_LOCKED, 0) : word_after(view))) {
            continue;
        }
        give_back(store, unit, i);
        return false;
    }
    return true;
}

bool quipui_holds_change(struct store *store, struct unit *unit)
{
    return change_all(store, unit, false);
}

bool quipui_holds_lock(struct store *store, struct unit *unit)
{
    return change_all(store, unit, true);
}

void quipui_holds_confirm(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        if (changes(&unit->views[i])) set(store, &unit->views[i], word_after(&unit->views[i]));
    }
}

void quipui_holds_unlock(struct store *store, struct unit *unit)
{
    give_back(store, unit, unit->view_count);
}

bool quipui_holds_are_free(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (view->opens || !changes(view)) continue;
        /* edge hold.state: acquire; pairs with acq_rel in change(). */
        if (load_acquire(&hold_at(&store->transfers, view->hold)->state) != (uint32_t)view->was) {
            return false;
        }
    }
    return true;
}

bool quipui_has_lapsed(struct store *store, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        /* edge hold.state: acquire; pairs with acq_rel in lapse(). */
        if (view->opens && hold_word_state(load_acquire(
                               &hold_at(&store->transfers, view->hold)->state)) == HOLD_LAPSED) {
            return true;
        }
    }
    return false;
}

/* The state of a hold, once it is no longer claimed; a new one lapses. */
static enum hold_state lapse(struct hold *hold)
{
    /* Ends: a claim lasts for one attempt of the unit that made it. */
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
