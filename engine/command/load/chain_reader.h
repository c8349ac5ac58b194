/* chain_reader.h - reads a CSV file as chains of accounts or of transfers.
 *
 * I1  A bad row is reported with file, line, column and reason, and left out. A row is bad if it is
 *     malformed, if it has more or fewer fields than the header, or if a field cannot be read. (A
 *     field that was cut off must not be posted as 0.)
 * I2  A chain with a bad row is left out as a whole. A bad row whose flags cannot be read counts as
 *     linked, unless the file has no flags: it is better to leave out a row too many than to post
 *     one leg of a chain by itself.
 * I3  Every row below the header has exactly one count: it is handed on, bad, or skipped. */
#ifndef QUIPU_COMMAND_LOAD_CHAIN_READER_H
#define QUIPU_COMMAND_LOAD_CHAIN_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "command/csv/csv_header.h"
#include "command/load/row_window.h"
#include "command/terminal/quota.h"

struct row_file;

struct intake {
    const char *path; /* its name in complaints */
    enum record_kind kind;
    bool strict; /* stop at the first bad row */
    struct row_file *rows;
    struct header header;
    uint64_t row_count;     /* below the header */
    uint64_t bad_count;     /* bad rows */
    uint64_t skipped_count; /* good rows in a chain with a bad one */
    struct quota bad_quota, skipped_quota;
};

struct intake_order {
    enum record_kind kind;
    const char *path; /* "-": standard input */
    bool strict, accept_unterminated;
};

/* Open the file and read its header. Complains if the exit code is not COMMAND_FINE; there is
 * nothing to close then. */
enum command_exit intake_open(struct intake *intake, const struct intake_order *order);

/* Close the file, and say how many complaints were not printed. */
void intake_close(struct intake *intake);

/* The most rows that the file may have; 0: unknown. */
uint64_t intake_rows_max(const struct intake *intake);

enum intake_next {
    INTAKE_MORE,
    INTAKE_END,
    INTAKE_STOPPED, /* strict, and a row is bad; complained */
    INTAKE_BROKEN   /* reading failed, or memory ran out; complained */
};

/* Add chains to the window until it holds `wanted` rows or more. */
enum intake_next intake_fill(struct intake *intake, struct window *window, size_t wanted);

#endif
