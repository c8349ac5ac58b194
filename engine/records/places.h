/* places.h - handing out the places of a table of fixed capacity.
 *
 * Places go out in grants of many, so that no shared word is written per record. Unused places come
 * back to a list that lives in these places themselves. As the table runs out, grants shrink to one
 * place. So every place is handed out in the end, and none twice. What happens to a grant between
 * the table and a record is in worker_places.h. */
#ifndef QUIPU_RECORDS_PLACES_H
#define QUIPU_RECORDS_PLACES_H

#include <stddef.h>

#include "base/lock.h"
#include "base/memory.h"
#include "quipu/types.h"
#include "records/chunks.h"

#define GRANT_PLACES 1024

/* How many returned ranges are looked at before new places are taken. */
#define RANGE_GLANCE 8

/* Places [next, end), with one owner. */
struct range {
    uint64_t next, end;
};

/* Where an unused place says what follows it; a range that came back, in its first place. */
struct range_note {
    uint64_t count;     /* places of the range; not used where the list is of single places */
    uint64_t following; /* first place of the next range + 1, or 0 */
};

/* Which table the places are of. */
enum place_kind { PLACES_OF_TRANSFERS, PLACES_OF_HOLDS, PLACES_OF_FAILED_IDS, PLACE_KINDS };

struct places {
    struct lock lock;
    enum place_kind kind;
    struct region *region;
    size_t stride;         /* bytes per place; room for a struct range_note */
    struct region *beside; /* a second table of the same places, or NULL */
    size_t beside_stride;
    struct chunks *chunks; /* what readers note about these places, or NULL */
    uint64_t capacity;
    uint64_t returned;       /* first place of the first returned range + 1, or 0; under lock */
    uint64_t returned_count; /* places in returned ranges; under lock */
    bool joined;             /* returned ranges are in order and none touches another; under lock */
    _Atomic uint64_t next;   /* places from here on were never handed out */
};

void quipui_places_open(struct places *places, enum place_kind kind, struct region *region,
                        size_t stride, uint64_t capacity);

/* Before its first use: the places below `end` are in use. Returns false if memory runs out. */
bool quipui_places_begin_at(struct places *places, uint64_t end);

/* Take `count` places in a row, or a whole grant that has as many. With the lock held.
 *
 *   returns  QUIPU_OK, QUIPU_NO_SPACE (there are none), QUIPU_NO_MEMORY */
quipu_status quipui_places_take(struct places *places, uint64_t count, struct range *range);

/* Give back a range; it becomes empty. Its places were made usable before. With the lock held. */
void quipui_places_give_back(struct places *places, struct range *range);

/* No place at or above this was handed out yet. */
static inline uint64_t places_end(struct places *places)
{
    /* edge places.next: acquire; pairs with release in take_new(). */
    return load_acquire(&places->next);
}

static inline struct range_note *places_note(struct places *places, uint64_t place)
{
    return (struct range_note *)(void *)(places->region->base + place * places->stride);
}

static inline uint64_t range_count(const struct range *range)
{
    return range->end - range->next;
}

/* Split off the first places of a range, at most so many. */
static inline struct range range_split(struct range *range, uint64_t most)
{
    uint64_t count = range_count(range) < most ? range_count(range) : most;
    struct range first = {range->next, range->next + count};

    range->next = first.end;
    return first;
}

#endif
