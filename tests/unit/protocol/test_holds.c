/* test_holds.c - the states of the holds of a unit change all, or none.
 *
 *   T1  changed from what was seen, in one step or by a claim that is confirmed
 *   T2  when one was resolved or lapsed meanwhile, those before it are as they were
 *   T3  what the unit does not change stays as it is */
#include <criterion/criterion.h>

#include "protocol/holds.h"

enum { HOLDS = 4 };

static struct store store;
static struct view views[HOLDS];
static struct unit unit = {.views = views, .view_count = HOLDS};

static void set_state(uint64_t hold, enum hold_state state)
{
    store_relaxed(&hold_at(&store.transfers, hold)->state, hold_word(state, 0));
}

static enum hold_state state_of(uint64_t hold)
{
    return hold_word_state(load_relaxed(&hold_at(&store.transfers, hold)->state));
}

/* A unit that posts hold 0, leaves hold 1 as it is, opens hold 2 and voids hold 3. */
static void set_up(void)
{
    static const enum hold_state now[HOLDS] = {HOLD_POSTED, HOLD_PENDING, HOLD_PENDING,
                                               HOLD_VOIDED};

    cr_assert(quipui_transfers_open(&store.transfers, HOLDS, HOLDS));
    cr_assert(region_ensure(&store.transfers.holds, HOLDS * sizeof(struct hold)));
    for (uint64_t i = 0; i < HOLDS; i++) {
        views[i] = (struct view){.hold = i, .opens = i == 2};
        set_state(i, views[i].opens ? HOLD_NEW : HOLD_PENDING);
    }
    quipui_holds_see(&store, &unit);
    for (size_t i = 0; i < HOLDS; i++) {
        cr_assert_eq(views[i].was, i == 2 ? HOLD_NEW : HOLD_PENDING);
        views[i].now = now[i];
    }
}

static void tear_down(void)
{
    quipui_transfers_close(&store.transfers);
}

static void expect(enum hold_state first, enum hold_state third, enum hold_state fourth)
{
    cr_assert_eq(state_of(0), first);
    cr_assert_eq(state_of(1), HOLD_PENDING);
    cr_assert_eq(state_of(2), third);
    cr_assert_eq(state_of(3), fourth);
}

TestSuite(unit, .init = set_up, .fini = tear_down);

Test(unit, changes_all_its_holds)
{
    cr_assert(quipui_holds_change(&store, &unit));
    expect(HOLD_POSTED, HOLD_PENDING, HOLD_VOIDED);
}

Test(unit, changes_none_when_one_is_resolved)
{
    set_state(3, HOLD_POSTED);
    cr_assert(!quipui_holds_change(&store, &unit));
    expect(HOLD_PENDING, HOLD_NEW, HOLD_POSTED);
    cr_assert(!quipui_holds_stand(&store, &unit));
}

Test(unit, changes_none_when_its_own_lapsed)
{
    set_state(2, HOLD_LAPSED);
    cr_assert(!quipui_holds_change(&store, &unit));
    expect(HOLD_PENDING, HOLD_LAPSED, HOLD_PENDING);
    cr_assert(quipui_has_lapsed(&store, &unit));
    cr_assert(quipui_holds_stand(&store, &unit), "what it found stands");
}

Test(unit, claims_all_then_confirms)
{
    cr_assert(quipui_holds_lock(&store, &unit));
    expect(HOLD_LOCKED, HOLD_LOCKED, HOLD_LOCKED);
    cr_assert(!quipui_holds_lock(&store, &unit), "what is claimed is nobody else's");
    quipui_holds_confirm(&store, &unit);
    expect(HOLD_POSTED, HOLD_PENDING, HOLD_VOIDED);
}

Test(unit, gives_claims_back)
{
    cr_assert(quipui_holds_lock(&store, &unit));
    quipui_holds_unlock(&store, &unit);
    expect(HOLD_PENDING, HOLD_NEW, HOLD_PENDING);
    set_state(3, HOLD_VOIDED);
    cr_assert(!quipui_holds_lock(&store, &unit));
    expect(HOLD_PENDING, HOLD_NEW, HOLD_VOIDED);
}
