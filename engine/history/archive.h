/* archive.h - which records of a ledger are in files, and the checkpoint that says so.
 *
 * One of each ledger with a path. Recovery fills it; checkpoints change it, one at a time. */
#ifndef QUIPU_HISTORY_ARCHIVE_H
#define QUIPU_HISTORY_ARCHIVE_H

#include "base/pile.h"
#include "history/image.h"
#include "history/marker_numbers.h"
#include "records/store.h"

struct archive {
    struct directory *directory;
    struct checkpoint_name newest;
    uint64_t newest_transfer; /* timestamp: the newest that it has */
    bool is_uncertain; /* whether quipu.ledger names a checkpoint that failed: nothing is removed */
    struct pile pieces;               /* struct piece_name: of the newest checkpoint */
    struct region filed[PIECE_KINDS]; /* a byte for each piece: 1: the checkpoint has it */
    struct region known_holds;        /* a byte for each hold: 1: a stored transfer opened it */
    struct pile open_holds; /* uint64_t: places of holds that stood when their piece was written */
    struct marker_numbers markers;
};

/* For a store with such capacities. Returns false if address space or memory runs out. */
bool quipui_archive_open(struct archive *archive, struct directory *directory,
                         const struct store *store);
void quipui_archive_close(struct archive *archive);

/* A piece is in the newest checkpoint from now on. Returns false if memory runs out. */
bool quipui_archive_add(struct archive *archive, const struct piece_name *name);

/* The same of a piece whose name is in `pieces`. */
void quipui_archive_has(struct archive *archive, const struct piece_name *name);

/* Remove the files of history that the newest checkpoint does not name: what a crash has left, and
 * what it replaces. What cannot be removed stays. */
void quipui_archive_sweep(struct archive *archive);

/* Has a file this piece of a table? */
static inline bool archive_has_piece(const struct archive *archive, enum piece_kind kind,
                                     uint64_t number)
{
    return archive->filed[kind].base[number] != 0;
}

/* Where a column of a piece of transfers, holds or failed ids is in memory; NULL: it is not. */
void *quipui_archive_place(const struct store *store, enum piece_kind kind, unsigned column,
                           uint64_t number);

/* Put the columns of an open piece that the store has in memory in place of what is there. The
 * piece has the same bytes. QUIPU_OK, QUIPU_CORRUPT, QUIPU_NO_MEMORY, QUIPU_IO. */
quipu_status quipui_archive_map(const struct piece *piece, const struct store *store,
                                struct diagnosis *diagnosis);

/* The same of a piece of holds. Some stand, and may change at any time: `open` has their places.
 * The PIECE_ALIGNMENT bytes that one is in stay in memory. */
quipu_status quipui_archive_map_holds(const struct piece *piece, const struct store *store,
                                      const struct pile *open, struct diagnosis *diagnosis);

/* The columns of a piece of transfers. */
enum { TRANSFERS_RECORDS, TRANSFERS_KNOTS, TRANSFERS_IDS, TRANSFERS_SPANS, TRANSFERS_COLUMNS };

/* The settled places of a chunk, as a piece says it; of PIECE_ITEMS / CHUNK_PLACES chunks. */
struct piece_span {
    uint64_t oldest; /* timestamp << 1 | in order */
    uint64_t newest;
};

#define PIECE_CHUNKS (PIECE_ITEMS / CHUNK_PLACES)

#endif
