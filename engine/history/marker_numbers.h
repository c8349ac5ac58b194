/* marker_numbers.h - the markers that checkpoints have, by number.
 *
 * Readers leave markers at places in the order in which they come by. A checkpoint has those that
 * are older than its cut, and no other: so it gives numbers to those that have none yet, 1, 2, ...
 * Full pieces of them are files; the rest is in the image. Recovery puts marker n at place n.
 *
 *   B1  a number is never given twice, and stays: also if the checkpoint that gave it fails
 *   B2  the markers before one on its strand have smaller numbers
 *
 * Only recovery and checkpoints, one at a time, know them. */
#ifndef QUIPU_HISTORY_MARKER_NUMBERS_H
#define QUIPU_HISTORY_MARKER_NUMBERS_H

#include "base/pile.h"
#include "records/markers.h"

struct marker_numbers {
    struct region numbers; /* uint32_t for each place: the number, or 0: none yet */
    struct pile places;    /* uint32_t: the markers after those that are filed, by number */
    uint64_t filed;        /* so many, from the first on, are in pieces */
};

/* For a table of so many markers. Returns false if address space runs out. */
bool quipui_marker_numbers_open(struct marker_numbers *numbers, uint64_t capacity);
void quipui_marker_numbers_close(struct marker_numbers *numbers);

/* The number of the marker at this place (as in marker_at()); 0: it has none. */
static inline uint32_t marker_number(const struct marker_numbers *numbers, uint32_t place)
{
    /* relaxed: only checkpoints make it larger. */
    if (place == 0 || place > load_relaxed(&numbers->numbers.usable_bytes) / sizeof(uint32_t)) {
        return 0;
    }
    return ((const uint32_t *)(const void *)numbers->numbers.base)[place - 1];
}

/* So many have a number. */
static inline uint64_t marker_numbers_count(const struct marker_numbers *numbers)
{
    return numbers->filed + numbers->places.count;
}

/* The place of a marker that is not filed, by its number - 1. */
static inline uint32_t marker_numbers_place(const struct marker_numbers *numbers, uint64_t i)
{
    return *(const uint32_t *)pile_at(&numbers->places, (size_t)(i - numbers->filed));
}

/* Give numbers to the marker at this place, and to all before it on its strand that have none.
 * Returns false if memory runs out; then none got one. */
bool quipui_marker_numbers_give(struct marker_numbers *numbers, const struct markers *markers,
                                uint32_t place);

/* The first `count` of those that are not filed are filed now. */
void quipui_marker_numbers_file(struct marker_numbers *numbers, uint64_t count);

#endif
