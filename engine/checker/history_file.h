/* history_file.h - histories on disk: CSV, one row per call and one per step.
 * docs/history-format.md. */
#ifndef QUIPU_CHECKER_HISTORY_FILE_H
#define QUIPU_CHECKER_HISTORY_FILE_H

#include <stdio.h>

#include "checker/recording.h"

/* Why a file is no history, and in which line. */
struct history_fault {
    uint64_t line;    /* from 1; 0: the file could not be read, or memory ran out */
    char reason[160]; /* no full stop */
};

/* Returns false if `to` cannot be written; errno says why. */
bool history_write(const struct history *history, FILE *to);

/* Read all of `from`, which may hold any bytes. Returns true if they are a history; the caller
 * closes it later. Otherwise fills *fault, and `history` is empty. */
bool history_read(struct history *history, FILE *from, struct history_fault *fault);

#endif
