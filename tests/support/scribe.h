/* scribe.h - a writer of journals that knows what must be in them.
 *
 * It opens a ledger's directory, reads the log to its end and compares it with what was
 * acknowledged, leads, and appends entries with bytes that follow from their number. What it finds
 * wrong it says in `broken`; the test decides what that means: a control must break something.
 *
 *   C1  what was acknowledged is there, in order, whole
 *   C2  of what was begun and not acknowledged, at most the last is there, behind all the rest
 *   C3  what one recovery found, the next one finds; what it did not find never comes back
 *   C4  sequences have no gaps, epochs grow, horizons do not fall */
#ifndef QUIPU_TESTS_SCRIBE_H
#define QUIPU_TESTS_SCRIBE_H

#include "journal/log.h"
#include "journal/segments.h"
#include "support/random.h"

#define SCRIBE_ENTRIES 4096

struct scribe {
    struct directory_options where;
    struct segments_options how;
    struct directory *directory;
    struct log *log;
    struct random random; /* of lengths and payloads */
    uint64_t epoch, sequence, horizon;

    uint32_t entries[SCRIBE_ENTRIES];   /* numbers of those that must be there, in order */
    uint64_t sequences[SCRIBE_ENTRIES]; /* of their frames */
    uint32_t trimmed;                   /* so many of the first may be gone */
    uint32_t count;
    uint32_t begun; /* the number of one that may be there behind them, or 0 */
    uint32_t next;  /* the next number */

    char broken[200]; /* what is wrong, or "" */
    struct diagnosis diagnosis;
};

void scribe_init(struct scribe *scribe, struct files *files, uint64_t seed);

/* Open, read to the end, compare, and append the cut.
 *
 *   returns  what the first call that failed did; nothing is open then */
quipu_status scribe_open(struct scribe *scribe);

/* The same, and no more than reading. */
quipu_status scribe_check(struct scribe *scribe);

/* Append the next entry, of so many bytes. */
quipu_status scribe_append(struct scribe *scribe, size_t length);

/* Append `count` entries of random lengths, and trim now and then. */
quipu_status scribe_work(struct scribe *scribe, uint32_t count);

/* Forget all but the last frame and `kept` before it. */
quipu_status scribe_trim(struct scribe *scribe, uint32_t kept);

quipu_status scribe_close(struct scribe *scribe);

/* The process dies: nothing is written any more. Needs a log without a helper. */
void scribe_die(struct scribe *scribe);

#endif
