/* row_window.h - rows in file order, cut into chains: what is handed on at a time.
 *
 * A chain is a record and those that `linked` ties before it; most are of one. A window never ends
 * inside a chain, unless the file does.
 *
 * Each row that was read is in `rows`, whether a record came of it or not, so that what became of
 * it can be told afterwards; see row_outcomes.h. */
#ifndef QUIPU_COMMAND_LOAD_ROW_WINDOW_H
#define QUIPU_COMMAND_LOAD_ROW_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/csv/fields.h"

enum window_fate {
    WINDOW_GIVEN,  /* to the ledger, as a record */
    WINDOW_BAD,    /* it made no sense */
    WINDOW_SKIPPED /* it did, in a chain with one that did not */
};

struct window_row {
    uint64_t line;
    enum window_fate fate;
    size_t record;                /* of one that was given */
    size_t text, text_length;     /* in texts; as it stood in the file */
    size_t reason, reason_length; /* in texts; of one that is bad */
};

struct window {
    bool keeps_texts; /* else rows have none */
    union record *records;
    quipu_result *results; /* by record; status 0 until the ledger has answered */
    size_t record_count, record_capacity, result_capacity;
    size_t *chain_begins; /* in records; the last chain is still open to window_add() */
    size_t chain_count, chain_capacity;
    struct window_row *rows;
    size_t row_count, row_capacity;
    size_t chain_row; /* the first row of the last chain */
    char *texts;
    size_t text_bytes, text_capacity;
};

/* Begin a chain at the end. False: no memory. So below. */
bool window_begin_chain(struct window *window);

/* Add to the last chain a row that was read. */
bool window_add_row(struct window *window, uint64_t line, const char *text, size_t length);

/* Its record is this. */
bool window_add(struct window *window, const union record *record);

/* Or it is bad. */
bool window_add_fault(struct window *window, const char *reason);

/* Take the records of the last chain out again; its rows were skipped, but for the bad ones. */
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
