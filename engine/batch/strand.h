/* strand.h - walking along the knots of an account, from its newest back to its first.
 *
 * Knots do not change once committed (K3), so a walk sees the account at each of its versions,
 * whatever writers do meanwhile. */
#ifndef QUIPU_BATCH_STRAND_H
#define QUIPU_BATCH_STRAND_H

#include "batch/read.h"

/* One knot of a walk. */
struct step_back {
    const quipu_transfer *transfer; /* NULL: an expiry */
    const quipu_transfer *pending;  /* what it resolved, or NULL */
    enum side side;
};

/* Step back along *link. False: the account's creation is reached. */
bool quipui_step_back(const struct transfers *transfers, uint64_t *link, struct step_back *step);

/* Take back what this knot did to the account: its totals, its version, whether it is closed. */
void quipui_undo(struct balance *balance, const struct step_back *step);

/* A walk: the account as it was right after the knot at `link`. */
struct strand {
    const struct transfers *transfers;
    uint64_t link;
    struct balance balance;
};

/* Start at the newest knot of a copy. Where a copy's totals and its newest knot may be of two
 * instants, the totals are summed up along the strand. */
void quipui_strand_start(struct strand *strand, struct reader *reader,
                         const struct account_state *state);

/* Go back to the account as it was right after it got this version, which is not newer. */
void quipui_strand_back_to(struct strand *strand, uint64_t version);

#endif
