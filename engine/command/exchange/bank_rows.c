/* bank_rows.c - feeds libcsv line by line, so that each row has the number of its line. */
#include "command/exchange/bank_rows.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/common/text_copy.h"
#include "command/terminal/complain.h"

static void take_cell(void *data, size_t length, void *context)
{
    struct bank_rows *rows = context;
    char **cells = grow(rows->cells, &rows->cell_capacity, rows->cell_count + 1, sizeof *cells);
    char *copy = cells != NULL ? text_copy(length > 0 ? data : "", length) : NULL;

    if (cells != NULL) rows->cells = cells;
    if (copy == NULL) {
        rows->out_of_memory = true;
        return;
    }
    cells[rows->cell_count++] = copy;
}

static void take_row(int end, void *context)
{
    struct bank_rows *rows = context;
    struct bank_row *all = grow(rows->rows, &rows->row_capacity, rows->row_count + 1, sizeof *all);
    size_t first = rows->row_count > 0 ? rows->rows[rows->row_count - 1].first +
                                             rows->rows[rows->row_count - 1].count
                                       : 0;

    (void)end;
    if (all == NULL) {
        rows->out_of_memory = true;
        return;
    }
    rows->rows = all;
    all[rows->row_count++] = (struct bank_row){0, first, rows->cell_count - first};
}

static bool is_blank(const struct bank_rows *rows, const struct bank_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const char *cell = rows->cells[row->first + i];

        if (cell[strspn(cell, " \t")] != '\0') return false;
    }
    return true;
}

/* Leave out rows without a word in them; the first that is left may be the header. */
static void sift(struct bank_rows *rows, bool has_header)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->row_count; i++) {
        if (!is_blank(rows, &rows->rows[i])) rows->rows[kept++] = rows->rows[i];
    }
    rows->row_count = kept;
    if (!has_header || kept == 0) return;
    rows->header = rows->rows[0];
    rows->row_count--;
    memmove(rows->rows, rows->rows + 1, rows->row_count * sizeof *rows->rows);
}

static bool split(struct bank_rows *rows, struct csv_parser *parser, char *text, char *end)
{
    unsigned long long line = 1, begins_at = 1;

    while (text < end) {
        char *next = memchr(text, '\n', (size_t)(end - text));
        size_t length = next != NULL ? (size_t)(next - text) + 1 : (size_t)(end - text);
        size_t before = rows->row_count;

        if (csv_parse(parser, text, length, take_cell, take_row, rows) != length) return false;
        line++;
        for (size_t i = before; i < rows->row_count; i++)
            rows->rows[i].line = begins_at;
        if (rows->row_count > before || length <= 2) begins_at = line;
        text += length;
    }
    return csv_fini(parser, take_cell, take_row, rows) == 0;
}

enum command_exit bank_rows_read(struct bank_rows *rows, const struct bank_rules *rules,
                                 struct source_text *source, const char *path)
{
    struct csv_parser parser;
    char *text = source->text, *end = text + source->length;
    unsigned long long skipped = 0;
    bool whole;

    *rows = (struct bank_rows){0};
    (void)csv_init(&parser, 0); /* it allocates nothing */
    csv_set_delim(&parser, (unsigned char)rules->separator);
    for (; skipped < rules->skip && text < end; skipped++) {
        char *next = memchr(text, '\n', (size_t)(end - text));

        text = next != NULL ? next + 1 : end;
    }
    whole = split(rows, &parser, text, end) && !rows->out_of_memory;
    csv_free(&parser);
    if (!whole) {
        complain("%s: it cannot be split into rows: memory ran out", path);
        return COMMAND_SYSTEM;
    }
    for (size_t i = 0; i < rows->row_count; i++)
        rows->rows[i].line = (rows->rows[i].line > 0 ? rows->rows[i].line : 1) + skipped;
    sift(rows, rules->has_header);
    return COMMAND_FINE;
}

void bank_rows_free(struct bank_rows *rows)
{
    for (size_t i = 0; i < rows->cell_count; i++)
        free(rows->cells[i]);
    free(rows->cells);
    free(rows->rows);
}

/* The column that a template names; its end in *end. */
static size_t column_of(const struct bank_rows *rows, const char *at, const char **end)
{
    const char *name = at + (*at == '{');
    size_t length = *at == '{' ? strcspn(name, "}") : strcspn(name, " %");

    if (*at >= '0' && *at <= '9') return (size_t)strtoul(at, (char **)(uintptr_t)end, 10) - 1;
    *end = name + length + (*at == '{' && name[length] == '}');
    for (size_t i = 0; i < rows->header.count; i++) {
        const char *heading = rows->cells[rows->header.first + i];

        if (strlen(heading) == length && strncmp(heading, name, length) == 0) return i;
    }
    return SIZE_MAX;
}

bool bank_rows_fill(const struct bank_rows *rows, const struct bank_row *row, const char *template,
                    char text[static BANK_CELL_BYTES], const char *path)
{
    size_t used = 0;

    for (const char *at = template; *at != '\0' && used + 1 < BANK_CELL_BYTES;) {
        size_t column, length;
        const char *cell;

        if (*at != '%') {
            text[used++] = *at++;
            continue;
        }
        column = column_of(rows, at + 1, &at);
        if (column >= row->count) {
            text[0] = '\0';
            complain_at(path, row->line, 0,
                        "the rules want a column, \"%s\", that this row does not have: it has %zu",
                        template, row->count);
            return false;
        }
        cell = rows->cells[row->first + column];
        length = strlen(cell);
        if (length > BANK_CELL_BYTES - 1 - used) length = BANK_CELL_BYTES - 1 - used;
        memcpy(text + used, cell, length);
        used += length;
    }
    text[used] = '\0';
    return true;
}
