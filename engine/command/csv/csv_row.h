/* csv_row.h - a CSV file, row by row, and where each row stands.
 *
 * R1  Each line that is not blank is one row, whatever is in it. No field of ours holds a line end,
 *     so a quote that is still open at the end of a line is a fault of that line, and the next line
 *     begins anew: a stray quote costs one row, never those behind it.
 * R2  A file that was cut off cannot be told from a whole one but by the end of its last line. A
 *     last line without its end is a fault, unless the caller says that the file is whole.
 *
 * A byte order mark is passed over; a NUL is a fault. The splitting of a line is libcsv's, in its
 * strict mode; this adds places, so that a complaint can name line and column. */
#ifndef QUIPU_COMMAND_CSV_CSV_ROW_H
#define QUIPU_COMMAND_CSV_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes of one row. Records take a few hundred; the limit keeps a wrong file from eating
 * all memory. */
#define ROW_BYTES_MAX 65536

struct row_file;

struct row_cell {
    const char *text; /* ends with a zero byte as well */
    size_t length;
};

enum row_next {
    ROW_FINE,
    ROW_MALFORMED, /* not CSV, for row_fault(); the next call goes on with the next line */
    ROW_END,
    ROW_BROKEN /* the file cannot be read further, or memory is out; errno says why */
};

/* "-" is standard input. NULL: it cannot be opened; errno says why. */
struct row_file *row_open(const char *path, bool accept_unterminated);
void row_close(struct row_file *file);

/* Read one row. Its cells stay good until the next call. */
enum row_next row_next(struct row_file *file, const struct row_cell **cells, size_t *cell_count);

/* The line of the last row; 1 is the first. */
uint64_t row_line(const struct row_file *file);

/* The last row as it stands in the file, without its line end; good until the next call. Of a line
 * that is too long, the first ROW_BYTES_MAX bytes. */
const char *row_text(const struct row_file *file, size_t *length);

/* Where a cell of the last row begins, in bytes from 1. */
uint64_t row_column(const struct row_file *file, size_t cell_index);

/* Why the last row was malformed, and in which column. */
const char *row_fault(const struct row_file *file, uint64_t *column);

/* For progress: bytes read so far, and of the whole file (0: not known). */
uint64_t row_bytes_done(const struct row_file *file);
uint64_t row_bytes_total(const struct row_file *file);

#endif
