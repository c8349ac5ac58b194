/* read_history.c - a history from disk.
 *
 * libcsv cuts lines into cells; the first cell of a row says what the others mean. Any bytes may
 * come: the first thing that is wrong ends the reading, and is kept with its line. */
#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "checker/history_file.h"
#include "checker/history_rows.h"
#include "quipu/format.h"

#define THREADS_MAX 4096
#define CELL_BYTES_MAX 4096
#define BLOCK_BYTES 65536
#define HEADER_CELLS 4
#define CALL_CELLS 5
#define CALL_UNANSWERED UINT64_MAX /* where a status may stand */

enum row { ROW_EMPTY, ROW_COMMENT, ROW_HEADER, ROW_CALL, ROW_STEP };

struct reader {
    struct history *history;
    struct history_fault *fault;
    uint64_t line;
    bool failed, begun; /* begun: the header was read */
    bool in_line;       /* the last byte did not end a line */
    enum row row;
    const struct row_kind *kind;
    size_t cells;
    quipu_uint128 numbers[ROW_FIELDS_MAX];
    struct tape *tape; /* of the last call */
};

__attribute__((format(printf, 2, 3))) static void fail(struct reader *r, const char *format, ...)
{
    va_list arguments;

    if (r->failed) return;
    r->failed = true;
    r->fault->line = r->line;
    va_start(arguments, format);
    (void)vsnprintf(r->fault->reason, sizeof r->fault->reason, format, arguments);
    va_end(arguments);
}

static void fail_without_line(struct reader *r, const char *reason)
{
    r->line = 0;
    fail(r, "%s", reason);
}

static bool is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static void first_cell(struct reader *r, const char *text, size_t length)
{
    r->kind = NULL;
    if (length > 0 && text[0] == '#') {
        r->row = ROW_COMMENT;
    } else if (is(text, length, "quipu-history")) {
        r->row = ROW_HEADER;
        if (r->begun) fail(r, "a second header");
    } else if (!r->begun) {
        fail(r, "the first row is not `quipu-history,1,...`");
    } else if (is(text, length, "call")) {
        r->row = ROW_CALL;
    } else {
        r->row = ROW_STEP;
        for (size_t i = 0; i < ROW_KIND_COUNT; i++) {
            if (is(text, length, row_kinds[i].name)) r->kind = &row_kinds[i];
        }
        if (r->kind == NULL) {
            fail(r, "a row is a call, account, expect, transfer, read or find, not `%.*s`",
                 length > 32 ? 32 : (int)length, text);
        }
    }
}

/* Read a word that may stand in place of a number. */
static bool read_word(const struct reader *r, const char *text, size_t length,
                      quipu_uint128 *number)
{
    if (r->row == ROW_HEADER && r->cells == 2) {
        *number = is(text, length, "per-account") ? HISTORY_PER_ACCOUNT : HISTORY_SERIALIZABLE;
        return is(text, length, "per-account") || is(text, length, "serializable");
    }
    if (r->row == ROW_CALL && r->cells == CALL_CELLS - 1) {
        *number = is(text, length, "conflict")     ? QUIPU_CONFLICT
                  : is(text, length, "unanswered") ? CALL_UNANSWERED
                                                   : QUIPU_OK;
        return *number != QUIPU_OK || is(text, length, "ok");
    }
    if (r->row == ROW_STEP && r->cells == 1 &&
        (r->kind->kind == HISTORY_ACCOUNT || r->kind->kind == HISTORY_TRANSFER)) {
        return row_outcome(r->kind->kind, text, length, number);
    }
    return false;
}

static void next_cell(struct reader *r, const char *text, size_t length)
{
    size_t most = r->row == ROW_HEADER ? HEADER_CELLS
                  : r->row == ROW_CALL ? CALL_CELLS
                                       : r->kind->field_count + 1;
    quipu_uint128 number = 0;

    if (r->cells >= most) {
        fail(r, "more than %zu cells", most);
        return;
    }
    if (length > 0 && !read_word(r, text, length, &number) &&
        quipu_number_read(text, length, QUIPU_AMOUNT_MAX, &number) != QUIPU_TEXT_OK) {
        fail(r, "cell %zu is no number: `%.*s`", r->cells + 1, length > 48 ? 48 : (int)length,
             text);
        return;
    }
    r->numbers[r->cells - 1] = number;
}

static void on_cell(void *text, size_t length, void *context)
{
    struct reader *r = context;

    if (r->failed) return;
    if (length > CELL_BYTES_MAX) {
        fail(r, "a cell of more than %d bytes", CELL_BYTES_MAX);
    } else if (memchr(text, '\n', length) != NULL) {
        fail(r, "a line end inside quotes"); /* a stray quote would swallow the rows after it */
    } else if (r->cells == 0) {
        first_cell(r, text, length);
    } else if (r->row != ROW_COMMENT) {
        next_cell(r, text, length);
    }
    r->cells++;
}

static bool fits(struct reader *r, size_t cell, quipu_uint128 most, const char *what)
{
    if (r->numbers[cell] > most) {
        fail(r, "cell %zu is too large for %s", cell + 2, what);
        return false;
    }
    return true;
}

static void take_header(struct reader *r)
{
    if (r->numbers[0] != 1) fail(r, "version 1 is the only one there is");
    if (!fits(r, 1, HISTORY_PER_ACCOUNT, "a promise")) return;
    if (!fits(r, 2, UINT64_MAX, "64 bits")) return;
    r->history->promise = (enum history_promise)r->numbers[1];
    r->history->slack = (uint64_t)r->numbers[2];
    r->begun = true;
}

static struct tape *tape_of(struct reader *r, size_t thread)
{
    struct history *history = r->history;

    if (thread >= history->tape_count) {
        struct tape *tapes = realloc(history->tapes, (thread + 1) * sizeof *tapes);

        if (tapes == NULL) return NULL;
        memset(tapes + history->tape_count, 0, (thread + 1 - history->tape_count) * sizeof *tapes);
        history->tapes = tapes;
        history->tape_count = thread + 1;
    }
    return &history->tapes[thread];
}

static void take_call(struct reader *r)
{
    struct history_call *call;
    bool unanswered = r->numbers[3] == CALL_UNANSWERED;

    if (unanswered) {
        r->numbers[3] = QUIPU_OK;
        if (r->numbers[2] == 0) r->numbers[2] = UINT64_MAX;
    }
    if (!fits(r, 0, THREADS_MAX - 1, "a thread") || !fits(r, 1, UINT64_MAX, "64 bits") ||
        !fits(r, 2, UINT64_MAX, "64 bits") || !fits(r, 3, QUIPU_FENCED, "a status")) {
        return;
    }
    r->tape = tape_of(r, (size_t)r->numbers[0]);
    call = r->tape == NULL ? NULL
                           : tape_call(r->tape, (uint64_t)r->numbers[1], (uint64_t)r->numbers[2]);
    if (call == NULL) {
        fail_without_line(r, "out of memory");
        return;
    }
    call->status = (quipu_status)r->numbers[3];
    call->unanswered = unanswered;
}

static void take_step(struct reader *r)
{
    struct history_step *step;

    if (r->tape == NULL) {
        fail(r, "a step before the first call");
        return;
    }
    step = tape_step(r->tape, r->kind->kind);
    if (step == NULL) {
        fail_without_line(r, "out of memory");
        return;
    }
    for (size_t i = 0; i < r->kind->field_count; i++) {
        const struct row_field *field = &r->kind->fields[i];
        quipu_uint128 most = ~(quipu_uint128)0 >> (128 - 8 * field->size);

        if (!fits(r, i, most, field->name)) return;
        /* Records are little-endian: the low bytes come first. */
        memcpy((char *)step + field->offset, &r->numbers[i], field->size);
    }
}

static void on_row(int end, void *context)
{
    struct reader *r = context;

    (void)end;
    if (!r->failed) {
        if (r->row == ROW_HEADER) {
            take_header(r);
        } else if (r->row == ROW_CALL) {
            take_call(r);
        } else if (r->row == ROW_STEP) {
            take_step(r);
        }
    }
    r->row = ROW_EMPTY;
    r->cells = 0;
    memset(r->numbers, 0, sizeof r->numbers);
}

/* Parse line by line, so that a fault has its line. */
static void parse(struct reader *r, struct csv_parser *parser, const char *text, size_t length)
{
    while (length > 0 && !r->failed) {
        const char *end = memchr(text, '\n', length);
        size_t part = end == NULL ? length : (size_t)(end - text) + 1;

        if (csv_parse(parser, text, part, on_cell, on_row, r) != part) {
            if (csv_error(parser) == CSV_ENOMEM) {
                fail_without_line(r, "out of memory");
            } else {
                fail(r, "not CSV: %s", csv_strerror(csv_error(parser)));
            }
        }
        if (parser->entry_pos > CELL_BYTES_MAX)
            fail(r, "a cell of more than %d bytes", CELL_BYTES_MAX);
        if (end != NULL) r->line++;
        r->in_line = end == NULL;
        text += part;
        length -= part;
    }
}

static void read_all(struct reader *r, struct csv_parser *parser, FILE *from)
{
    char *block = malloc(BLOCK_BYTES);
    size_t length;

    if (block == NULL) {
        fail_without_line(r, "out of memory");
        return;
    }
    while (!r->failed && (length = fread(block, 1, BLOCK_BYTES, from)) > 0)
        parse(r, parser, block, length);
    free(block);
    if (ferror(from)) fail_without_line(r, strerror(errno));
    if (!r->failed && csv_fini(parser, on_cell, on_row, r) != 0) {
        fail(r, "not CSV: %s", csv_strerror(csv_error(parser)));
    }
    /* Absent cells are 0, so a row that was cut off would pass for another one. */
    if (!r->failed && r->in_line) fail(r, "the last row has no line end: the file was cut off");
    if (!r->failed && !r->begun) fail(r, "empty: the first row is `quipu-history,1,...`");
}

bool history_read(struct history *history, FILE *from, struct history_fault *fault)
{
    struct reader r = {.history = history, .fault = fault, .line = 1};
    struct csv_parser parser;

    *fault = (struct history_fault){0};
    if (!history_open(history, 1) || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        history_close(history);
        fail_without_line(&r, "out of memory");
        return false;
    }
    read_all(&r, &parser, from);
    csv_free(&parser);
    if (r.failed) history_close(history);
    return !r.failed;
}
