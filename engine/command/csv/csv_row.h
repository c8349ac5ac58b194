/* csv_row.h - a CSV file, row by row, and the place of each row.
 *
 * R1  Each line that is not blank is one row. No field holds a line end, so a quote that is still
 *     open at the end of a line is a fault of that line, and the next line starts afresh: a stray
 *     quote costs one row.
 * R2  Only the end of its last line tells a whole file from one that was cut off. So a last line
 *     without its end is a fault, unless the caller says that the file is whole.
 *
 * A byte order mark is skipped; a NUL byte is a fault. libcsv splits the lines, in its strict mode;
 * this adds places, so that a complaint can name line and column. */
#ifndef QUIPU_COMMAND_CSV_CSV_ROW_H
#define QUIPU_COMMAND_CSV_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes of a row. Records take a few hundred; the limit keeps a wrong file from using up
 * all memory. */
#define ROW_BYTES_MAX 65536

struct row_file;

struct row_cell {
    const char *text; /* ends with a zero byte */
    size_t length;
};

enum row_next {
    ROW_FINE,
    ROW_MALFORMED, /* not CSV: row_fault() says why; the next call reads the next line */
    ROW_END,
    ROW_BROKEN /* the file cannot be read, or memory ran out; errno says which */
};

/* Open a file; "-" is standard input. Returns NULL if it cannot be opened; errno says why. */
struct row_file *row_open(const char *path, bool accept_unterminated);
void row_close(struct row_file *file);

/* Read one row. Its cells are valid until the next call. */
enum row_next row_next(struct row_file *file, const struct row_cell **cells, size_t *cell_count);

/* The line of the last row, from 1. */
uint64_t row_line(const struct row_file *file);

/* The last row as it is in the file, without its line end; valid until the next call. A line that
 * is too long gives its first ROW_BYTES_MAX bytes. */
const char *row_text(const struct row_file *file, size_t *length);

/* Where a cell of the last row begins, in bytes from 1. */
uint64_t row_column(const struct row_file *file, size_t cell_index);

/* Why the last row was malformed, and in which column. */
const char *row_fault(const struct row_file *file, uint64_t *column);

/* For progress: the bytes read so far, and the bytes of the file (0: unknown). */
uint64_t row_bytes_done(const struct row_file *file);
uint64_t row_bytes_total(const struct row_file *file);

#endif
