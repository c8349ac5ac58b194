/* window.c - two arrays that grow. */
#include "window.h"

#include <stdlib.h>

#include "grow.h"

bool window_begin_chain(struct window *window)
{
    size_t *begins = grow(window->chain_begins, &window->chain_capacity, window->chain_count + 1,
                          sizeof *begins);

    if (begins == NULL) return false;
    window->chain_begins = begins;
    begins[window->chain_count++] = window->record_count;
    return true;
}

bool window_add(struct window *window, const union record *record)
{
    union record *records =
        grow(window->records, &window->record_capacity, window->record_count + 1, sizeof *records);

    if (records == NULL) return false;
    window->records = records;
    records[window->record_count++] = *record;
    return true;
}

void window_drop_chain(struct window *window)
{
    window->record_count = window->chain_begins[--window->chain_count];
}

void window_free(struct window *window)
{
    free(window->records);
    free(window->chain_begins);
    *window = (struct window){0};
}
