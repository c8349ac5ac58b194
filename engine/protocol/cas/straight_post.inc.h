/* straight_post.inc.h - cas: a plain transfer takes effect over the words of its two accounts.
 *
 * Included by cas.c behind loop.inc.h. These are the steps of a unit of one leg (cas.c, tie.h),
 * without copies and without a unit:
 *
 *   look     at the two strands, and at what the law looks at: the total that grows and, where that
 *            has a limit, what is posted on the other side. Nothing is shown of these, so they need
 *            not be of one instant: the total is confirmed when it is reserved (C3), and what is
 *            posted only grows (C2)
 *   reserve  both totals
 *   tie      both strands, once. If that fails, the tie goes on as that of a unit: the reservation
 *            stands whatever the strands are
 *   post     both
 *
 * Where another unit's mark is met, a hold is due, or the law refuses, the general way has it.
 *
 * It gets `run_straight`. */
#include "protocol/straight_front.inc.h"

/* Look at an account, for the law on this side. Returns false if a unit is tying at it. */
static inline bool plain_look(struct store *store, struct slot *slot, enum side side,
                              struct account_state *state)
{
    struct cas_state *from = cas_state_of(slot);
    struct strand strand = strand_of(slot);
    bool debits = side == SIDE_DEBIT;
    wide taken, room = 0;

    if ((strand.word & BUSY) != 0) return false;
    strand_take(strand, state);
    state->touched = touched_at(store, slot, strand);
    if (rules_is_limited(slot->flags, side)) {
        room = total_of(debits ? &from->credits_posted : &from->debits_posted);
    }
    taken = total_of(debits ? &from->debits_total : &from->credits_total);
    state->balance.debits_posted = debits ? taken : room;
    state->balance.credits_posted = debits ? room : taken;
    state->balance.debits_pending = state->balance.credits_pending = 0;
    return true;
}

static inline struct share plain_share(struct slot *slot, enum side side, const struct balance *was,
                                       const struct balance *now)
{
    struct share share = share_between(slot, side, was, now);

    share.most = share.after;
    share.look = rules_is_limited(slot->flags, side) ? LOOK_LIMIT : LOOK_NONE;
    return share;
}

/* Tie the knot, which is written, onto both strands as they were seen: the transfer is later than
 * all that touched them by then (T5). Returns false if they are not so any more, or something is
 * due, or another thread has aborted this; nothing is tied. */
static inline MUST_CHECK bool plain_tie(struct store *store, const struct plain *plain,
                                        const struct sides *was, const struct sides *now)
{
    struct knot *knot = knot_at(&store->transfers, plain->place);
    uint64_t attempt = strand_begin(knot);
    struct strand debit = strand_mark(&was->debit, &now->debit, attempt);
    struct strand credit = strand_mark(&was->credit, &now->credit, attempt);

    if (!advance(plain->debit, strand_idle(&was->debit), debit)) return false;
    if (!advance(plain->credit, strand_idle(&was->credit), credit)) goto unmark_debit;
    if (timeouts_due(&store->timeouts, plain->timestamp)) goto unmark_credit;
    if (!decide(knot, tie_open(attempt), TIE_COMMITTED)) goto unmark_credit;
    strand_finish(plain->debit, debit, strand_idle(&now->debit), plain->timestamp);
    strand_finish(plain->credit, credit, strand_idle(&now->credit), plain->timestamp);
    return true;

unmark_credit:
    (void)advance(plain->credit, credit, strand_idle(&was->credit));
unmark_debit:
    (void)advance(plain->debit, debit, strand_idle(&was->debit));
    return false;
}

/* Tie it as a unit. It may be given a later timestamp (T4). */
static __attribute__((noinline, cold)) MUST_CHECK bool
plain_tie_again(struct store *store, struct plain *plain, const struct sides *was)
{
    struct single single;
    struct unit unit = plain_unit(plain, &single);

    single.was[single.leg.debit] = single.copies[single.leg.debit].state = was->debit;
    single.was[single.leg.credit] = single.copies[single.leg.credit].state = was->credit;
    if (!quipui_tie(store, &unit)) return false;
    plain->timestamp = single.leg.timestamp;
    return true;
}

static inline enum in_place straight_post(struct store *store, struct plain *plain,
                                          struct straight_hold *held)
{
    uint64_t drawn = plain->timestamp;
    struct leg_shares shares;
    struct sides was, now;

    (void)held;
    if (timeouts_due(&store->timeouts, drawn)) return IN_PLACE_NOT;
    if (!plain_look(store, plain->debit, SIDE_DEBIT, &was.debit) ||
        !plain_look(store, plain->credit, SIDE_CREDIT, &was.credit)) {
        return IN_PLACE_BUSY;
    }
    if (!judge_is_later(&was.debit, drawn) || !judge_is_later(&was.credit, drawn)) {
        return IN_PLACE_LATE;
    }
    now = was;
    if (!straight_judge(store, plain, NULL, &now.debit, &now.credit)) return IN_PLACE_NOT;
    shares.debit = plain_share(plain->debit, SIDE_DEBIT, &was.debit.balance, &now.debit.balance);
    shares.credit =
        plain_share(plain->credit, SIDE_CREDIT, &was.credit.balance, &now.credit.balance);
    if (!reserve_leg(&shares)) return IN_PLACE_NOT;
    if (!plain_tie(store, plain, &was, &now) && !plain_tie_again(store, plain, &was)) {
        unreserve_leg(&shares);
        return IN_PLACE_NOT;
    }
    post_leg(&shares);
    return plain->timestamp == drawn ? IN_PLACE_CREATED : IN_PLACE_REDRAWN;
}

/* All others are units. */
static enum straight_end straight_other(struct straight *run, size_t event)
{
    (void)run;
    (void)event;
    return STRAIGHT_UNTOUCHED;
}
