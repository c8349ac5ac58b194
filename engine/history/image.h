/* image.h - the file of a checkpoint: the tables as they were at one timestamp, the cut.
 *
 * What is older than the cut is in the image or in a piece that it names; nothing else is. Entries
 * of the log that are older than the cut are not needed any more; all others stand in frames from
 * `first_frame` on.
 *
 *   I1  an image is written under a number that was never used, and synced, before quipu.ledger
 *       names it with its size and its hash
 *   I2  it is read back from the disk before anything that it replaces is removed
 *
 * A header of one block, then the sections in the order of enum image_section, each a row of equal
 * items. They are the structs below, little-endian; docs/journal-format.md has the bytes. */
#ifndef QUIPU_HISTORY_IMAGE_H
#define QUIPU_HISTORY_IMAGE_H

#include "history/piece.h"
#include "records/imports.h"
#include "records/markers.h"

enum image_section {
    IMAGE_ACCOUNTS,   /* struct image_account: of the places 0, 1, 2 ... */
    IMAGE_TRANSFERS,  /* struct image_transfer: those that no piece has; and so on */
    IMAGE_HOLDS,      /* struct image_hold; of pieces: those that stood when these were written */
    IMAGE_FAILED_IDS, /* struct image_failed_id */
    IMAGE_EXPIRIES,   /* struct piece_expiry, in order */
    IMAGE_IMPORTS,    /* struct import_note, in order */
    IMAGE_MARKERS,    /* struct marker, by number; links are numbers */
    IMAGE_PIECES,     /* struct piece_name */
    IMAGE_SECTIONS
};

struct image_account {
    quipu_uint128 id, user_data_128;
    struct totals totals;
    uint64_t timestamp, touched, version;
    uint64_t head; /* link */
    uint64_t user_data_64;
    uint32_t user_data_32, ledger;
    uint16_t code, flags;
    uint32_t closed;
    uint64_t marker; /* the newest on its strand: its number, or 0 (marker_numbers.h) */
};

struct image_transfer {
    quipu_transfer record;
    uint64_t place;
    uint64_t version[2], previous[2];
    uint64_t hold; /* as in struct knot */
};

struct image_hold {
    uint64_t place;
    uint64_t state; /* a hold_word() */
    uint64_t transfer, due;
    uint64_t account[2];
    uint64_t version[2], previous[2]; /* of its expiry, if it has expired */
    uint64_t timestamp, depth;        /* of its expiry, or 0 (timeouts.h, D8) */
};

struct image_failed_id {
    quipu_uint128 id;
    uint64_t timestamp, place;
};

_Static_assert(sizeof(struct image_account) == 160, "no holes");
_Static_assert(sizeof(struct image_transfer) == 176, "no holes");
_Static_assert(sizeof(struct image_hold) == 96, "no holes");
_Static_assert(sizeof(struct image_failed_id) == 32, "no holes");

/* How quipu.ledger names a checkpoint: in its notes, from the first on. */
struct checkpoint_name {
    uint64_t number;      /* 0: there is none */
    uint64_t bytes, hash; /* of the file; of its header */
    uint64_t first_frame; /* sequence: the log is needed from here on */
    uint64_t cut;         /* timestamp */
};

/* What the header says beside the sections. */
struct image_facts {
    uint64_t cut;         /* timestamp: all below it is here */
    uint64_t first_frame; /* sequence */
    uint64_t newest;      /* timestamp: of the newest stored transfer, or 0 */
    uint64_t places[3];   /* of transfers, holds and failed ids: none at or above was in use */
    bool has_open_holds;  /* there are holds of pieces among the holds */
};

#define IMAGE_NAME_BYTES 32

void quipui_image_file(uint64_t number, char file[IMAGE_NAME_BYTES]);
bool quipui_image_is_file(const char *file, uint64_t *number);

/* The newest checkpoint that the facts name, and the other way round. */
void quipui_checkpoint_name(const struct ledger_facts *facts, struct checkpoint_name *name);
void quipui_checkpoint_set(struct ledger_facts *facts, const struct checkpoint_name *name);

struct image_part {
    uint64_t offset, count, hash;
};

/* --- writing: open; of each section in order begin, add ...; finish or abandon --- */

struct image_writer {
    struct directory *directory;
    uint64_t number;
    int file;
    enum image_section section;
    struct image_part parts[IMAGE_SECTIONS];
    unsigned char *block;
    size_t used;
    uint64_t end;        /* of the file */
    quipu_status status; /* the first failure; later calls do nothing */
    struct diagnosis diagnosis;
};

quipu_status quipui_image_create(struct image_writer *writer, struct directory *directory,
                                 uint64_t number);
void quipui_image_begin(struct image_writer *writer, enum image_section section);
void quipui_image_add(struct image_writer *writer, const void *item);

/* Write what is left and the header, and sync. The writer is closed in any case. */
quipu_status quipui_image_finish(struct image_writer *writer, const struct image_facts *facts,
                                 struct checkpoint_name *name, struct diagnosis *diagnosis);

/* --- reading --- */

struct image {
    struct directory *directory;
    int file;
    char file_name[IMAGE_NAME_BYTES];
    struct image_facts facts;
    struct image_part parts[IMAGE_SECTIONS];
    bool is_newer; /* of a version that this one does not know */
    unsigned char *block;
};

/* Open an image that quipu.ledger names. `fresh`: what memory keeps of the file is dropped first.
 *
 *   returns  QUIPU_OK, QUIPU_CORRUPT, QUIPU_UNSUPPORTED, QUIPU_NO_MEMORY, QUIPU_IO */
quipu_status quipui_image_open(struct directory *directory, const struct checkpoint_name *name,
                               bool fresh, struct image *image, struct diagnosis *diagnosis);
void quipui_image_close(struct image *image);

/* Each item of a section, in order, until one is not QUIPU_OK. The hash is compared before a block
 * of items is visited. */
typedef quipu_status image_visit(void *context, const void *item, struct diagnosis *diagnosis);
quipu_status quipui_image_read(struct image *image, enum image_section section, image_visit *visit,
                               void *context, struct diagnosis *diagnosis);

/* Read all of it and compare every hash. */
quipu_status quipui_image_check(struct image *image, struct diagnosis *diagnosis);

#endif
