/* holds.h - the states of the holds that a unit opens or resolves.
 *
 *              the unit that opens it commits             another unit commits
 *        NEW --------------------------------> PENDING -----------------------> POSTED
 *         |                                     |   |                      +--> VOIDED
 *         | falls due first                     |   | falls due
 *         v                                     |   +-------------------------> EXPIRED
 *      LAPSED --> NEW, at a later timestamp     |
 *                                               v
 *                       under cas, and where a unit changes several, NEW and PENDING are LOCKED
 *                       for one attempt of the unit that is about to change them: it confirms the
 *                       change, or sets the state back
 *
 * A state and what resolved the hold are one word, so both change at once.
 *
 *   H1  a state changes by one compare-and-swap from the state that the unit saw: exactly one of
 *       post, void and expiry wins
 *   H2  a unit changes all of its holds or none
 *   H3  a locked hold reads as pending. A unit that wants it too retries until it is unlocked
 *   H4  a hold that reads as posted or voided stays so: an expiry that finds one takes it out of
 *       the time-outs without looking again. So a unit that may still set one back locks it */
#ifndef QUIPU_PROTOCOL_HOLDS_H
#define QUIPU_PROTOCOL_HOLDS_H

#include "protocol/unit.h"

/* See the states before the unit is judged; change them when it takes effect. The latter returns
 * false if one of them lapsed or was resolved meanwhile. */
void quipui_holds_see(struct store *store, struct unit *unit);
bool quipui_holds_change(struct store *store, struct unit *unit);

/* The same for one hold, which the unit opens or resolves. */
void quipui_hold_see(struct store *store, struct view *view);
bool quipui_hold_change(struct store *store, const struct view *view);

/* Are the holds that it did not open as it saw them? */
bool quipui_holds_stand(struct store *store, const struct unit *unit);

/* Change in two steps, for cas: lock; then confirm or unlock. */
bool quipui_holds_lock(struct store *store, struct unit *unit);
void quipui_holds_confirm(struct store *store, struct unit *unit);
void quipui_holds_unlock(struct store *store, struct unit *unit);

/* cas, after a refusal: are the holds that the unit had resolved by then as it saw them, and not
 * locked? */
bool quipui_holds_are_free(struct store *store, const struct unit *unit);

/* Has one of the holds that it opens lapsed? */
bool quipui_has_lapsed(struct store *store, const struct unit *unit);

/* In line: most units have no holds. */
static inline void holds_see(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_see(store, unit);
}

static inline bool holds_change(struct store *store, struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_change(store, unit);
}

static inline bool holds_are_free(struct store *store, const struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_are_free(store, unit);
}

static inline bool holds_lock(struct store *store, struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_lock(store, unit);
}

static inline void holds_confirm(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_confirm(store, unit);
}

static inline void holds_unlock(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_unlock(store, unit);
}

static inline bool holds_stand(struct store *store, const struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_stand(store, unit);
}

#endif
