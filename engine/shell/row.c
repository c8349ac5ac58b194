/* row.c - libcsv pushes cells; here they are pulled, a row at a time.
 *
 * Lines are fed whole. A row is there when the parser says so; if it does not after a line that is
 * not blank, a quoted cell goes on in the next line. */
#define _POSIX_C_SOURCE 200809L
#include "row.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grow.h"

struct row_file {
    FILE *stream;
    struct csv_parser parser;
    uint64_t line, next_line; /* where the row begins, and the one after what was read */
    uint64_t bytes_done, bytes_total;
    const char *fault;
    size_t fault_at; /* in raw */

    char raw[ROW_BYTES_MAX]; /* the row as it stands in the file */
    size_t raw_bytes;

    char *text; /* all cells of the row, each with its zero byte */
    size_t text_bytes, text_capacity;
    struct row_cell *cells; /* without their text until fix() */
    size_t cell_count, cell_capacity;
    unsigned rows_seen;
    bool out_of_memory;
};

static void take_cell(void *data, size_t length, void *context)
{
    struct row_file *file = context;
    char *text = grow(file->text, &file->text_capacity, file->text_bytes + length + 1, 1);

    if (text != NULL) file->text = text;

    struct row_cell *cells =
        grow(file->cells, &file->cell_capacity, file->cell_count + 1, sizeof *cells);

    if (cells != NULL) file->cells = cells;
    if (text == NULL || cells == NULL) {
        file->out_of_memory = true;
        return;
    }
    if (length > 0) memcpy(text + file->text_bytes, data, length);
    text[file->text_bytes + length] = '\0';
    cells[file->cell_count++].length = length;
    file->text_bytes += length + 1;
}

static void take_row(int end, void *context)
{
    struct row_file *file = context;

    (void)end;
    file->rows_seen++;
}

/* The text moves while it grows, so cells learn where theirs is when the row is whole. */
static void fix(struct row_file *file)
{
    size_t at = 0;

    for (size_t i = 0; i < file->cell_count; i++) {
        file->cells[i].text = file->text + at;
        at += file->cells[i].length + 1;
    }
}

/* It allocates nothing yet, and only fails without a parser. */
static void start_parser(struct row_file *file)
{
    (void)csv_init(&file->parser, CSV_STRICT | CSV_STRICT_FINI);
}

struct row_file *row_open(const char *path)
{
    struct row_file *file = calloc(1, sizeof *file);
    struct stat about;

    if (file == NULL) return NULL;
    file->stream = fopen(path, "r");
    if (file->stream == NULL) {
        free(file);
        return NULL;
    }
    if (fstat(fileno(file->stream), &about) == 0 && S_ISREG(about.st_mode))
        file->bytes_total = (uint64_t)about.st_size;
    start_parser(file);
    file->next_line = 1;
    return file;
}

void row_close(struct row_file *file)
{
    if (file == NULL) return;
    csv_free(&file->parser);
    (void)fclose(file->stream); /* read only: nothing to lose */
    free(file->text);
    free(file->cells);
    free(file);
}

enum line_end { LINE_WHOLE, LINE_TOO_LONG, LINE_NONE, LINE_BROKEN };

/* Append the next line, with its end, to raw. */
static enum line_end take_line(struct row_file *file)
{
    size_t before = file->raw_bytes;
    int byte = 0;
    bool too_long = false;

    while (byte != '\n' && (byte = getc_unlocked(file->stream)) != EOF) {
        if (file->raw_bytes < sizeof file->raw) {
            file->raw[file->raw_bytes++] = (char)byte;
        } else {
            too_long = true;
        }
        file->bytes_done++;
    }
    if (ferror(file->stream)) return LINE_BROKEN;
    if (file->next_line == 1 && file->raw_bytes >= 3 && memcmp(file->raw, "\xEF\xBB\xBF", 3) == 0)
        memset(file->raw, ' ', 3); /* a byte order mark; columns stay true */
    file->next_line++;
    if (too_long) return LINE_TOO_LONG;
    return file->raw_bytes > before ? LINE_WHOLE : LINE_NONE;
}

static enum row_next malformed(struct row_file *file, size_t at, const char *fault)
{
    file->fault = fault;
    file->fault_at = at;
    csv_free(&file->parser);
    start_parser(file);
    return ROW_MALFORMED;
}

static bool is_blank(const struct row_file *file)
{
    for (size_t i = 0; i < file->raw_bytes; i++) {
        if (strchr(" \t\r\n", file->raw[i]) == NULL || file->raw[i] == '\0') return false;
    }
    return true;
}

/* Give the parser the end of the file: a last line may lack its own. */
static enum row_next finish(struct row_file *file)
{
    if (file->raw_bytes == 0) return ROW_END;
    if (csv_fini(&file->parser, take_cell, take_row, file) != 0)
        return malformed(file, 0, "the file ends inside a quoted field");
    if (file->out_of_memory) return ROW_BROKEN;
    fix(file);
    return file->rows_seen > 0 ? ROW_FINE : ROW_END;
}

static void forget_row(struct row_file *file)
{
    file->raw_bytes = file->text_bytes = file->cell_count = 0;
    file->rows_seen = 0;
    file->line = file->next_line;
}

static enum row_next next_row(struct row_file *file)
{
    forget_row(file);
    for (;;) {
        size_t before = file->raw_bytes;
        enum line_end end = take_line(file);

        if (end == LINE_BROKEN) return ROW_BROKEN;
        if (end == LINE_TOO_LONG) return malformed(file, 0, "a row is longer than 65536 bytes");
        if (end == LINE_NONE) return finish(file);

        size_t fed = file->raw_bytes - before;
        size_t read = csv_parse(&file->parser, file->raw + before, fed, take_cell, take_row, file);

        if (file->out_of_memory) errno = ENOMEM;
        if (file->out_of_memory || (read != fed && csv_error(&file->parser) != CSV_EPARSE))
            return ROW_BROKEN;
        if (read != fed)
            return malformed(file, before + read,
                             "a double quote where none may be: fields that hold quotes are "
                             "quoted, and quotes in them doubled");
        if (file->rows_seen > 1)
            return malformed(file, before,
                             "a carriage return inside a line: lines end in LF or CRLF");
        if (file->rows_seen == 1) break;
        if (is_blank(file)) forget_row(file);
    }
    fix(file);
    return ROW_FINE;
}

enum row_next row_next(struct row_file *file, const struct row_cell **cells, size_t *cell_count)
{
    enum row_next next = next_row(file);

    *cells = file->cells;
    *cell_count = file->cell_count;
    return next;
}

uint64_t row_line(const struct row_file *file)
{
    return file->line;
}

/* Line and column of a byte of the row. */
static void place(const struct row_file *file, size_t at, uint64_t *line, uint64_t *column)
{
    size_t line_begin = 0;

    *line = file->line;
    for (size_t i = 0; i < at; i++) {
        if (file->raw[i] != '\n') continue;
        ++*line;
        line_begin = i + 1;
    }
    *column = at - line_begin + 1;
}

void row_place(const struct row_file *file, size_t cell_index, uint64_t *line, uint64_t *column)
{
    size_t at = 0;
    bool quoted = false;

    for (; at < file->raw_bytes && cell_index > 0; at++) {
        if (file->raw[at] == '"') quoted = !quoted; /* a doubled one is two turns */
        if (file->raw[at] == ',' && !quoted) cell_index--;
    }
    while (at < file->raw_bytes && file->raw[at] == ' ')
        at++;
    place(file, at, line, column);
}

const char *row_fault(const struct row_file *file, uint64_t *line, uint64_t *column)
{
    place(file, file->fault_at, line, column);
    return file->fault;
}

uint64_t row_bytes_done(const struct row_file *file)
{
    return file->bytes_done;
}

uint64_t row_bytes_total(const struct row_file *file)
{
    return file->bytes_total;
}
