/* window.h - records in file order, cut into chains: what is handed on at a time.
 *
 * A chain is a record and those that `linked` ties before it; most are of one. A window never ends
 * inside a chain, unless the file does. */
#ifndef QUIPU_SHELL_WINDOW_H
#define QUIPU_SHELL_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

struct window {
    union record *records;
    size_t record_count, record_capacity;
    size_t *chain_begins; /* in records; the last chain is still open to window_add() */
    size_t chain_count, chain_capacity;
};

/* Begin a chain at the end. False: no memory. */
bool window_begin_chain(struct window *window);

/* Add to the last chain. False: no memory. */
bool window_add(struct window *window, const union record *record);

/* Take the last chain out again. */
void window_drop_chain(struct window *window);

static inline size_t window_chain_end(const struct window *window, size_t chain)
{
    return chain + 1 < window->chain_count ? window->chain_begins[chain + 1] : window->record_count;
}

static inline void window_clear(struct window *window)
{
    window->record_count = window->chain_count = 0;
}

void window_free(struct window *window);

#endif
