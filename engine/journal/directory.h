/* directory.h - the directory of a ledger: its owner, and the few facts that all else hangs on.
 *
 *   quipu.lock     empty; an exclusive OFD lock on it makes us the owner
 *   quipu.ledger   the facts below; replaced as a whole by a rename
 *   quipu.spare    the next quipu.ledger, before it is renamed
 *   journal.N      the segments of the log, N in 16 hexadecimal digits: segments.h
 *   journal.spare  the next segment, before it is renamed
 *
 *   D1  nobody writes a byte without the lock; a second opener is QUIPU_BUSY, in this process, too
 *   D2  a directory with other files and no quipu.ledger is not ours: nothing is written there
 *   D3  of two openers that make a ledger at once, one makes it and the other is QUIPU_BUSY
 *   D4  opening writes nothing where there is a ledger; the first change of the facts does
 *   D5  in a child of fork() the handles are closed at once: it has no part in the lock */
#ifndef QUIPU_JOURNAL_DIRECTORY_H
#define QUIPU_JOURNAL_DIRECTORY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/file.h"
#include "base/fork.h"
#include "journal/diagnosis.h"
#include "quipu/types.h"

/* Segments are whole blocks, and so are frames in them. */
#define JOURNAL_BLOCK_BYTES 4096
#ifndef JOURNAL_SEGMENT_BYTES /* tests have small ones */
#define JOURNAL_SEGMENT_BYTES ((uint64_t)256 << 20)
#endif
#define JOURNAL_SEGMENT_BYTES_MIN ((uint64_t)4 * JOURNAL_BLOCK_BYTES)
#define JOURNAL_SEGMENT_BYTES_MAX ((uint64_t)1 << 32)

/* So many segments at the start of a ledger are smaller: half of it, a quarter, and so on. */
#define JOURNAL_SMALL_SEGMENTS 6

/* Numbers that the layers above keep in quipu.ledger: the newest checkpoint, for one. */
#define DIRECTORY_NOTES 32

struct ledger_facts;

struct directory_options {
    struct files *files; /* NULL: the kernel's */
    const char *path;
    uint64_t segment_bytes; /* at most, of a ledger that is made now; 0: JOURNAL_SEGMENT_BYTES */
    bool create;            /* make the directory and the ledger if they are not there */
    bool read_only;         /* never write; many may read at once, beside no owner */
    /* With these facts a ledger is made whose files come first: quipu.ledger is written by the
     * first change. There must be no ledger yet. NULL: an ordinary opening. */
    const struct ledger_facts *facts;
};

/* A point between two frames: what the frame before was. */
struct log_point {
    uint64_t sequence; /* of the frame before; 0: there is none */
    uint64_t epoch;
    uint64_t hash;
    uint64_t horizon;
};

/* What quipu.ledger says. */
struct ledger_facts {
    unsigned char identity[16]; /* random, for the ledger's life */
    uint64_t changes;           /* how often the facts were written */
    uint64_t epoch;             /* the newest that led */
    uint64_t segment_bytes;     /* of every segment but the first few */
    uint64_t first_segment;     /* all below were trimmed */
    uint64_t last_segment;      /* the last that was made: all of first..last must be there */
    struct log_point first;     /* what was before the first frame of first_segment */
    struct log_point known;     /* a frame that was durable: the log reaches at least so far */
    uint64_t closed;            /* 1: `known` is the end, said by the close of `epoch` */
    uint64_t notes[DIRECTORY_NOTES];
};

struct directory {
    struct files *files;
    int handle; /* of the directory */
    int lock;   /* handle of quipu.lock */
    bool read_only;
    bool made;   /* the ledger was made by this open */
    bool forked; /* plain: written in a child that has one thread yet */
    pthread_mutex_t guard;
    struct ledger_facts facts; /* plain, under guard */
    quipu_status failed;       /* plain, under guard; QUIPU_IO: the disk failed, for good */
    struct fork_member member;
    char path[4096]; /* as it was given, for diagnoses */
};

/* Open, or make, the ledger's directory and own it.
 *
 *   returns  QUIPU_OK           *directory is ours
 *            QUIPU_BUSY         another has it
 *            QUIPU_INVALID      no ledger and not empty (D2), not a directory, segment_bytes is out
 *                               of range or not whole blocks, path too long
 *            QUIPU_UNSUPPORTED  a newer format, or another byte order
 *            QUIPU_CORRUPT      quipu.ledger is damaged, or missing where there is a journal
 *            QUIPU_IO, QUIPU_NO_SPACE, QUIPU_NO_MEMORY
 *   threads  any */
quipu_status quipui_directory_open(const struct directory_options *options,
                                   struct directory **directory, struct diagnosis *diagnosis);

/* Let the lock go and forget the directory. In a child of fork() no file is touched. NULL: nothing.
 *
 *   threads  one, once, after the log in it was closed or abandoned */
void quipui_directory_close(struct directory *directory);

/* Change the facts, and have the change durable. `change` is called under the guard with a copy,
 * which becomes the facts once it is on disk. On failure they stay as they were, in memory; on
 * disk they are either. QUIPU_IO is final: nothing is written from then on.
 *
 *   returns  QUIPU_OK, QUIPU_INVALID (read only), QUIPU_FENCED (in a child), QUIPU_IO,
 *            QUIPU_NO_SPACE, QUIPU_NO_MEMORY
 *   threads  any */
quipu_status quipui_directory_change(struct directory *directory,
                                     void (*change)(struct ledger_facts *facts, void *context),
                                     void *context, struct diagnosis *diagnosis);

/* A copy of the facts. */
void quipui_directory_facts(struct directory *directory, struct ledger_facts *facts);

#endif
