/* tie.c - marking, deciding, unmarking; see tie.h. */
#include "protocol/cas/tie.h"

#include "base/assert.h"
#include "protocol/cas/marks.h"
#include "protocol/due.h"

/* A writer looks so often at an open unit before it aborts it. */
#ifndef PATIENCE /* tests/machines/explore is less patient */
#define PATIENCE 3
#endif

/* The first wait for another unit is long enough for a few: while it lasts their owner has the
 * lines of the account to itself, and each costs it less than the way of one line between two
 * processors. */
#define FIRST_ROUND 6

/* Whose mark is this? The first place of its unit and the knot that decides. */
static struct knot *deciding_knot(struct store *store, uint64_t mark, uint64_t *first)
{
    struct knot *knot = link_knot(&store->transfers, mark);
    uint64_t tie = tie_of(knot), leg = tie >> TIE_LEG_SHIFT & TIE_LEG_MASK;

    *first = link_index(mark) - leg;
    return leg == 0 ? knot : knot_at(&store->transfers, *first);
}

/* The strand as it is if the unit of this mark has committed. */
static struct strand after(struct store *store, struct strand mark)
{
    const struct knot *knot = link_knot(&store->transfers, mark.head);
    uint64_t closed = (mark.head & LINK_MARK_CLOSED) != 0 ? CLOSED : 0;

    return (struct strand){knot_version(knot, link_side(mark.head)) << 2 | closed,
                           mark.head & LINK_MASK};
}

/* The strand as it was before this mark: back along the unit's own knots, which are in a row. */
static struct strand before(struct store *store, struct strand mark, uint64_t first)
{
    uint64_t last = link_index(mark.head), link = mark.head & LINK_MASK;

    /* Ends: a strand has an end, and the knots of one unit are few. */
    do {
        link = knot_previous(link_knot(&store->transfers, link), link_side(link));
    } while (link != 0 && link_kind(link) == KNOT_TRANSFER &&
             link_kind(mark.head) == KNOT_TRANSFER && link_index(link) >= first &&
             link_index(link) < last);
    return (struct strand){mark.word & ~BUSY, link};
}

/* Is the timestamp of this knot later than those of all before it? Not if it is an expiry, or of
 * the past. */
static bool is_later_than_all(struct store *store, uint64_t link)
{
    return link_kind(link) == KNOT_TRANSFER &&
           (transfer_at(&store->transfers, link_index(link))->flags & QUIPU_TRANSFER_IMPORTED) == 0;
}

uint64_t quipui_tie_touched(struct store *store, struct slot *slot, uint64_t head)
{
    /* relaxed: a caller that has the slot has seen its account exist. */
    uint64_t latest = load_relaxed(&slot->timestamp), link = head;

    /* Ends: a strand has an end. */
    for (; link != 0; link = knot_previous(link_knot(&store->transfers, link), link_side(link))) {
        uint64_t time = link_time(&store->transfers, link);

        if (time > latest) latest = time;
        if (is_later_than_all(store, link)) break;
    }
    return latest;
}

/* An account's strand when this was its head; whether it was closed is left out. */
static struct strand strand_at(struct store *store, uint64_t head)
{
    uint64_t version =
        head == 0 ? 1 : knot_version(link_knot(&store->transfers, head), link_side(head));

    return (struct strand){version << 2, head};
}

/* Take off the mark of a committed unit, before which the account had this head. */
static void finish(struct store *store, struct slot *slot, struct strand mark, uint64_t head)
{
    uint64_t link = mark.head & LINK_MASK, touched = link_time(&store->transfers, link);

    if (!is_later_than_all(store, link)) {
        uint64_t earlier = touched_at(store, slot, strand_at(store, head));

        if (earlier > touched) touched = earlier;
    }
    strand_finish(slot, mark, after(store, mark), touched);
}

/* Look after a mark that is not ours. `patient` counts how long we waited. */
static void clear(struct store *store, struct slot *slot, struct strand mark, unsigned *patient)
{
    uint64_t first, tie;
    struct knot *knot = deciding_knot(store, mark.head, &first);

    tie = tie_of(knot);
    if ((tie & TIE_STATE) == TIE_COMMITTED) {
        finish(store, slot, mark, before(store, mark, first).head);
    } else if (tie_attempt(tie) != mark.head >> LINK_BITS) {
        return; /* the owner is further: its mark is gone (reached by tests/machines/explore) */
    } else if ((tie & TIE_STATE) == TIE_ABORTED) {
        (void)advance(slot, mark, before(store, mark, first));
    } else if (++*patient > PATIENCE) {
        (void)decide(knot, tie, TIE_ABORTED);
    } else {
        relax_longer(FIRST_ROUND + *patient - 1);
    }
}

/* The strand of an account that nobody is at. */
static struct strand idle_strand(struct store *store, struct slot *slot)
{
    unsigned patient = 0;

    /* Ends: a mark is taken off by its owner or, when patience is over, by us; a new one is another
     * unit's progress. */
    for (;;) {
        struct strand strand = strand_of(slot);

        if ((strand.word & BUSY) == 0) return strand;
        clear(store, slot, strand, &patient);
    }
}

bool quipui_tie_stand_aside(struct slot *slot)
{
    unsigned round;

    for (round = 0; round < PATIENCE && (strand_of(slot).word & BUSY) != 0; round++)
        relax_longer(FIRST_ROUND + round);
    return round > 0;
}

void quipui_tie_seed(struct slot *slot, const struct account_state *state)
{
    /* relaxed: published when the account is settled. */
    store_relaxed(&cas_state_of(slot)->strand, packed(strand_idle(state)));
    store_relaxed(&cas_state_of(slot)->touched,
                  touched_pair(state->balance.version, state->touched));
}

void quipui_tie_see(struct store *store, struct copy *copy)
{
    struct strand strand, seen;

    /* Ends: it is repeated only after the mark has gone or changed. */
    do {
        strand = seen = strand_of(copy->slot);
        if ((seen.word & BUSY) != 0) {
            uint64_t first;
            struct knot *knot = deciding_knot(store, seen.head, &first);
            bool committed = (tie_of(knot) & TIE_STATE) == TIE_COMMITTED;

            strand = committed ? after(store, seen) : before(store, seen, first);
        }
        copy->state.touched = touched_at(store, copy->slot, strand);
        /* What was read under a mark holds if the mark is still there (T2). */
    } while ((seen.word & BUSY) != 0 && packed(strand_of(copy->slot)) != packed(seen));

    strand_take(strand, &copy->state);
}

/* Write the knots as they will be if the strands are still these. */
static void write_knots(struct store *store, struct unit *unit, enum knot_kind kind)
{
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        const struct leg *leg = &unit->legs[i];
        struct account_state *debit = &unit->copies[leg->debit].state;
        struct account_state *credit = &unit->copies[leg->credit].state;
        uint64_t link = link_to(leg->place, kind, SIDE_DEBIT);
        struct knot *knot = link_knot(&store->transfers, link);

        knot_tie_to(knot, SIDE_DEBIT, ++debit->balance.version, debit->head);
        knot_tie_to(knot, SIDE_CREDIT, ++credit->balance.version, credit->head);
        debit->head = link;
        credit->head = link_to(leg->place, kind, SIDE_CREDIT);
    }
}

/* The marks of an attempt; `was` keeps the strands they replace. */
static struct strand mark_for(const struct unit *unit, uint32_t copy, uint64_t attempt)
{
    return strand_mark(&unit->was[copy], &unit->copies[copy].state, attempt);
}

static struct strand old_strand(const struct unit *unit, uint32_t copy)
{
    return strand_idle(&unit->was[copy]);
}

/* Take the idle strands as the base of this attempt. Returns false if one was closed or opened. */
static bool take_strands(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        struct strand strand = idle_strand(store, unit->copies[i].slot);

        if (((strand.word & CLOSED) != 0) != (unit->was[i].balance.closed != 0)) return false;
        unit->was[i].balance.version = unit->copies[i].state.balance.version = strand.word >> 2;
        unit->was[i].head = unit->copies[i].state.head = strand.head;
    }
    return true;
}

static uint32_t place_marks(struct unit *unit, uint64_t attempt)
{
    uint32_t placed = 0;

    while (placed < unit->copy_count && advance(unit->copies[placed].slot, old_strand(unit, placed),
                                                mark_for(unit, placed, attempt))) {
        placed++;
    }
    return placed;
}

static void take_off_marks(struct unit *unit, uint32_t placed, uint64_t attempt)
{
    for (uint32_t i = 0; i < placed; i++) {
        (void)advance(unit->copies[i].slot, mark_for(unit, i, attempt), old_strand(unit, i));
    }
}

/* Returns whether all accounts were touched before the legs that touch them now, and nothing is due
 * by then. All marks are placed (T3): a hold that was tied here is in the heap. */
static bool is_latest(struct store *store, const struct unit *unit)
{
    uint64_t last = unit->legs[unit->leg_count - 1].timestamp;

    if (unit->imports || unit->legs[0].event == NULL) return true;
    if (timeouts_due(&store->timeouts, last) &&
        quipui_due(store, unit->copies, unit->copy_count, last)) {
        return false;
    }
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        if (touched_at(store, unit->copies[i].slot, old_strand(unit, i)) >=
            unit->legs[0].timestamp) {
            return false;
        }
    }
    return true;
}

/* Draw the legs' timestamps again, all marks placed (T4); but not for a unit with holds, whose due
 * times hang on them. Returns false if the unit is still not the latest. */
static bool redraw_under_marks(struct store *store, struct unit *unit)
{
    uint64_t timestamp;

    if (unit->view_count > 0 || unit->imports) return false;
    timestamp = clock_draw(&store->clock, unit->leg_count);
    for (uint32_t i = 0; i < unit->leg_count; i++) {
        unit->legs[i].timestamp = timestamp + i;
        transfer_at(&store->transfers, unit->legs[i].place)->timestamp = timestamp + i;
    }
    return is_latest(store, unit);
}

/* Begin an attempt. */
static uint64_t begin_attempt(struct store *store, struct unit *unit, enum knot_kind kind)
{
    for (uint32_t i = 1; i < unit->leg_count; i++) {
        audit(unit->legs[i].place == unit->legs[0].place + i); /* deciding_knot() */
    }
    return strand_begin_row(&store->transfers, unit->legs[0].place, kind, unit->leg_count);
}

bool quipui_tie(struct store *store, struct unit *unit)
{
    enum knot_kind kind = unit->legs[0].event == NULL ? KNOT_EXPIRY : KNOT_TRANSFER;
    uint64_t link = link_to(unit->legs[0].place, kind, SIDE_DEBIT);
    struct knot *knot = link_knot(&store->transfers, link);

    /* Ends: a mark could not be placed, or the decision failed, only because another unit advanced
     * one of the strands or aborted this attempt; the next begins with the strands as they are. */
    for (unsigned spins = 0;; spin(&spins)) {
        uint64_t attempt;
        uint32_t placed;
        bool latest;

        if (!take_strands(store, unit)) return false;
        write_knots(store, unit, kind);
        attempt = begin_attempt(store, unit, kind);
        placed = place_marks(unit, attempt);
        latest = is_latest(store, unit) ||
                 (placed == unit->copy_count && redraw_under_marks(store, unit));
        if (placed == unit->copy_count && latest &&
            decide(knot, tie_open(attempt), TIE_COMMITTED)) {
            for (uint32_t i = 0; i < placed; i++) {
                finish(store, unit->copies[i].slot, mark_for(unit, i, attempt), unit->was[i].head);
            }
            return true;
        }
        take_off_marks(unit, placed, attempt);
        if (!latest) return false;
    }
}
