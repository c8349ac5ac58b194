/* history_file.h - histories on disk: CSV, one row per call and one per step.
 * docs/history-format.md. */
#ifndef QUIPU_CHECKER_HISTORY_FILE_H
#define QUIPU_CHECKER_HISTORY_FILE_H

#include <stdio.h>

#include "checker/recording.h"

/* Where a file is no history, and why. */
struct history_fault {
    uint64_t line;    /* from 1; 0: it could not be read, or memory is out */
    char reason[160]; /* no full stop */
};

/* False: `to` cannot be written; errno says why. */
bool history_write(const struct history *history, FILE *to);

/* Read all of `from`. Any bytes will do: what is no history is a fault. After a fault `history` is
 * empty; else it is to be closed. */
bool history_read(struct history *history, FILE *from, struct history_fault *fault);

#endif
