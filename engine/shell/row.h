/* row.h - the rows of a CSV file, one at a time, and where in the file they stand.
 *
 * Commas, double quotes, LF or CRLF; blank lines are no rows; a byte order mark is passed over. The
 * splitting is libcsv's, in its strict mode; this adds places, so that a complaint can name line
 * and column. */
#ifndef QUIPU_SHELL_ROW_H
#define QUIPU_SHELL_ROW_H

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

/* NULL: it cannot be opened; errno says why. */
struct row_file *row_open(const char *path);
void row_close(struct row_file *file);

/* Read one row. Its cells stay good until the next call. */
enum row_next row_next(struct row_file *file, const struct row_cell **cells, size_t *cell_count);

/* The line that the last row began on; 1 is the first. */
uint64_t row_line(const struct row_file *file);

/* Where a cell of the last row begins, in lines and bytes from 1. */
void row_place(const struct row_file *file, size_t cell_index, uint64_t *line, uint64_t *column);

/* Why the last row was malformed, and where. */
const char *row_fault(const struct row_file *file, uint64_t *line, uint64_t *column);

/* For progress: bytes read so far, and of the whole file (0: not known). */
uint64_t row_bytes_done(const struct row_file *file);
uint64_t row_bytes_total(const struct row_file *file);

#endif
