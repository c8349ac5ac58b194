/* strand.h - walking along the knots of an account, from its newest back to its first.
 *
 * Knots do not change once committed (K3). So a walk sees the account at each of its versions while
 * writers go on. */
#ifndef QUIPU_READ_STRAND_H
#define QUIPU_READ_STRAND_H

#include "read/section.h"

/* A walk: the account as it was right after the knot at `link`. */
struct strand {
    const struct transfers *transfers;
    uint64_t link;
    struct totals totals;
    uint64_t version;
    bool closed;
};

/* Start where the account in `slot` has this version or a later one: at the newest knot of a copy
 * of it, or at the marker that is nearest to the version. Where the totals and the newest knot of a
 * copy may be of two instants, the totals are summed up from the newest marker of the strand.
 *
 *   cost  at most 256 versions down to that one; and what no reader has marked yet, once */
void quipui_strand_start(struct strand *strand, struct reader *reader, struct slot *slot,
                         const struct account_state *state, uint64_t version);

/* Go back to the account as it was right after it got this version, which is not newer. */
void quipui_strand_back_to(struct strand *strand, uint64_t version);

#endif
