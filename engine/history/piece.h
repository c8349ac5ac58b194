/* piece.h - a piece of history: a file of records that do not change any more, written once.
 *
 * Each table of the store whose records become final has pieces of PIECE_ITEMS places; markers have
 * pieces of PIECE_MARKERS_COUNT. A piece is
 * whole and synced before anything names it, and is never written again. Its columns begin at
 * multiples of PIECE_ALIGNMENT, so that they can be mapped over the table itself.
 *
 *   H1  a name without a checkpoint that lists it means nothing: it is removed and made anew
 *   H2  the hash of the header is in the checkpoint; the hashes of the columns are in the header
 *
 * The bytes: docs/journal-format.md. */
#ifndef QUIPU_HISTORY_PIECE_H
#define QUIPU_HISTORY_PIECE_H

#include "journal/diagnosis.h"
#include "journal/directory.h"

/* Whole groups of chunks, and whole pages of every column. */
#define PIECE_ITEMS ((uint64_t)65536)
#define PIECE_ALIGNMENT ((uint64_t)65536)
#define PIECE_COLUMNS_MAX 4

/* So many of the holds of a piece may stand when it is written. */
#define PIECE_OPEN_HOLDS_MAX 32

/* Of markers: whole pages, too. They are of as many versions as four pieces of transfers give. */
#define PIECE_MARKERS_COUNT ((uint64_t)2048)

enum piece_kind {
    PIECE_TRANSFERS,  /* records, knots, ids, spans of chunks */
    PIECE_HOLDS,      /* holds */
    PIECE_FAILED_IDS, /* failed ids */
    PIECE_EXPIRIES,   /* struct piece_expiry */
    PIECE_IMPORTS,    /* import notes */
    PIECE_MARKERS,    /* markers, by number */
    PIECE_KINDS
};

/* A piece as a checkpoint names it. */
struct piece_name {
    uint64_t kind;   /* enum piece_kind */
    uint64_t number; /* it has the items from number * piece_items() on */
    uint64_t hash;   /* of its header */
};

static inline uint64_t piece_items(enum piece_kind kind)
{
    return kind == PIECE_MARKERS ? PIECE_MARKERS_COUNT : PIECE_ITEMS;
}

struct piece_expiry {
    uint64_t hold, timestamp;
};

struct piece_column {
    const void *bytes;
    uint64_t count; /* of bytes */
};

#define PIECE_NAME_BYTES 32

/* The name of its file. */
void quipui_piece_file(const struct piece_name *name, char file[PIECE_NAME_BYTES]);

/* Does a file of this name belong to archive, as far as its name says? */
bool quipui_piece_is_file(const char *file, struct piece_name *name);

/* Write a piece and sync it; the directory is the caller's to sync. name->hash is set.
 *
 *   returns  QUIPU_OK, QUIPU_IO, QUIPU_NO_SPACE */
quipu_status quipui_piece_write(struct directory *directory, struct piece_name *name,
                                const struct piece_column *columns, unsigned count,
                                struct diagnosis *diagnosis);

struct piece {
    struct directory *directory;
    struct piece_name name;
    char file_name[PIECE_NAME_BYTES];
    int file;
    unsigned column_count;
    struct {
        uint64_t offset, bytes, hash;
    } columns[PIECE_COLUMNS_MAX];
};

/* Open a piece that a checkpoint names: it has its header, its hash and its size.
 *
 *   returns  QUIPU_OK, QUIPU_CORRUPT, QUIPU_UNSUPPORTED, QUIPU_IO */
quipu_status quipui_piece_open(struct directory *directory, const struct piece_name *name,
                               struct piece *piece, struct diagnosis *diagnosis);
void quipui_piece_close(struct piece *piece);

/* Is this column there, with so many bytes? QUIPU_OK or QUIPU_CORRUPT. */
quipu_status quipui_piece_expect(const struct piece *piece, unsigned column, uint64_t bytes,
                                 struct diagnosis *diagnosis);

/* Read a column and compare its hash. QUIPU_OK, QUIPU_CORRUPT, QUIPU_IO. */
quipu_status quipui_piece_read(const struct piece *piece, unsigned column, void *bytes,
                               struct diagnosis *diagnosis);

/* Put a column in place of what is mapped at `address`. What is written there goes to no file.
 * QUIPU_OK, QUIPU_NO_MEMORY, QUIPU_IO. */
quipu_status quipui_piece_map(const struct piece *piece, unsigned column, void *address,
                              struct diagnosis *diagnosis);

/* The same of `count` bytes from `from` on, whole multiples of PIECE_ALIGNMENT. */
quipu_status quipui_piece_map_part(const struct piece *piece, unsigned column, uint64_t from,
                                   uint64_t count, void *address, struct diagnosis *diagnosis);

/* Read all of it from the disk, not from memory, and compare every hash. */
quipu_status quipui_piece_check(struct directory *directory, const struct piece_name *name,
                                struct diagnosis *diagnosis);

#endif
