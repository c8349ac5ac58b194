/* intake.h - a CSV file as chains of accounts or of transfers; what cannot be read is reported.
 *
 * I1  A bad row is reported with file, line, column and reason, and left out.
 * I2  A chain with a bad row is left out whole: half a chain is not what was meant. A row inside a
 *     chain whose flags cannot be read counts as linked: better one row too many left out. */
#ifndef QUIPU_SHELL_INTAKE_H
#define QUIPU_SHELL_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "window.h"

struct row_file;

struct intake {
    const char *path;
    enum record_kind kind;
    bool strict; /* stop at the first bad row */
    struct row_file *rows;
    int *fields; /* which field a column is */
    size_t field_count;
    uint64_t row_count;     /* below the header */
    uint64_t bad_count;     /* that made no sense */
    uint64_t skipped_count; /* that made sense, in a chain with one that did not */
};

/* Open the file and read its header. Not fine: said why, and nothing to close. */
enum command_exit intake_open(struct intake *intake, enum record_kind kind, const char *path,
                              bool strict);
void intake_close(struct intake *intake);

enum intake_next {
    INTAKE_MORE,
    INTAKE_END,
    INTAKE_STOPPED, /* strict, and a row is bad; said so */
    INTAKE_BROKEN   /* reading failed, or memory is out; said so */
};

/* Add chains to the window until it holds `wanted` records or more. */
enum intake_next intake_fill(struct intake *intake, struct window *window, size_t wanted);

#endif
