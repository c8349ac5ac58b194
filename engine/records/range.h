/* range.h - handing out the places of a table of fixed capacity.
 *
 * A worker takes places by the chunk, so that no shared word is written per record. What it does
 * not use goes back to a list that lives in the unused places themselves; near the end chunks
 * shrink to one. So every place is handed out in the end, and none twice. */
#ifndef QUIPU_RECORDS_RANGE_H
#define QUIPU_RECORDS_RANGE_H

#include <stddef.h>

#include "base/lock.h"
#include "base/memory.h"
#include "quipu/types.h"
#include "records/chunks.h"

#define RANGE_CHUNK 1024

/* How many returned ranges are looked at before new places are taken. */
#define RANGE_GLANCE 8

/* Places [next, end), owned by one worker. */
struct range {
    uint64_t next, end;
};

/* Where a range that came back says so: in its first place. */
struct range_note {
    uint64_t count;
    uint64_t following; /* first place of the next one + 1, or 0 */
};

struct places {
    struct lock lock;
    struct region *region;
    size_t stride;         /* bytes per place; room for a struct range_note */
    struct region *beside; /* a second table of the same places, or NULL */
    size_t beside_stride;
    struct chunks *chunks; /* what readers note about these places, or NULL */
    uint64_t capacity;
    uint64_t returned;     /* first place of the first returned range + 1, or 0; under lock */
    _Atomic uint64_t next; /* places from here on were never handed out */
};

void quipui_places_open(struct places *places, struct region *region, size_t stride,
                        uint64_t capacity);

/* Take `count` places in a row, or a whole chunk that has as many.
 *
 *   returns  QUIPU_OK, QUIPU_NO_SPACE (there are none), QUIPU_NO_MEMORY */
quipu_status quipui_places_take(struct places *places, uint64_t count, struct range *range);

/* Give back a range; it becomes empty. Its places were made usable before. */
void quipui_places_give_back(struct places *places, struct range *range);

/* No place at or above this was handed out yet. */
static inline uint64_t places_end(struct places *places)
{
    /* edge places.next: acquire; pairs with release in quipui_places_take(). */
    return load_acquire(&places->next);
}

static inline uint64_t range_count(const struct range *range)
{
    return range->end - range->next;
}

#endif
