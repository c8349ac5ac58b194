/* recover.h - the tables of a ledger, from its log.
 *
 *   0  if there is a checkpoint, what is older than its cut comes from its image and its pieces, at
 *      the places where it was; entries of the log that are older are passed over
 *   1  read the log once for its cuts and its horizon (log.h, L3, L6)
 *   2  read it again: keep each entry whose instant is below the horizon of the next cut, or, after
 *      the last cut, of the last frame; accounts, transfers, failed ids and expiries go into the
 *      tables. The order of entries means nothing
 *   3  tie each account's strand by versions; they have no gap (knot.h, K1), or the log is corrupt
 *   4  resolve holds, sum totals, give each account its state, add time-outs and import notes
 *   5  check the books: what was debited was credited, and every transfer fits its accounts
 *
 * What goes wrong: a damaged log is QUIPU_CORRUPT with a diagnosis; the store is then to be closed.
 * Nothing of the log is changed. */
#ifndef QUIPU_RECOVERY_RECOVER_H
#define QUIPU_RECOVERY_RECOVER_H

#include "history/archive.h"
#include "journal/log.h"
#include "records/store.h"

/* How a protocol takes an account back: its first state in this run. Returns false if memory runs
 * out. */
typedef bool recover_seed(void *context, struct store *store, struct slot *slot,
                          const struct account_state *state);

struct recovered {
    uint64_t horizon; /* H: all below it is in the tables, and nothing else */
    uint64_t newest;  /* the largest timestamp in the log, that of dropped entries included */
    uint64_t accounts, transfers, failed_ids;
};

/* Fill the tables of a store that is open and empty, which no other thread knows.
 *
 *   returns  QUIPU_OK        the tables are as the ledger was at the horizon; the clock's last
 *                            timestamp is not below *recovered's
 *            QUIPU_CORRUPT   the log is damaged, or contradicts itself
 *            QUIPU_NO_SPACE  the capacities of the store are too small for it
 *            QUIPU_NO_MEMORY, QUIPU_IO, QUIPU_UNSUPPORTED
 *   cost     O(entries behind the checkpoint), which are read twice, and O(transfers), whose ids
 *            are read
 *
 * `history` is open and empty, or NULL: a log without checkpoints. */
quipu_status quipui_recover(struct log *log, struct archive *archive, struct store *store,
                            recover_seed *seed, void *context, struct recovered *recovered,
                            struct diagnosis *diagnosis);

#endif
