/* intake.c - the header, the cells of a row, and the rows of a chain. */
#include "intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "row.h"

static void complain_at_cell(const struct intake *intake, size_t cell_index, const char *reason)
{
    uint64_t line, column;

    row_place(intake->rows, cell_index, &line, &column);
    complain_at(intake->path, line, column, "%s", reason);
}

static void complain_of_row(const struct intake *intake)
{
    uint64_t line, column;
    const char *fault = row_fault(intake->rows, &line, &column);

    complain_at(intake->path, line, column, "%s", fault);
}

static bool read_column_name(struct intake *intake, size_t column, const char *name)
{
    int field = record_field(intake->kind, name);
    uint64_t line, at;

    row_place(intake->rows, column, &line, &at);
    if (field == RECORD_NO_FIELD) {
        complain_at(intake->path, line, at,
                    "the header names no field \"%.60s\"; the fields are %s", name,
                    record_field_names(intake->kind));
        return false;
    }
    for (size_t before = 0; before < column; before++) {
        if (intake->fields[before] != field) continue;
        complain_at(intake->path, line, at, "the header names %s twice", name);
        return false;
    }
    intake->fields[column] = field;
    return true;
}

static enum command_exit read_header(struct intake *intake)
{
    const struct row_cell *cells;
    size_t cell_count;

    switch (row_next(intake->rows, &cells, &cell_count)) {
    case ROW_FINE: break;
    case ROW_MALFORMED: complain_of_row(intake); return COMMAND_REFUSED;
    case ROW_END:
        complain_at(intake->path, 1, 1, "no header: the first row names the fields, out of %s",
                    record_field_names(intake->kind));
        return COMMAND_REFUSED;
    case ROW_BROKEN:
        complain("cannot read %s: %s", intake->path, strerror(errno));
        return COMMAND_SYSTEM;
    }

    intake->fields = calloc(cell_count, sizeof *intake->fields);
    if (intake->fields == NULL) {
        complain("out of memory for the header of %s", intake->path);
        return COMMAND_SYSTEM;
    }
    intake->field_count = cell_count;
    for (size_t column = 0; column < cell_count; column++) {
        if (!read_column_name(intake, column, cells[column].text)) return COMMAND_REFUSED;
    }
    return COMMAND_FINE;
}

enum command_exit intake_open(struct intake *intake, enum record_kind kind, const char *path,
                              bool strict)
{
    *intake = (struct intake){.path = path, .kind = kind, .strict = strict};
    intake->rows = row_open(path);
    if (intake->rows == NULL) {
        complain("cannot open %s: %s; check the path and that it may be read", path,
                 strerror(errno));
        return COMMAND_SYSTEM;
    }

    enum command_exit exit = read_header(intake);

    if (exit != COMMAND_FINE) intake_close(intake);
    return exit;
}

void intake_close(struct intake *intake)
{
    row_close(intake->rows);
    free(intake->fields);
    intake->rows = NULL;
    intake->fields = NULL;
}

/* Read all cells, even behind a bad one: the flags may come last. */
static bool read_cells(const struct intake *intake, const struct row_cell *cells, size_t cell_count,
                       union record *record, bool *flags_known)
{
    char reason[RECORD_REASON_BYTES];
    bool fine = true;

    memset(record, 0, sizeof *record);
    *flags_known = true;
    for (size_t i = 0; i < cell_count && i < intake->field_count; i++) {
        if (record_set(intake->kind, record, intake->fields[i], cells[i].text, cells[i].length,
                       reason))
            continue;
        if (fine) complain_at_cell(intake, i, reason);
        fine = false;
        if (strcmp(record_field_name(intake->kind, intake->fields[i]), "flags") == 0)
            *flags_known = false;
    }
    if (fine && cell_count > intake->field_count) {
        complain_at_cell(intake, intake->field_count, "more fields than the header names");
        fine = false;
    }
    return fine;
}

enum row_state { ROW_STATE_GOOD, ROW_STATE_BAD, ROW_STATE_NONE, ROW_STATE_BROKEN };

/* One row into a record. `linked` is asked as: is this inside a chain?, and answered as: does the
 * chain go on? */
static enum row_state read_row(struct intake *intake, union record *record, bool *linked)
{
    const struct row_cell *cells;
    size_t cell_count;
    bool flags_known, fine;

    switch (row_next(intake->rows, &cells, &cell_count)) {
    case ROW_END: return ROW_STATE_NONE;
    case ROW_BROKEN:
        complain("cannot read %s: %s", intake->path, strerror(errno));
        return ROW_STATE_BROKEN;
    case ROW_MALFORMED: /* I2 */
        complain_of_row(intake);
        intake->row_count++;
        intake->bad_count++;
        return ROW_STATE_BAD;
    case ROW_FINE: break;
    }

    fine = read_cells(intake, cells, cell_count, record, &flags_known);
    *linked = record_is_linked(intake->kind, record) || (*linked && !flags_known); /* I2 */
    intake->row_count++;
    if (!fine) intake->bad_count++;
    return fine ? ROW_STATE_GOOD : ROW_STATE_BAD;
}

/* Leave a chain out, and say so if it is more than the bad row itself. */
static void leave_out(struct intake *intake, struct window *window, uint64_t first_line,
                      uint64_t row_count, uint64_t bad_count)
{
    unsigned long long last_line = row_line(intake->rows);

    window_drop_chain(window);
    if (bad_count == 0) { /* then it is too long */
        complain_at(intake->path, first_line, 0,
                    "the linked chain of lines %llu to %llu is skipped: %d rows are the most",
                    (unsigned long long)first_line, last_line, QUIPU_BATCH_MAX);
        intake->bad_count += row_count;
    } else if (row_count > 1) {
        complain_at(intake->path, first_line, 0,
                    "the linked chain of lines %llu to %llu is skipped whole",
                    (unsigned long long)first_line, last_line);
        intake->skipped_count += row_count - bad_count;
    }
}

static enum intake_next take_chain(struct intake *intake, struct window *window)
{
    uint64_t bad_before = intake->bad_count, rows_before = intake->row_count;
    uint64_t first_line = 0, row_count;
    bool linked = false;

    if (!window_begin_chain(window)) goto out_of_memory;
    do {
        union record record;
        enum row_state state = read_row(intake, &record, &linked);

        if (state == ROW_STATE_NONE) break;
        if (state == ROW_STATE_BROKEN || (state == ROW_STATE_BAD && intake->strict)) {
            window_drop_chain(window); /* whoever has the window takes its chains for whole */
            return state == ROW_STATE_BROKEN ? INTAKE_BROKEN : INTAKE_STOPPED;
        }
        if (first_line == 0) first_line = row_line(intake->rows);
        if (state == ROW_STATE_GOOD && intake->row_count - rows_before <= QUIPU_BATCH_MAX &&
            !window_add(window, &record)) {
            window_drop_chain(window);
            goto out_of_memory;
        }
    } while (linked);

    row_count = intake->row_count - rows_before;
    if (row_count == 0) {
        window_drop_chain(window);
        return INTAKE_END;
    }
    if (intake->bad_count > bad_before || row_count > QUIPU_BATCH_MAX) {
        leave_out(intake, window, first_line, row_count, intake->bad_count - bad_before);
        if (intake->strict) return INTAKE_STOPPED;
    }
    return INTAKE_MORE;

out_of_memory:
    complain("out of memory at line %llu of %s", (unsigned long long)row_line(intake->rows),
             intake->path);
    return INTAKE_BROKEN;
}

enum intake_next intake_fill(struct intake *intake, struct window *window, size_t wanted)
{
    enum intake_next next = INTAKE_MORE;

    while (next == INTAKE_MORE && window->record_count < wanted)
        next = take_chain(intake, window);
    return next;
}
