/* knot.h - the strand of an account: knots, tied newest to oldest.
 *
 * Every change of an account is a knot on its strand: a stored transfer, or the expiry of a pending
 * one. A knot is on two strands, the debit account's and the credit account's; for each it keeps
 * the version that it gave and the link to the knot before.
 *
 *   K1  following a link from an account's head meets versions n, n - 1, ..., 1 without a gap
 *       (version 1 is the account's creation and has no knot: its link is 0)
 *   K2  a knot reached from a head is committed; a knot with tie TIE_COMMITTED is, too
 *   K3  versions and links do not change once committed */
#ifndef QUIPU_RECORDS_KNOT_H
#define QUIPU_RECORDS_KNOT_H

#include "base/atomic.h"
#include "rules/balance.h"

enum knot_kind { KNOT_TRANSFER, KNOT_EXPIRY };

struct knot {
    /* raced: only in cas, by units that help or abort; elsewhere under the account's edge. */
    _Atomic uint64_t version[2];
    _Atomic uint64_t previous[2];
    _Atomic uint64_t tie; /* enum tie_state; in cas also attempt and place in the unit */
    union {
        uint64_t hold;      /* of a transfer: what it opened or resolved: index + 1, or 0 */
        uint64_t timestamp; /* of an expiry */
    };
};

enum tie_state { TIE_OPEN = 0, TIE_COMMITTED = 1, TIE_ABORTED = 2, TIE_STATE = 3 };

_Static_assert(sizeof(struct knot) == 48, "the memory of a transfer is counted in docs");

/* A link names a knot, by the index of its transfer or of its hold, and the side of it that is on
 * this strand; 0 is the end. The bits from LINK_BITS up are for a protocol's marks. */
#define LINK_BITS 40
#define LINK_MARK_CLOSED ((uint64_t)4)

static inline uint64_t link_to(uint64_t index, enum knot_kind kind, enum side side)
{
    return (index + 1) << 3 | (uint64_t)kind << 1 | (uint64_t)side;
}

static inline uint64_t link_index(uint64_t link)
{
    return ((link & (((uint64_t)1 << LINK_BITS) - 1)) >> 3) - 1;
}

static inline enum knot_kind link_kind(uint64_t link)
{
    return (link >> 1 & 1) != 0 ? KNOT_EXPIRY : KNOT_TRANSFER;
}

static inline enum side link_side(uint64_t link)
{
    return (link & 1) != 0 ? SIDE_CREDIT : SIDE_DEBIT;
}

/* The version that a knot gave the account on that side, and the link to the knot before. */
static inline uint64_t knot_version(const struct knot *knot, enum side side)
{
    /* edge knot.links: acquire; pairs with release in knot_tie_to(). */
    return load_acquire(&knot->version[side]);
}

static inline uint64_t knot_previous(const struct knot *knot, enum side side)
{
    /* edge knot.links: acquire; pairs with release in knot_tie_to(). */
    return load_acquire(&knot->previous[side]);
}

static inline void knot_tie_to(struct knot *knot, enum side side, uint64_t version,
                               uint64_t previous)
{
    /* edge knot.links: release; pairs with acquire in knot_previous(). Carries that in cas the
     * marks of the attempt before are gone. Elsewhere the account's head or the tie carries the
     * knot. */
    store_release(&knot->version[side], version);
    store_release(&knot->previous[side], previous);
}

/* From here on the knot's transfer is found by id and by scans. */
static inline void knot_settle(struct knot *knot)
{
    /* edge knot.tie: release; pairs with acquire in knot_is_settled(). Carries the record. */
    store_release(&knot->tie, TIE_COMMITTED);
}

static inline bool knot_is_settled(const struct knot *knot)
{
    /* edge knot.tie: acquire; pairs with release in knot_settle(). */
    return (load_acquire(&knot->tie) & TIE_STATE) == TIE_COMMITTED;
}

#endif
