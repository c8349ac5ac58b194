/* chain_reader.h - a CSV file as chains of accounts or of transfers; what cannot be read is
 * reported.
 *
 * I1  A bad row is reported with file, line, column and reason, and left out. A row is bad if it is
 *     malformed, if it has more or fewer fields than the header, or if a field cannot be read:
 *     zeros for what was cut off would be money posted wrongly.
 * I2  A chain with a bad row is left out whole: half a chain is not what was meant. If the flags of
 *     a bad row cannot be read, it counts as linked (unless there are no flags in this file):
 *     better one row too many left out than a leg of a chain posted by itself.
 * I3  Every row below the header is in exactly one count: given on, bad, or skipped. */
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
    const char *path; /* as it is called in complaints */
    enum record_kind kind;
    bool strict; /* stop at the first bad row */
    struct row_file *rows;
    struct header header;
    uint64_t row_count;     /* below the header */
    uint64_t bad_count;     /* that made no sense */
    uint64_t skipped_count; /* that made sense, in a chain with one that did not */
    struct quota bad_quota, skipped_quota;
};

struct intake_order {
    enum record_kind kind;
    const char *path; /* "-": standard input */
    bool strict, accept_unterminated;
};

/* Open the file and read its header. Not fine: said why, and nothing to close. */
enum command_exit intake_open(struct intake *intake, const struct intake_order *order);

/* Says how many complaints were not said, too. */
void intake_close(struct intake *intake);

/* How many rows there may be at most; 0: not known. */
uint64_t intake_rows_max(const struct intake *intake);

enum intake_next {
    INTAKE_MORE,
    INTAKE_END,
    INTAKE_STOPPED, /* strict, and a row is bad; said so */
    INTAKE_BROKEN   /* reading failed, or memory is out; said so */
};

/* Add chains to the window until it holds `wanted` rows or more. */
enum intake_next intake_fill(struct intake *intake, struct window *window, size_t wanted);

#endif
