/* cas.c - compare-and-swap balances: nobody holds anything, nobody waits for a stopped thread.
 *
 * The escrow method (O'Neil, 1986). Per account four totals by themselves: debits and credits, each
 * as all (pending and posted) and posted. A unit takes effect in four steps:
 *
 *   lock     the holds that it opens and resolves: another unit that resolves one of them, or finds
 *            it due, waits until the hold is confirmed or unlocked
 *   reserve  add to each total of all what the unit needs there, by compare-and-swap
 *   tie      its knots onto the strands of its accounts, all at once (tie.h)
 *   post     add to what is posted, let go what is no longer needed, and confirm the holds
 *
 * A step that fails undoes the steps before it, and the unit is retried.
 *
 *   C0  before its tie a unit reserves, of each total, exactly the most that its legs reach there
 *       above what was seen: not the sum of what they take, since a leg may use what a leg before
 *       it has let go. So a total of all is what is committed and what the units in flight have
 *       reserved. It never wraps, and it is never less than what any version of the account needs,
 *       the versions in the middle of a chain included. Where nothing moved, the reservation
 *       succeeds, because the law has approved each leg over these very totals
 *   C1  room is taken before the tie and made after it: so at every version of an account no limit
 *       is broken, and what is posted keeps it at every instant. (A chain that funds itself
 *       reserves what it is about to fund: a read in between sees it pending.)
 *   C2  posted totals only grow; so a total of all that has not changed since it was copied makes
 *       the law's approval stand, however old the other words were
 *   C3  where the law looked at a total (a limit, a balancing transfer) the compare-and-swap is
 *       from the value it saw, or, for a limit, from one that leaves room for the same; elsewhere
 *       it adds to what is there
 *   C4  a copy reads posted words, all words, posted words, until the posted ones stand still: so
 *       each pair that a limit compares is of one instant
 *   C5  a total may lack a hold that another unit has claimed. So nothing that the law said over
 *       such a copy counts: a claim, or a refusal after a resolution, needs the hold unclaimed */
#include "base/assert.h"
#include "protocol/cas/marks.h"
#include "protocol/cas/tie.h"
#include "protocol/holds.h"
#include "protocol/judge.h"

#define MUST_CHECK __attribute__((warn_unused_result))

static wide total_of(_Atomic wide *word)
{
    /* edge cas.total: acquire; pairs with acq_rel in grow(). */
    return load_acquire(word);
}

/* Add to a total of all. Returns false if it would overflow. */
static MUST_CHECK bool grow(_Atomic wide *word, wide amount)
{
    wide seen = total_of(word);

    do {
        if (rules_overflows(seen, amount)) return false;
        /* Ends: the swap fails only after another unit's swap of this word has succeeded. */
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries the tie of what made
         * this room. */
    } while (!cas_acq_rel(word, &seen, seen + amount));
    return true;
}

/* Add to what is posted. It cannot overflow: a posted total is never more than the total of all. */
static void grow_posted(_Atomic wide *word, wide amount)
{
    wide seen = total_of(word);

    do {
        invariant(!rules_overflows(seen, amount));
        /* Ends: the swap fails only after another unit's swap of this word has succeeded. */
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries the tie of what made
         * this room. */
    } while (!cas_acq_rel(word, &seen, seen + amount));
}

/* Let go of a part of a total of all, which this unit has reserved or its holds have. */
static void shrink(_Atomic wide *word, wide amount)
{
    wide seen = total_of(word);

    do {
        invariant(seen >= amount);
        /* Ends: the swap fails only after another unit's swap of this word has succeeded. */
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries the tie of what made
         * this room. */
    } while (!cas_acq_rel(word, &seen, seen - amount));
}

/* Add to a total that the law looked at. Returns false if it is not what was seen. */
static MUST_CHECK bool grow_from(_Atomic wide *word, wide seen, wide amount)
{
    if (amount == 0) return total_of(word) == seen;
    /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries nothing. */
    return cas_acq_rel(word, &seen, seen + amount);
}

/* Add to a total that a limit looks at, whatever it is by now, if there is room all the same (C2).
 * Returns false if there is not. */
static MUST_CHECK bool grow_within(_Atomic wide *word, wide amount, wide room)
{
    wide seen = total_of(word);

    do {
        if (rules_exceeds(seen, amount, room)) return false;
        /* Ends: the swap fails only after another unit's swap of this word has succeeded. */
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries nothing. */
    } while (!cas_acq_rel(word, &seen, seen + amount));
    return true;
}

/* Copy one account: each total exact, each pair that a limit compares of one instant (C4). */
static void copy_out(struct store *store, struct copy *copy)
{
    struct cas_state *from = cas_state_of(copy->slot);
    struct balance *balance = &copy->state.balance;
    wide debits_posted, credits_posted, debits, credits;

    quipui_tie_see(store, copy);
    /* Ends: it is repeated only after another unit has posted meanwhile. */
    do {
        debits_posted = total_of(&from->debits_posted);
        credits_posted = total_of(&from->credits_posted);
        debits = total_of(&from->debits_total);
        credits = total_of(&from->credits_total);
    } while (debits_posted != total_of(&from->debits_posted) ||
             credits_posted != total_of(&from->credits_posted));

    balance->debits_posted = debits_posted;
    balance->credits_posted = credits_posted;
    balance->debits_pending = debits - debits_posted;
    balance->credits_pending = credits - credits_posted;
}

static void enter(struct store *store, struct unit *unit)
{
    (void)store;
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        if (quipui_tie_stand_aside(unit->copies[i].slot)) unit->crowded = true;
    }
}

/* A unit of one leg needs no note of what it reaches: the most is what it saw or what it left. */
static bool notes_reach(const struct unit *unit)
{
    return unit->leg_count > 1;
}

static void note_nothing(struct total_reach *reach, wide seen)
{
    *reach = (struct total_reach){.most = seen, .look = LOOK_NONE};
}

static void load(struct store *store, struct unit *unit)
{
    unit->notes_reach = notes_reach(unit);
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        const struct balance *seen = &unit->copies[i].state.balance;

        copy_out(store, &unit->copies[i]);
        unit->was[i] = unit->copies[i].state;
        if (!notes_reach(unit)) continue;
        note_nothing(reach_of(unit, i, SIDE_DEBIT), rules_taken(seen, SIDE_DEBIT));
        note_nothing(reach_of(unit, i, SIDE_CREDIT), rules_taken(seen, SIDE_CREDIT));
    }
    holds_see(store, unit);
}

/* What a unit does on one side of one account. */
struct share {
    _Atomic wide *total, *posted;
    wide seen, most, after; /* of the total of all: as copied, at its most, after the last leg */
    wide posts;             /* what is posted grows by this */
    wide room;              /* what a limit compares the total with, as copied */
    enum look look;
};

static inline struct share share_between(struct slot *slot, enum side side,
                                         const struct balance *was, const struct balance *now)
{
    struct cas_state *state = cas_state_of(slot);

    return (struct share){
        .total = side == SIDE_DEBIT ? &state->debits_total : &state->credits_total,
        .posted = side == SIDE_DEBIT ? &state->debits_posted : &state->credits_posted,
        .seen = rules_taken(was, side),
        .after = rules_taken(now, side),
        .posts = rules_posted(now, side) - rules_posted(was, side),
        .room = rules_room(was, side),
    };
}

static inline struct share share_on(const struct unit *unit, uint32_t i, enum side side)
{
    struct share share = share_between(unit->copies[i].slot, side, &unit->was[i].balance,
                                       &unit->copies[i].state.balance);

    if (notes_reach(unit)) {
        share.most = reach_of(unit, i, side)->most;
        share.look = reach_of(unit, i, side)->look;
    } else {
        /* A leg without a hold only takes; on the straight path the compiler knows that. */
        share.most = unit->view_count == 0 || share.after > share.seen ? share.after : share.seen;
        share.look = judge_look(&unit->legs[0], unit->copies[i].slot, side);
    }
    return share;
}

/* The shares of a chain, two an account, one by one. Of one account the side that makes room for a
 * limit comes first, so that what is posted keeps the limit at every instant (C1). */
static struct share share_at(const struct unit *unit, uint32_t i)
{
    bool debit_first = rules_is_limited(unit->copies[i / 2].slot->flags, SIDE_CREDIT);

    return share_on(unit, i / 2, debit_first == (i % 2 == 0) ? SIDE_DEBIT : SIDE_CREDIT);
}

/* Reserve what one share needs (C0), confirming what the law looked at (C3). */
static inline MUST_CHECK bool reserve(const struct share *share)
{
    wide amount = share->most - share->seen;

    if (share->look == LOOK_NONE) return amount == 0 || grow(share->total, amount);
    if (grow_from(share->total, share->seen, amount)) return true;
    return share->look == LOOK_LIMIT && grow_within(share->total, amount, share->room);
}

static inline void unreserve(const struct share *share)
{
    if (share->most != share->seen) shrink(share->total, share->most - share->seen);
}

/* What was tied takes effect: room is made only now (C1). What is posted grows before the total of
 * all shrinks, so that it is never more. */
static inline void post(const struct share *share)
{
    if (share->posts != 0) grow_posted(share->posted, share->posts);
    if (share->most != share->after) shrink(share->total, share->most - share->after);
}

static void unreserve_chain(const struct unit *unit, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct share share = share_at(unit, i);

        unreserve(&share);
    }
}

static MUST_CHECK bool reserve_chain(const struct unit *unit)
{
    for (uint32_t i = 0; i < 2 * unit->copy_count; i++) {
        struct share share = share_at(unit, i);

        if (reserve(&share)) continue;
        unreserve_chain(unit, i);
        return false;
    }
    return true;
}

/* Reserve, tie and post a chain. Returns false if something moved; nothing has changed. */
static MUST_CHECK bool move_chain(struct store *store, struct unit *unit)
{
    if (!reserve_chain(unit)) return false;
    if (!quipui_tie(store, unit)) {
        unreserve_chain(unit, 2 * unit->copy_count);
        return false;
    }
    for (uint32_t i = 0; i < 2 * unit->copy_count; i++) {
        struct share share = share_at(unit, i);

        post(&share);
    }
    return true;
}

/* One leg has two shares: debits of one account, credits of another. */
struct leg_shares {
    struct share debit, credit;
};

static inline MUST_CHECK bool reserve_leg(const struct leg_shares *shares)
{
    if (!reserve(&shares->debit)) return false;
    if (reserve(&shares->credit)) return true;
    unreserve(&shares->debit);
    return false;
}

static inline void unreserve_leg(const struct leg_shares *shares)
{
    unreserve(&shares->credit);
    unreserve(&shares->debit);
}

static inline void post_leg(const struct leg_shares *shares)
{
    post(&shares->credit);
    post(&shares->debit);
}

/* The same for one leg. */
static inline MUST_CHECK bool move_one(struct store *store, struct unit *unit)
{
    struct leg_shares shares = {share_on(unit, unit->legs[0].debit, SIDE_DEBIT),
                                share_on(unit, unit->legs[0].credit, SIDE_CREDIT)};

    if (!reserve_leg(&shares)) return false;
    if (!quipui_tie(store, unit)) {
        unreserve_leg(&shares);
        return false;
    }
    post_leg(&shares);
    return true;
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    if (step == STEP_REFUSED) return holds_are_free(store, unit);
    if (step != STEP_APPROVED) return true;
    if (unit->legs[0].event == NULL && unit->views[0].now == unit->views[0].was) return true;

    if (!holds_lock(store, unit)) return false;
    if (notes_reach(unit) ? move_chain(store, unit) : move_one(store, unit)) {
        holds_confirm(store, unit);
        return true;
    }
    holds_unlock(store, unit);
    return false;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    struct cas_state *to = cas_state_of(slot);
    const struct balance *balance = &state->balance;

    (void)store;
    quipui_tie_seed(slot, state);
    /* relaxed: published when the account is settled. */
    store_relaxed(&to->debits_total, rules_taken(balance, SIDE_DEBIT));
    store_relaxed(&to->debits_posted, balance->debits_posted);
    store_relaxed(&to->credits_total, rules_taken(balance, SIDE_CREDIT));
    store_relaxed(&to->credits_posted, balance->credits_posted);
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        copy_out(store, &copies[i]);
}

#define DOOR_ENTER enter
#include "protocol/loop.inc.h"

#include "protocol/cas/straight_post.inc.h"

#include "protocol/cas/bundle.inc.h"

#include "protocol/cas/group.inc.h"

const struct protocol quipui_protocol_cas = {
    .name = "cas",
    .versioned = false,
    .seed = seed,
    .run = run,
    .run_plains = run_plains,
    .run_crowd = run_crowd,
    .run_straight = run_straight,
    .straight_is_for_plains = true,
    .expire = expire_due,
    .read = read,
    .reads_freely = true,
};
