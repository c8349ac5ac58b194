/* segments.h - the log in a directory (log.h): segments of a fixed size, zeroed ahead.
 *
 * docs/journal-format.md has the bytes, and the reasons of what recovery concludes from them. */
#ifndef QUIPU_JOURNAL_SEGMENTS_H
#define QUIPU_JOURNAL_SEGMENTS_H

#include <stdbool.h>

#include "journal/directory.h"
#include "journal/log.h"

struct segments_options {
    bool alone;   /* no helper thread: the appender zeroes segments itself */
    bool salvage; /* open it though segments are missing, for cursors that salvage */
};

/* The log of this directory, which must outlive it. Reads nothing yet but the names.
 *
 *   returns  QUIPU_OK       *log is open; give it to log_close()
 *            QUIPU_CORRUPT  a segment is missing, or not as long as it was made
 *            QUIPU_IO, QUIPU_NO_MEMORY
 *   threads  one log of a directory at a time */
quipu_status quipui_segments_open(struct directory *directory,
                                  const struct segments_options *options, struct log **log,
                                  struct diagnosis *diagnosis);

#endif
