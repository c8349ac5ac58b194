/* csv_header.c - finds the field of each column, or says what to do about a wrong name. */
#define _POSIX_C_SOURCE 200809L
#include "command/csv/csv_header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command/csv/csv_row.h"
#include "command/csv/file_shape.h"
#include "command/terminal/complain.h"

struct reading {
    struct header *header;
    enum record_kind kind;
    const char *path;
    struct row_file *rows;
};

static void complain_at_column(const struct reading *r, size_t column, const char *reason)
{
    complain_at(r->path, row_line(r->rows), row_column(r->rows, column), "%s", reason);
}

/* The field that has this name in other letter case, or NULL. */
static const char *same_but_for_case(enum record_kind kind, const char *name)
{
    for (int field = 0; field < RECORD_FIELD_COUNT; field++) {
        if (strcasecmp(record_field_name(kind, field), name) == 0)
            return record_field_name(kind, field);
    }
    return NULL;
}

static void complain_of_name(const struct reading *r, size_t column, const char *name)
{
    const char *meant = same_but_for_case(r->kind, name);
    uint64_t line = row_line(r->rows), at = row_column(r->rows, column);

    if (meant != NULL) {
        complain_at(r->path, line, at,
                    "the header names no field \"%.60s\": names are in small letters, write %s",
                    name, meant);
    } else if (name[0] == '\0') {
        complain_at(r->path, line, at,
                    "a column without a name: is there a comma too many at the end of the header? "
                    "Take it out of each row");
    } else if (strcasecmp(name, "date") == 0) {
        complain_at(
            r->path, line, at,
            "the header names no field \"%.60s\": write dates into user_data_64, 2026-01-05 "
            "as 20260105, or take the column out",
            name);
    } else {
        complain_at(r->path, line, at,
                    "the header names no field \"%.60s\": take the column out, or name it as the "
                    "field that it is; the fields are %s",
                    name, record_field_names(r->kind));
    }
}

static bool read_name(const struct reading *r, size_t column, const char *name)
{
    int field = record_field(r->kind, name);
    struct header *header = r->header;

    if (field == RECORD_NO_FIELD) {
        complain_of_name(r, column, name);
        return false;
    }
    for (size_t before = 0; before < column; before++) {
        if (header->fields[before] != field) continue;
        complain_at(r->path, row_line(r->rows), row_column(r->rows, column),
                    "the header names %s twice", name);
        return false;
    }
    header->fields[column] = field;
    if (strcmp(name, "amount") == 0) header->amount_column = column;
    if (strcmp(name, "flags") == 0) header->flags_column = column;
    return true;
}

static bool names_any(enum record_kind kind, const struct row_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (same_but_for_case(kind, cells[i].text) != NULL) return true;
    }
    return false;
}

/* H1 */
static bool has_all(const struct reading *r)
{
    bool has_id = false;

    for (size_t i = 0; i < r->header->column_count; i++)
        has_id = has_id || strcmp(record_field_name(r->kind, r->header->fields[i]), "id") == 0;
    if (!has_id) {
        complain_at_column(r, 0,
                           "the header names no column id: without it nothing can be created");
    } else if (r->kind == RECORD_TRANSFER && r->header->amount_column == HEADER_NO_COLUMN) {
        complain_at_column(r, 0,
                           "the header names no column amount: each transfer would move 0; add it");
        return false;
    }
    return has_id;
}

static enum command_exit read_names(const struct reading *r, const struct row_cell *cells,
                                    size_t count)
{
    struct header *header = r->header;

    if (!names_any(r->kind, cells, count)) {
        complain_at(r->path, row_line(r->rows), 1,
                    "no header: this line names no field. Take out what stands before the header, "
                    "or write one, out of %s",
                    record_field_names(r->kind));
        return COMMAND_REFUSED;
    }
    header->fields = calloc(count, sizeof *header->fields);
    if (header->fields == NULL) {
        complain("out of memory for the header of %s", r->path);
        return COMMAND_SYSTEM;
    }
    header->column_count = count;
    for (size_t column = 0; column < count; column++) {
        if (!read_name(r, column, cells[column].text)) return COMMAND_REFUSED;
    }
    return has_all(r) ? COMMAND_FINE : COMMAND_REFUSED;
}

static enum command_exit read(const struct reading *r)
{
    const struct row_cell *cells;
    size_t count, length;
    uint64_t column;
    enum row_next next = row_next(r->rows, &cells, &count);
    const char *line = row_text(r->rows, &length), *shape, *fault;

    if (next == ROW_BROKEN) {
        complain("cannot read %s: %s", r->path, strerror(errno));
        return COMMAND_SYSTEM;
    }
    if (next == ROW_END) {
        complain_at(r->path, 1, 1, "no header: the first row names the fields, out of %s",
                    record_field_names(r->kind));
        return COMMAND_REFUSED;
    }
    shape = shape_of(line, length); /* first, since it explains the other faults of the line */
    if (shape != NULL) {
        complain_at(r->path, row_line(r->rows), 1, "%s", shape);
        return COMMAND_REFUSED;
    }
    if (next == ROW_MALFORMED) {
        fault = row_fault(r->rows, &column);
        complain_at(r->path, row_line(r->rows), column, "%s", fault);
        return COMMAND_REFUSED;
    }
    return read_names(r, cells, count);
}

enum command_exit header_read(struct header *header, enum record_kind kind, const char *path,
                              struct row_file *rows)
{
    const struct reading reading = {header, kind, path, rows};
    enum command_exit exit;

    *header = (struct header){
        .amount_column = HEADER_NO_COLUMN,
        .flags_column = HEADER_NO_COLUMN,
    };
    exit = read(&reading);
    if (exit != COMMAND_FINE) header_free(header);
    return exit;
}

void header_free(struct header *header)
{
    free(header->fields);
    header->fields = NULL;
}
