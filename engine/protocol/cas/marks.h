/* marks.h - cas: the words of a strand, of a mark and of a tie, and how each is swapped.
 *
 * For tie.c, which ties units, straight_post.inc.h, which ties plain transfers, and bundle.inc.h,
 * which ties several; see tie.h. */
#ifndef QUIPU_PROTOCOL_CAS_MARKS_H
#define QUIPU_PROTOCOL_CAS_MARKS_H

#include "protocol/cas/tie.h"

/* A strand word: version << 2 | closed << 1 | busy, and above it a link or a mark. A mark is a link
 * with the closed bit that will be, and the attempt from bit 40 up. */
#define BUSY ((uint64_t)1)
#define CLOSED ((uint64_t)2)
#define LINK_MASK ((((uint64_t)1 << LINK_BITS) - 1) & ~LINK_MARK_CLOSED)

/* A tie word: state (2 bits), place of the leg in its unit (13), attempt (24, from bit 16). */
#define TIE_LEG_SHIFT 2
#define TIE_LEG_MASK ((uint64_t)0x1FFF)
#define TIE_ATTEMPT_SHIFT 16
#define TIE_ATTEMPT_MASK ((uint64_t)0xFFFFFF)

struct strand {
    uint64_t word, head;
};

static inline wide packed(struct strand strand)
{
    return (wide)strand.head << 64 | strand.word;
}

static inline struct strand unpacked(wide value)
{
    return (struct strand){(uint64_t)value, (uint64_t)(value >> 64)};
}

static inline struct strand strand_of(struct slot *slot)
{
    /* edge cas.strand: acquire; pairs with acq_rel in advance(). */
    return unpacked(load_acquire(&cas_state_of(slot)->strand));
}

static inline bool advance(struct slot *slot, struct strand from, struct strand to)
{
    wide seen = packed(from);

    /* edge cas.strand: acq_rel; pairs with acquire in strand_of(). Carries records and knots. */
    return cas_acq_rel(&cas_state_of(slot)->strand, &seen, packed(to));
}

static inline uint64_t tie_of(const struct knot *knot)
{
    /* edge cas.tie: acquire; pairs with acq_rel in decide(). */
    return load_acquire(&knot->tie);
}

static inline bool decide(struct knot *knot, uint64_t from, enum tie_state to)
{
    /* edge cas.tie: acq_rel; pairs with acquire in tie_of(). Carries the unit's knots. */
    return cas_acq_rel(&knot->tie, &from, (from & ~(uint64_t)TIE_STATE) | (uint64_t)to);
}

static inline uint64_t tie_attempt(uint64_t tie)
{
    return tie >> TIE_ATTEMPT_SHIFT & TIE_ATTEMPT_MASK;
}

/* A tie word that is open. */
static inline uint64_t tie_open(uint64_t attempt)
{
    return attempt << TIE_ATTEMPT_SHIFT;
}

/* Number the next attempt at a unit whose first knot this is (T1). */
static inline uint64_t strand_begin(struct knot *knot)
{
    /* relaxed: only we give out attempts of our own knots. */
    uint64_t attempt = (tie_attempt(load_relaxed(&knot->tie)) + 1) & TIE_ATTEMPT_MASK;

    /* relaxed: published by the marks. */
    store_relaxed(&knot->tie, tie_open(attempt));
    return attempt;
}

/* The same of a unit whose knots are in a row: tell the others where the first is. */
static inline uint64_t strand_begin_row(const struct transfers *transfers, uint64_t first,
                                        enum knot_kind kind, uint32_t count)
{
    uint64_t attempt = strand_begin(link_knot(transfers, link_to(first, kind, SIDE_DEBIT)));

    for (uint32_t i = 1; i < count; i++) {
        struct knot *other = knot_at(transfers, first + i);
        /* relaxed: published by the marks. Its own attempts are kept (T1). */
        uint64_t tie = load_relaxed(&other->tie) & TIE_ATTEMPT_MASK << TIE_ATTEMPT_SHIFT;

        /* relaxed: published by the marks. */
        store_relaxed(&other->tie, tie | (uint64_t)i << TIE_LEG_SHIFT);
    }
    return attempt;
}

/* The strand of an account that is so, with no mark on it. */
static inline struct strand strand_idle(const struct account_state *state)
{
    return (struct strand){state->balance.version << 2 | (state->balance.closed ? CLOSED : 0),
                           state->head};
}

/* The same, the other way round. */
static inline void strand_take(struct strand strand, struct account_state *state)
{
    state->balance.version = strand.word >> 2;
    state->balance.closed = (strand.word & CLOSED) != 0;
    state->head = strand.head;
}

/* The mark of a unit that finds the account as it was, and will leave it as it is now. */
static inline struct strand strand_mark(const struct account_state *was,
                                        const struct account_state *now, uint64_t attempt)
{
    uint64_t closed = now->balance.closed ? LINK_MARK_CLOSED : 0;

    return (struct strand){strand_idle(was).word | BUSY, now->head | closed | attempt << LINK_BITS};
}

/* When an account was touched, and at which version (T5). */
static inline wide touched_pair(uint64_t version, uint64_t touched)
{
    return (wide)version << 64 | touched;
}

/* The largest timestamp that touched the account by the time its strand was this one, which has no
 * mark. */
static inline uint64_t touched_at(struct store *store, struct slot *slot, struct strand strand)
{
    /* relaxed: it is believed only of its version (T5), and then it is what the strand's knots
     * say. */
    wide pair = load_relaxed(&cas_state_of(slot)->touched);

    if ((uint64_t)(pair >> 64) == strand.word >> 2) return (uint64_t)pair;
    return quipui_tie_touched(store, slot, strand.head);
}

/* Take off the mark of a committed unit, after which the account was touched then. */
static inline void strand_finish(struct slot *slot, struct strand mark, struct strand after,
                                 uint64_t touched)
{
    /* relaxed: it is believed only of its version (T5). */
    store_relaxed(&cas_state_of(slot)->touched, touched_pair(after.word >> 2, touched));
    (void)advance(slot, mark, after);
}

#endif
