/* cas.c - compare-and-swap balances: nobody holds anything, nobody waits for a stopped thread.
 *
 * The escrow method (O'Neil, 1986). Per account four totals by themselves: debits and credits, each
 * as all (pending and posted) and posted. A unit takes effect in four steps:
 *
 *   reserve  add its amounts to the totals of all, by compare-and-swap
 *   claim    the holds of the pending transfers it opens and resolves: whoever finds one of them
 *            due, or wants to resolve it too, waits until it is confirmed or given back
 *   tie      its knots onto the threads of its accounts, all at once (tie.h)
 *   post     add to what is posted, let go what it released, and confirm the claims
 *
 * Whatever fails undoes what went before, and the unit goes round again.
 *
 *   C1  room is taken before the tie and made after it: so at every version of an account no limit
 *       is broken, and what is posted keeps it at every instant. (A chain that funds itself
 *       reserves what it is about to fund: a read in between sees it pending.)
 *   C2  posted totals only grow; so a total of all that has not changed since it was copied makes
 *       the law's approval stand, however old the other words were
 *   C3  where the law looked at a total (a limit, a balancing transfer) the compare-and-swap is
 *       from the value it saw, or, for a limit, from one that leaves room for the amount as well;
 *       elsewhere it adds to whatever is there
 *   C4  a copy reads posted words, all words, posted words, until the posted ones stand still: so
 *       each pair that a limit compares is of one instant */
#include "protocol/judge.h"
#include "protocol/tie.h"

#define BALANCING (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)

static struct cas_state *state_of(struct slot *slot)
{
    return &slot->state.cas;
}

static wide total_of(_Atomic wide *word)
{
    /* edge cas.total: acquire; pairs with acq_rel in grow(). */
    return load_acquire(word);
}

/* Add to a total. False: it would overflow. */
static bool grow(_Atomic wide *word, wide amount)
{
    wide seen = total_of(word);

    do {
        if (seen + amount < seen) return false;
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries the tie of what made
         * this room. */
    } while (!cas_acq_rel(word, &seen, seen + amount));
    return true;
}

static void shrink(_Atomic wide *word, wide amount)
{
    wide seen = total_of(word);

    /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries the tie of what made this
     * room. */
    while (!cas_acq_rel(word, &seen, seen - amount))
        continue;
}

/* Add to a total that the law looked at. False: it is not what was seen. */
static bool grow_from(_Atomic wide *word, wide seen, wide amount)
{
    if (amount == 0) return total_of(word) == seen;
    /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries nothing. */
    return cas_acq_rel(word, &seen, seen + amount);
}

/* Add to a total that a limit looks at, whatever it is by now, if there is room all the same (C2).
 * False: there is not. */
static bool grow_within(_Atomic wide *word, wide amount, wide room)
{
    wide seen = total_of(word);

    do {
        if (rules_exceeds(seen, amount, room)) return false;
        /* edge cas.total: acq_rel; pairs with acquire in total_of(). Carries nothing. */
    } while (!cas_acq_rel(word, &seen, seen + amount));
    return true;
}

/* Copy one account: each total exact, each pair that a limit compares of one instant (C4). */
static void copy_out(struct store *store, struct copy *copy)
{
    struct cas_state *from = state_of(copy->slot);
    struct balance *balance = &copy->state.balance;
    wide debits_posted, credits_posted, debits, credits;

    quipui_tie_see(store, copy);
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

static bool prepare(struct store *store, struct unit *unit)
{
    (void)store;
    (void)unit;
    return true;
}

static void enter(struct store *store, struct unit *unit)
{
    (void)store;
    for (uint32_t i = 0; i < unit->copy_count; i++)
        quipui_tie_stand_aside(unit->copies[i].slot);
}

static void load(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        copy_out(store, &unit->copies[i]);
        unit->was[i] = unit->copies[i].state;
    }
    holds_see(store, unit);
}

/* Does this leg take room (rather than make it)? Then how much? */
static wide amount_taken(struct store *store, const struct leg *leg)
{
    if (leg->event == NULL || rules_resolves(leg->event)) return 0;
    return transfer_at(&store->transfers, leg->place)->amount;
}

/* One side of one leg: *pending and posted are what this unit knows of it, together the total of
 * all; its own reservations count. `room`: where the law looked at a limit only, what it leaves. */
static bool reserve_side(_Atomic wide *total, bool exact, const wide *room, quipu_uint128 *pending,
                         quipu_uint128 posted, wide amount)
{
    bool grown = exact ? grow_from(total, *pending + posted, amount) : grow(total, amount);

    if (!grown && (room == NULL || !grow_within(total, amount, *room))) return false;
    *pending += amount;
    return true;
}

static void unreserve(struct store *store, struct unit *unit, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct leg *leg = &unit->legs[i];
        wide amount = amount_taken(store, leg);

        if (amount == 0) continue;
        shrink(&state_of(unit->copies[leg->debit].slot)->debits_total, amount);
        shrink(&state_of(unit->copies[leg->credit].slot)->credits_total, amount);
    }
}

static bool reserve_leg(struct store *store, struct unit *unit, const struct leg *leg)
{
    struct slot *debit = unit->copies[leg->debit].slot, *credit = unit->copies[leg->credit].slot;
    struct balance *from = &unit->was[leg->debit].balance, *to = &unit->was[leg->credit].balance;
    wide amount = amount_taken(store, leg);
    bool balancing, debit_exact, credit_exact;

    if (leg->event == NULL || rules_resolves(leg->event)) return true;
    balancing = (leg->event->flags & BALANCING) != 0;
    debit_exact = balancing || (debit->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) != 0;
    credit_exact = balancing || (credit->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) != 0;

    if (!reserve_side(&state_of(debit)->debits_total, debit_exact,
                      balancing || !debit_exact ? NULL : &from->credits_posted,
                      &from->debits_pending, from->debits_posted, amount)) {
        return false;
    }
    if (!reserve_side(&state_of(credit)->credits_total, credit_exact,
                      balancing || !credit_exact ? NULL : &to->debits_posted, &to->credits_pending,
                      to->credits_posted, amount)) {
        shrink(&state_of(debit)->debits_total, amount);
        return false;
    }
    return true;
}

static bool reserve(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        if (!reserve_leg(store, unit, &unit->legs[i])) {
            unreserve(store, unit, i);
            return false;
        }
    }
    return true;
}

/* What a leg moved takes effect: room is made only now (C1). */
static void post_leg(struct store *store, struct unit *unit, const struct leg *leg)
{
    const struct transfers *transfers = &store->transfers;
    struct cas_state *debit = state_of(unit->copies[leg->debit].slot);
    struct cas_state *credit = state_of(unit->copies[leg->credit].slot);
    struct movement moved;
    wide let_go;

    if (leg->event == NULL) {
        moved = (struct movement){
            .released = transfer_at(transfers, hold_at(transfers, leg->place)->transfer)->amount};
    } else {
        moved = quipui_rules_movement(transfer_at(transfers, leg->place),
                                      transfer_resolved(transfers, leg->place));
    }
    if (moved.posted != 0) {
        (void)grow(&credit->credits_posted, moved.posted);
        (void)grow(&debit->debits_posted, moved.posted);
    }
    if (moved.released == 0) return;
    /* What was pending and is posted now stays in the total of all; the rest is let go. */
    let_go = moved.released - moved.posted;
    if (let_go != 0) {
        shrink(&debit->debits_total, let_go);
        shrink(&credit->credits_total, let_go);
    }
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    if (step != STEP_APPROVED) return true;
    if (unit->legs[0].event == NULL && unit->views[0].now == unit->views[0].was) return true;

    if (!reserve(store, unit)) return false;
    if (!quipui_holds_claim(store, unit)) goto unreserve;
    if (!quipui_tie(store, unit)) goto give_back;
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        post_leg(store, unit, &unit->legs[i]);
    }
    quipui_holds_confirm(store, unit);
    return true;

give_back:
    quipui_holds_give_back(store, unit);
unreserve:
    unreserve(store, unit, unit->leg_count);
    return false;
}

static void leave(struct store *store, struct unit *unit)
{
    (void)store;
    (void)unit;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    (void)store;
    quipui_tie_seed(slot, state);
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        copy_out(store, &copies[i]);
}

#include "protocol/loop.inc.h"

const struct protocol quipui_protocol_cas = {
    .name = "cas",
    .versioned = false,
    .seed = seed,
    .run = run,
    .run_plains = run_plains,
    .expire = release_due,
    .read = read,
    .reads_freely = true,
};
