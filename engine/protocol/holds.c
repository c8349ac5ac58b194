/* holds.c - seeing, changing, locking; see holds.h. */
#include "protocol/holds.h"

/* What the state of a hold means to a unit. */
static enum hold_state state_for(struct store *store, const struct view *view)
{
    /* edge hold.state: acquire; pairs with acq_rel in change(). */
    enum hold_state state =
        hold_word_state(load_acquire(&hold_at(&store->transfers, view->hold)->state));

    /* A lapsed hold is new to its own unit, which finds out when it commits; to others it is due.
     * A locked one reads as pending (H3). */
    if (state == HOLD_LAPSED) return view->opens ? HOLD_NEW : HOLD_EXPIRED;
    return state == HOLD_LOCKED ? HOLD_PENDING : state;
}

void quipui_hold_see(struct store *store, struct view *view)
{
    view->was = view->now = state_for(store, view);
    view->resolver = 0;
}

void quipui_holds_see(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->view_count; i++)
        quipui_hold_see(store, &unit->views[i]);
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

    /* edge hold.state: acq_rel; pairs with acquire in state_for(). Carries what the unit did
     * before (H1). */
    return cas_acq_rel(&hold_at(&store->transfers, view->hold)->state, &seen, to);
}

bool quipui_hold_change(struct store *store, const struct view *view)
{
    return change(store, view, word_after(view));
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

/* Set back the first `count` views that were changed or locked. */
static void give_back(struct store *store, const struct unit *unit, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (changes(&unit->views[i])) set(store, &unit->views[i], word_before(&unit->views[i]));
    }
}

/* Change all holds, or lock them (H2). */
static bool change_all(struct store *store, const struct unit *unit, bool lock)
{
    for (uint32_t i = 0; i < unit->view_count; i++) {
        const struct view *view = &unit->views[i];

        if (!changes(view) ||
            change(store, view, lock ? hold_word(HOLD_LOCKED, 0) : word_after(view))) {
            continue;
        }
        give_back(store, unit, i);
        return false;
    }
    return true;
}

bool quipui_holds_change(struct store *store, struct unit *unit)
{
    if (unit->view_count == 1) return change_all(store, unit, false);
    /* In two steps (H4). */
    if (!change_all(store, unit, true)) return false;
    quipui_holds_confirm(store, unit);
    return true;
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
