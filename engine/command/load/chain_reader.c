/* chain_reader.c - reads cells into a record, and rows into a chain. */
#include "command/load/chain_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/csv/csv_row.h"
#include "command/terminal/complain.h"

/* I1. Returns false if memory runs out. */
static bool take_fault(struct intake *intake, struct window *window, uint64_t column,
                       const char *reason)
{
    if (quota_take(&intake->bad_quota))
        complain_at(intake->path, row_line(intake->rows), column, "%s", reason);
    intake->bad_count++;
    return window_add_fault(window, reason);
}

enum command_exit intake_open(struct intake *intake, const struct intake_order *order)
{
    bool is_stdin = strcmp(order->path, "-") == 0;
    enum command_exit exit;

    *intake = (struct intake){
        .path = is_stdin ? "standard input" : order->path,
        .kind = order->kind,
        .strict = order->strict,
    };
    intake->rows = row_open(order->path, order->accept_unterminated);
    if (intake->rows == NULL) {
        complain("cannot open %s: %s; check the path and that it may be read", intake->path,
                 strerror(errno));
        return COMMAND_SYSTEM;
    }
    exit = header_read(&intake->header, intake->kind, intake->path, intake->rows);
    if (exit != COMMAND_FINE) row_close(intake->rows);
    return exit;
}

void intake_close(struct intake *intake)
{
    uint64_t bad = quota_rest(&intake->bad_quota), skipped = quota_rest(&intake->skipped_quota);

    if (bad > 0)
        complain("%s: %llu more bad rows; --rejects FILE lists them all", intake->path,
                 (unsigned long long)bad);
    if (skipped > 0)
        complain("%s: %llu more chains are skipped; --rejects FILE lists all their rows",
                 intake->path, (unsigned long long)skipped);
    row_close(intake->rows);
    header_free(&intake->header);
    intake->rows = NULL;
}

/* A row has a byte between each two fields, and one at its end. */
uint64_t intake_rows_max(const struct intake *intake)
{
    uint64_t bytes = row_bytes_total(intake->rows);

    return bytes > 0 ? bytes / intake->header.column_count + 1 : 0;
}

/* What is wrong with a row, and in which of its cells. */
struct fault {
    char reason[RECORD_REASON_BYTES];
    size_t column;
};

static bool count_is_right(const struct intake *intake, size_t count, struct fault *fault)
{
    size_t wanted = intake->header.column_count;

    if (count == wanted) return true;
    fault->column = count < wanted ? 0 : wanted;
    (void)snprintf(fault->reason, sizeof fault->reason,
                   "%s fields than the header names: %zu, not %zu%s",
                   count < wanted ? "fewer" : "more", count, wanted,
                   count < wanted ? "; was the row cut off?" : "");
    return false;
}

/* Spreadsheets write rows of nothing but separators after the last row. */
static bool says_anything(const struct row_cell *cells, size_t count, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].length > 0) return true;
    }
    fault->column = 0;
    (void)snprintf(fault->reason, sizeof fault->reason, "all fields are empty: take the line out");
    return false;
}

/* An empty amount would be posted as 0. Only in a void it has a meaning: all of the hold. */
static bool amount_is_there(const struct intake *intake, const struct row_cell *cells,
                            const union record *record, struct fault *fault)
{
    size_t column = intake->header.amount_column;

    if (intake->kind != RECORD_TRANSFER || cells[column].length > 0) return true;
    if (record->transfer.flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) return true;
    fault->column = column;
    (void)snprintf(fault->reason, sizeof fault->reason,
                   "amount: empty; write 0 if 0 is meant (only a void may leave it empty)");
    return false;
}

/* Read all cells, even after a bad one: the flags may come last. */
static bool read_cells(const struct intake *intake, const struct row_cell *cells, size_t count,
                       union record *record, struct fault *fault, bool *flags_known)
{
    char reason[RECORD_REASON_BYTES];
    bool fine = true;

    *flags_known = false;
    if (!count_is_right(intake, count, fault)) return false;
    *flags_known = true;
    if (!says_anything(cells, count, fault)) return false;
    for (size_t i = 0; i < count; i++) {
        if (record_set(intake->kind, record, intake->header.fields[i], cells[i].text,
                       cells[i].length, reason))
            continue;
        if (fine) {
            memcpy(fault->reason, reason, sizeof reason);
            fault->column = i;
        }
        fine = false;
        if (i == intake->header.flags_column) *flags_known = false;
    }
    return fine && amount_is_there(intake, cells, record, fault);
}

enum row_state { ROW_STATE_GOOD, ROW_STATE_BAD, ROW_STATE_NONE, ROW_STATE_BROKEN };

static enum row_state out_of_memory(const struct intake *intake)
{
    complain("out of memory at line %llu of %s", (unsigned long long)row_line(intake->rows),
             intake->path);
    return ROW_STATE_BROKEN;
}

/* Read one row into the window. *linked becomes true if the chain goes on. */
static enum row_state read_row(struct intake *intake, struct window *window, union record *record,
                               bool *linked)
{
    const struct row_cell *cells;
    size_t count, length;
    enum row_next next = row_next(intake->rows, &cells, &count);
    const char *text = row_text(intake->rows, &length);
    struct fault fault;
    uint64_t column;
    bool flags_known, fine;

    if (next == ROW_END) return ROW_STATE_NONE;
    if (next == ROW_BROKEN) {
        complain("cannot read %s: %s", intake->path, strerror(errno));
        return ROW_STATE_BROKEN;
    }
    intake->row_count++;
    if (!window_add_row(window, row_line(intake->rows), text, length)) return out_of_memory(intake);

    memset(record, 0, sizeof *record);
    if (next == ROW_MALFORMED) {
        const char *reason = row_fault(intake->rows, &column);

        *linked = intake->header.flags_column != HEADER_NO_COLUMN; /* I2 */
        return take_fault(intake, window, column, reason) ? ROW_STATE_BAD : out_of_memory(intake);
    }
    fine = read_cells(intake, cells, count, record, &fault, &flags_known);
    *linked = record_is_linked(intake->kind, record) ||
              (!flags_known && intake->header.flags_column != HEADER_NO_COLUMN); /* I2 */
    if (fine) return ROW_STATE_GOOD;
    return take_fault(intake, window, row_column(intake->rows, fault.column), fault.reason)
               ? ROW_STATE_BAD
               : out_of_memory(intake);
}

/* The rows of one chain. */
struct chain {
    uint64_t first_line, last_line;
    uint64_t row_count, bad_count;
};

/* Leave a chain out, and complain if it has more rows than the bad one. */
static void leave_out(struct intake *intake, struct window *window, const struct chain *chain)
{
    window_drop_chain(window);
    intake->skipped_count += chain->row_count - chain->bad_count;
    if (chain->row_count == 1 || intake->strict || !quota_take(&intake->skipped_quota)) return;
    complain_at(intake->path, chain->first_line, 0,
                "the linked chain of lines %llu to %llu is skipped whole (a row whose flags cannot "
                "be read may be linked to the next)",
                (unsigned long long)chain->first_line, (unsigned long long)chain->last_line);
}

/* The first row after QUIPU_BATCH_MAX is the bad one. */
static enum row_state refuse_length(struct intake *intake, struct window *window)
{
    char reason[RECORD_REASON_BYTES];

    (void)snprintf(reason, sizeof reason, "a linked chain of more than %d rows", QUIPU_BATCH_MAX);
    return take_fault(intake, window, 0, reason) ? ROW_STATE_BAD : out_of_memory(intake);
}

/* Read rows up to the end of a chain. */
static enum row_state read_chain(struct intake *intake, struct window *window, struct chain *chain)
{
    uint64_t bad_before = intake->bad_count;
    enum row_state state = ROW_STATE_NONE;
    bool linked = false;

    do {
        union record record;

        state = read_row(intake, window, &record, &linked);
        if (state == ROW_STATE_NONE || state == ROW_STATE_BROKEN) break;
        chain->last_line = row_line(intake->rows);
        if (chain->row_count++ == 0) chain->first_line = chain->last_line;
        if (state == ROW_STATE_GOOD && chain->row_count == QUIPU_BATCH_MAX + 1)
            state = refuse_length(intake, window);
        chain->bad_count = intake->bad_count - bad_before;
        if (state == ROW_STATE_BROKEN || (state == ROW_STATE_BAD && intake->strict)) break;
        if (state == ROW_STATE_GOOD && chain->row_count <= QUIPU_BATCH_MAX &&
            !window_add(window, &record))
            return out_of_memory(intake);
    } while (linked);
    return state;
}

static enum intake_next take_chain(struct intake *intake, struct window *window)
{
    struct chain chain = {.row_count = 0};
    enum row_state state;

    if (!window_begin_chain(window)) {
        (void)out_of_memory(intake);
        return INTAKE_BROKEN;
    }
    state = read_chain(intake, window, &chain);
    if (state == ROW_STATE_BROKEN) {
        window_drop_chain(window); /* the ledger would take half of it for all of it */
        return INTAKE_BROKEN;
    }
    if (chain.row_count == 0) {
        window_drop_chain(window);
        return INTAKE_END;
    }
    if (chain.bad_count > 0) {
        leave_out(intake, window, &chain);
        if (intake->strict) return INTAKE_STOPPED;
    }
    return INTAKE_MORE;
}

enum intake_next intake_fill(struct intake *intake, struct window *window, size_t wanted)
{
    enum intake_next next = INTAKE_MORE;

    while (next == INTAKE_MORE && window->row_count < wanted)
        next = take_chain(intake, window);
    return next;
}
