/* row_window.h - some rows of a file, in order, cut into chains: the unit of work of a load.
 *
 * A chain is a record and the ones before it that are `linked`; most chains are one record. A
 * window ends inside a chain only if the file does.
 *
 * `rows` holds each row that was read, good or bad, so that row_outcomes.h can tell what became of
 * it. */
#ifndef QUIPU_COMMAND_LOAD_ROW_WINDOW_H
#define QUIPU_COMMAND_LOAD_ROW_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/csv/fields.h"

enum window_fate {
    WINDOW_GIVEN,  /* its record goes to the ledger */
    WINDOW_BAD,    /* it is bad: I1 of chain_reader.h */
    WINDOW_SKIPPED /* it is good, in a chain with a bad one */
};

struct window_row {
    uint64_t line;
    enum window_fate fate;
    size_t record;                /* WINDOW_GIVEN: the place of its record */
    size_t text, text_length;     /* in texts: as it is in the file */
    size_t reason, reason_length; /* in texts; WINDOW_BAD */
};

struct window {
    bool keeps_texts; /* `texts` is used */
    union record *records;
    quipu_result *results; /* by record; status 0 until the ledger has answered */
    size_t record_count, record_capacity, result_capacity;
    size_t *chain_begins; /* in records; window_add() adds to the last one */
    size_t chain_count, chain_capacity;
    struct window_row *rows;
    size_t row_count, row_capacity;
    size_t chain_row; /* the first row of the last chain */
    char *texts;
    size_t text_bytes, text_capacity;
};

/* Begin a chain at the end. This and the next three return false if memory runs out. */
bool window_begin_chain(struct window *window);

/* Add a row that was read to the last chain. */
bool window_add_row(struct window *window, uint64_t line, const char *text, size_t length);

/* That row is good: this is its record. */
bool window_add(struct window *window, const union record *record);

/* That row is bad. */
bool window_add_fault(struct window *window, const char *reason);

/* Remove the records of the last chain; its good rows become WINDOW_SKIPPED. */
void window_drop_chain(struct window *window);

static inline size_t window_chain_end(const struct window *window, size_t chain)
{
    return chain + 1 < window->chain_count ? window->chain_begins[chain + 1] : window->record_count;
}

static inline void window_clear(struct window *window)
{
    window->record_count = window->chain_count = window->row_count = window->text_bytes = 0;
}

void window_free(struct window *window);

#endif
