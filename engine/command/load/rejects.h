/* rejects.h - a CSV file of the rows that were bad, skipped or refused, with the reason for each.
 *
 * Columns: file, line, outcome, meaning, needed, available, row. `outcome` is that of the ledger,
 * or bad_row, or skipped_row (good, but linked to a bad one). `row` is the line of the file, byte
 * for byte, as one quoted field; only on a terminal it is escaped. */
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
    const struct shortfall *shortfall; /* NULL: the outcome is not about amounts */
    const char *row;
    size_t row_length;
};

struct rejects {
    FILE *stream; /* NULL: rejects are not written */
    bool escapes;
    struct output output;
};

/* "-" is standard output; NULL: do not write rejects. Returns false, with a complaint, if the file
 * cannot be opened. */
bool reject_open(struct rejects *rejects, const char *path);

/* reject_close() sees a failed write. */
void reject_write(struct rejects *rejects, const struct reject *reject);

/* The file appears. Returns false, with a complaint, if it could not be written. */
bool reject_close(struct rejects *rejects);

/* The file does not appear. */
void reject_drop(struct rejects *rejects);

#endif
