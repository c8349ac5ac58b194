/* csv_row.c - feeds libcsv one line at a time, and collects the cells that it hands out.
 *
 * If the parser has no row after a line that is not blank, a quote is still open. */
#define _POSIX_C_SOURCE 200809L
#include "command/csv/csv_row.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command/common/growing_array.h"

struct row_file {
    FILE *stream;
    struct csv_parser parser;
    bool accept_unterminated;
    uint64_t line; /* of the last row; 0: none yet */
    uint64_t bytes_done, bytes_total;
    const char *fault;
    size_t fault_at; /* index in raw */

    char raw[ROW_BYTES_MAX]; /* the line as it stands in the file, with its end */
    size_t raw_bytes;

    char *text; /* all cells of the row, each with its zero byte */
    size_t text_bytes, text_capacity;
    struct row_cell *cells; /* fix() sets their text */
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

/* Set the texts of the cells once the row is complete: `text` moves while it grows. */
static void fix(struct row_file *file)
{
    size_t at = 0;

    for (size_t i = 0; i < file->cell_count; i++) {
        file->cells[i].text = file->text + at;
        at += file->cells[i].length + 1;
    }
}

/* csv_init() allocates nothing, so it cannot fail. */
static void start_parser(struct row_file *file)
{
    (void)csv_init(&file->parser, CSV_STRICT | CSV_STRICT_FINI);
}

struct row_file *row_open(const char *path, bool accept_unterminated)
{
    struct row_file *file = calloc(1, sizeof *file);
    struct stat about;

    if (file == NULL) return NULL;
    file->stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (file->stream == NULL) {
        free(file);
        return NULL;
    }
    if (fstat(fileno(file->stream), &about) == 0 && S_ISREG(about.st_mode))
        file->bytes_total = (uint64_t)about.st_size;
    file->accept_unterminated = accept_unterminated;
    start_parser(file);
    return file;
}

void row_close(struct row_file *file)
{
    if (file == NULL) return;
    csv_free(&file->parser);
    (void)fclose(file->stream); /* only read: no error matters */
    free(file->text);
    free(file->cells);
    free(file);
}

enum line_end { LINE_WHOLE, LINE_TOO_LONG, LINE_UNTERMINATED, LINE_NONE, LINE_BROKEN };

/* Read the next line into raw, with its end. */
static enum line_end take_line(struct row_file *file)
{
    int byte = 0;
    bool too_long = false;

    file->raw_bytes = file->text_bytes = file->cell_count = 0;
    file->rows_seen = 0;
    while (byte != '\n' && (byte = getc_unlocked(file->stream)) != EOF) {
        if (file->raw_bytes < sizeof file->raw) {
            file->raw[file->raw_bytes++] = (char)byte;
        } else {
            too_long = true;
        }
        file->bytes_done++;
    }
    if (ferror(file->stream)) return LINE_BROKEN;
    file->line++;
    if (file->line == 1 && file->raw_bytes >= 3 && memcmp(file->raw, "\xEF\xBB\xBF", 3) == 0)
        memset(file->raw, ' ', 3); /* a byte order mark; blanks keep columns right */
    if (too_long) return LINE_TOO_LONG;
    if (file->raw_bytes == 0) return LINE_NONE;
    return byte == '\n' ? LINE_WHOLE : LINE_UNTERMINATED;
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

/* The last quote that opens a field. A doubled quote closes and opens again, which is harmless. */
static size_t open_quote(const struct row_file *file)
{
    bool quoted = false;
    size_t opened = 0;

    for (size_t i = 0; i < file->raw_bytes; i++) {
        if (file->raw[i] != '"') continue;
        quoted = !quoted;
        if (quoted && (i == 0 || file->raw[i - 1] != '"')) opened = i;
    }
    return opened;
}

static enum row_next split(struct row_file *file, bool last)
{
    size_t read = csv_parse(&file->parser, file->raw, file->raw_bytes, take_cell, take_row, file);
    bool closed = true;

    if (read == file->raw_bytes && last)
        closed = csv_fini(&file->parser, take_cell, take_row, file) == 0;
    if (file->out_of_memory) errno = ENOMEM;
    if (file->out_of_memory || (read != file->raw_bytes && csv_error(&file->parser) != CSV_EPARSE))
        return ROW_BROKEN;
    if (read != file->raw_bytes)
        return malformed(file, read,
                         "a double quote where none may be: fields that hold quotes are quoted, "
                         "and quotes in them doubled");
    if (file->rows_seen > 1)
        return malformed(file, 0, "a carriage return inside a line: lines end in LF or CRLF");
    if (file->rows_seen == 0 || !closed) /* R1 */
        return malformed(file, open_quote(file),
                         "a quote that begins here is not closed in this line: close it, or take "
                         "it out");
    fix(file);
    return ROW_FINE;
}

enum row_next row_next(struct row_file *file, const struct row_cell **cells, size_t *cell_count)
{
    enum row_next next;
    enum line_end end;

    do {
        end = take_line(file);
    } while ((end == LINE_WHOLE || end == LINE_UNTERMINATED) && is_blank(file));

    if (end == LINE_NONE) {
        next = ROW_END;
    } else if (end == LINE_BROKEN) {
        next = ROW_BROKEN;
    } else if (end == LINE_TOO_LONG) {
        next = malformed(file, 0, "a row is longer than 65536 bytes");
    } else if (memchr(file->raw, '\0', file->raw_bytes) != NULL) {
        next =
            malformed(file, (size_t)((char *)memchr(file->raw, '\0', file->raw_bytes) - file->raw),
                      "a NUL byte: this is not text, or not UTF-8");
    } else if (end == LINE_UNTERMINATED && !file->accept_unterminated) { /* R2 */
        next = malformed(file, 0,
                         "the file ends inside this row, which has no line end: was the file cut "
                         "off? If it is whole, say --accept-unterminated");
    } else {
        next = split(file, end == LINE_UNTERMINATED);
    }
    *cells = file->cells;
    *cell_count = next == ROW_FINE ? file->cell_count : 0;
    return next;
}

uint64_t row_line(const struct row_file *file)
{
    return file->line;
}

const char *row_text(const struct row_file *file, size_t *length)
{
    *length = file->raw_bytes;
    if (*length > 0 && file->raw[*length - 1] == '\n') --*length;
    if (*length > 0 && file->raw[*length - 1] == '\r') --*length;
    return file->raw;
}

uint64_t row_column(const struct row_file *file, size_t cell_index)
{
    size_t at = 0;
    bool quoted = false;

    for (; at < file->raw_bytes && cell_index > 0; at++) {
        if (file->raw[at] == '"') quoted = !quoted; /* a doubled quote turns twice */
        if (file->raw[at] == ',' && !quoted) cell_index--;
    }
    while (at < file->raw_bytes && file->raw[at] == ' ')
        at++;
    return at + 1;
}

const char *row_fault(const struct row_file *file, uint64_t *column)
{
    *column = file->fault_at + 1;
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
