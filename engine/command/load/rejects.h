/* rejects.h - the rows that came to nothing, as CSV: which, why, and as they stood.
 *
 * Columns: file, line, outcome, meaning, needed, available, row. `outcome` is that of the ledger,
 * or bad_row, or skipped_row (good, but linked to a bad one). `row` is the line of the file, byte
 * for byte, as one quoted field; on a terminal alone it is escaped. */
#ifndef QUIPU_COMMAND_LOAD_REJECTS_H
#define QUIPU_COMMAND_LOAD_REJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/load/shortfall.h"
#include "command/terminal/output.h"

struct reject {
    const char *path;
    uint64_t line;
    const char *outcome, *meaning;
    size_t meaning_length;
    const struct shortfall *shortfall; /* NULL: it is not about balances */
    const char *row;
    size_t row_length;
};

struct rejects {
    FILE *stream; /* NULL: nobody wants them */
    bool escapes;
    struct output output;
};

/* "-" is standard output; NULL: nobody wants them. False: said why. */
bool reject_open(struct rejects *rejects, const char *path);

/* What fails here is seen by reject_close(). */
void reject_write(struct rejects *rejects, const struct reject *reject);

/* The file appears. False: said why. */
bool reject_close(struct rejects *rejects);

/* It does not. */
void reject_drop(struct rejects *rejects);

#endif
