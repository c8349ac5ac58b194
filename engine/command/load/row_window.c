/* row_window.c - the arrays of a window. */
#include "command/load/row_window.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"

bool window_begin_chain(struct window *window)
{
    size_t *begins = grow(window->chain_begins, &window->chain_capacity, window->chain_count + 1,
                          sizeof *begins);

    if (begins == NULL) return false;
    window->chain_begins = begins;
    begins[window->chain_count++] = window->record_count;
    window->chain_row = window->row_count;
    return true;
}

/* Append a text to `texts`; *at becomes its place. */
static bool keep(struct window *window, const char *text, size_t length, size_t *at)
{
    char *texts = grow(window->texts, &window->text_capacity, window->text_bytes + length, 1);

    *at = window->text_bytes;
    if (length == 0) return true;
    if (texts == NULL) return false;
    window->texts = texts;
    memcpy(texts + window->text_bytes, text, length);
    window->text_bytes += length;
    return true;
}

bool window_add_row(struct window *window, uint64_t line, const char *text, size_t length)
{
    struct window_row *rows =
        grow(window->rows, &window->row_capacity, window->row_count + 1, sizeof *rows);

    if (rows == NULL) return false;
    window->rows = rows;
    rows[window->row_count] = (struct window_row){.line = line};
    if (window->keeps_texts) {
        if (!keep(window, text, length, &rows[window->row_count].text)) return false;
        rows[window->row_count].text_length = length;
    }
    window->row_count++;
    return true;
}

bool window_add(struct window *window, const union record *record)
{
    union record *records =
        grow(window->records, &window->record_capacity, window->record_count + 1, sizeof *records);

    if (records == NULL) return false;
    window->records = records;

    quipu_result *results =
        grow(window->results, &window->result_capacity, window->record_count + 1, sizeof *results);

    if (results == NULL) return false;
    window->results = results;
    window->rows[window->row_count - 1].record = window->record_count;
    results[window->record_count] = (quipu_result){.status = 0};
    records[window->record_count++] = *record;
    return true;
}

bool window_add_fault(struct window *window, const char *reason)
{
    struct window_row *row = &window->rows[window->row_count - 1];

    row->fate = WINDOW_BAD;
    if (!window->keeps_texts) return true;
    row->reason_length = strlen(reason);
    return keep(window, reason, row->reason_length, &row->reason);
}

void window_drop_chain(struct window *window)
{
    window->record_count = window->chain_begins[--window->chain_count];
    for (size_t i = window->chain_row; i < window->row_count; i++) {
        if (window->rows[i].fate == WINDOW_GIVEN) window->rows[i].fate = WINDOW_SKIPPED;
    }
}

void window_free(struct window *window)
{
    free(window->records);
    free(window->results);
    free(window->chain_begins);
    free(window->rows);
    free(window->texts);
    *window = (struct window){0};
}
