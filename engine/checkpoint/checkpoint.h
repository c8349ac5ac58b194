/* checkpoint.h - the state of a running ledger, written to files beside its journal.
 *
 * A checkpoint is the ledger as it was at one timestamp, the cut, made while writers go on:
 *
 *   1  note the sequence of the next frame, then draw a timestamp, and wait for a cut above it:
 *      so all that is not older than the cut is in that frame or a later one
 *   2  copy what is older than the cut: accounts, walked back to it; pieces of history that are
 *      complete, as files of their own; the rest of the records
 *   3  sync, read everything back from the disk, and name it in quipu.ledger
 *   4  map the new pieces over the tables, trim the log, remove what was replaced
 *
 *   C1  the cut is a horizon, and all below it is durable: every record that is older has taken
 *       effect, and no other ever will. No import runs until the copies are made, since its records
 *       have timestamps of long ago
 *   C2  along each strand timestamps rise with versions. So an account at the cut is its newest
 *       state, moved back along the strand by the knots that are not older
 *   C3  a record that is older than the cut does not change any more, a hold apart: that of one
 *       that was resolved since stands in the checkpoint
 *   C4  pieces are mapped private: a helper of `cas` that comes late may write to one in vain
 *
 *   source   docs/adr/0020-checkpoints-at-a-horizon.md */
#ifndef QUIPU_CHECKPOINT_CHECKPOINT_H
#define QUIPU_CHECKPOINT_CHECKPOINT_H

#include "base/futex.h"
#include "history/archive.h"
#include "journal/journal.h"
#include "protocol/protocol.h"

struct checkpoints {
    struct store *store;
    const struct protocol *protocol;
    struct log *log;
    struct archive archive;
    pthread_mutex_t making;    /* one at a time */
    _Atomic uint32_t stopping; /* give up: the ledger is about to be closed */
    uint64_t interval;         /* bytes of journal, or CHECKPOINT_NEVER */
    pthread_t keeper;          /* makes them by itself */
    bool has_keeper;
};

#define CHECKPOINT_NEVER UINT64_MAX
#define CHECKPOINT_BYTES ((uint64_t)1 << 30)

/* Before the recovery, which fills `history`. Returns false if memory runs out. */
bool quipui_checkpoints_open(struct checkpoints *checkpoints, struct store *store,
                             const struct protocol *protocol, struct directory *directory,
                             struct log *log);
void quipui_checkpoints_close(struct checkpoints *checkpoints);

/* Make them, now that the ledger has its journal: when asked, and after each interval.
 *
 *   returns  QUIPU_OK, QUIPU_NO_MEMORY */
quipu_status quipui_checkpoints_start(struct checkpoints *checkpoints);

/* Have no checkpoint in progress, and none begun, until they are started again. */
void quipui_checkpoints_stop(struct checkpoints *checkpoints);

/* Make a checkpoint now.
 *
 *   returns  QUIPU_OK         it is on disk; the log is trimmed, if it could be
 *            QUIPU_BUSY       the ledger is about to be closed
 *            QUIPU_UNSUPPORTED  a machine of another byte order than that of the files
 *            QUIPU_NO_MEMORY, QUIPU_IO, QUIPU_NO_SPACE, QUIPU_CORRUPT (what was read back is not
 *            what was written): the one before holds
 *   threads  any */
quipu_status quipui_checkpoint(struct checkpoints *checkpoints, struct diagnosis *diagnosis);

/* Make the same ledger in another directory, which is empty or not there, while this one goes on:
 * a checkpoint, all pieces, and no journal. What fails leaves files there, and no ledger.
 *
 *   returns  as quipui_checkpoint(), and as quipui_directory_open() of the other directory */
quipu_status quipui_backup(struct checkpoints *checkpoints, const char *path,
                           struct diagnosis *diagnosis);

#endif
