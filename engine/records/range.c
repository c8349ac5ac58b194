/* range.c - handing out places; see range.h. */
#include "records/range.h"

#include "base/assert.h"

void quipui_places_open(struct places *places, struct region *region, size_t stride,
                        uint64_t capacity)
{
    invariant(stride >= sizeof(struct range_note));

    /* relaxed: no other thread knows the table yet. */
    store_relaxed(&places->lock.word, LOCK_FREE);
    places->region = region;
    places->stride = stride;
    places->beside = NULL;
    places->chunks = NULL;
    places->capacity = capacity;
    places->returned = 0;
    /* relaxed: no other thread knows the table yet. */
    store_relaxed(&places->next, 0);
}

static struct range_note *note_at(struct places *places, uint64_t place)
{
    return (struct range_note *)(void *)(places->region->base + place * places->stride);
}

/* First fit among the returned ranges, `most` of them looked at. */
static bool take_returned(struct places *places, uint64_t count, uint64_t most, struct range *range)
{
    uint64_t *link = &places->returned;

    for (uint64_t looked = 0; *link != 0 && looked < most; looked++) {
        struct range_note *note = note_at(places, *link - 1);

        if (note->count >= count) {
            range->next = *link - 1;
            range->end = range->next + note->count;
            *link = note->following;
            return true;
        }
        link = &note->following;
    }
    return false;
}

static quipu_status take_new(struct places *places, uint64_t count, struct range *range)
{
    /* relaxed: only written under the lock, which we hold. */
    uint64_t next = load_relaxed(&places->next);
    uint64_t left = places->capacity - next;
    uint64_t chunk = left / 16 < RANGE_CHUNK ? left / 16 : RANGE_CHUNK;

    if (left < count) return QUIPU_NO_SPACE;
    if (chunk < count) chunk = count;
    if (!region_ensure(places->region, (size_t)(next + chunk) * places->stride)) {
        return QUIPU_NO_MEMORY;
    }
    if (places->beside != NULL &&
        !region_ensure(places->beside, (size_t)(next + chunk) * places->beside_stride)) {
        return QUIPU_NO_MEMORY;
    }
    if (places->chunks != NULL && !quipui_chunks_ensure(places->chunks, next + chunk)) {
        return QUIPU_NO_MEMORY;
    }
    range->next = next;
    range->end = next + chunk;
    /* edge places.next: release; pairs with acquire in places_end(). Carries the mapping. */
    store_release(&places->next, next + chunk);
    return QUIPU_OK;
}

/* Put the returned ranges in order and make one of those that touch. */
static void join_returned(struct places *places)
{
    uint64_t rest = places->returned;

    places->returned = 0;
    while (rest != 0) {
        struct range_note *note = note_at(places, rest - 1);
        uint64_t *link = &places->returned, following = note->following;

        while (*link != 0 && *link < rest)
            link = &note_at(places, *link - 1)->following;
        note->following = *link;
        *link = rest;
        rest = following;
    }
    for (uint64_t at = places->returned; at != 0;) {
        struct range_note *note = note_at(places, at - 1);

        if (note->following != at + note->count) {
            at = note->following;
            continue;
        }
        note->count += note_at(places, note->following - 1)->count;
        note->following = note_at(places, note->following - 1)->following;
    }
}

/* The last returned range and, in a row with it, as many new places as it lacks. */
static quipu_status take_across(struct places *places, uint64_t count, struct range *range)
{
    uint64_t *link = &places->returned, last;
    struct range_note *note;
    quipu_status status;

    while (*link != 0 && note_at(places, *link - 1)->following != 0)
        link = &note_at(places, *link - 1)->following;
    last = *link;
    if (last == 0) return QUIPU_NO_SPACE;
    note = note_at(places, last - 1);
    /* relaxed: only written under the lock, which we hold. */
    if (last - 1 + note->count != load_relaxed(&places->next)) return QUIPU_NO_SPACE;

    status = take_new(places, count - note->count, range);
    if (status != QUIPU_OK) return status;
    *link = 0;
    range->next = last - 1;
    return QUIPU_OK;
}

quipu_status quipui_places_take(struct places *places, uint64_t count, struct range *range)
{
    quipu_status status = QUIPU_OK;

    lock_hold(&places->lock);
    if (!take_returned(places, count, RANGE_GLANCE, range)) {
        status = take_new(places, count, range);
        if (status == QUIPU_NO_SPACE) {
            join_returned(places);
            status = take_returned(places, count, UINT64_MAX, range)
                         ? QUIPU_OK
                         : take_across(places, count, range);
        }
    }
    if (status == QUIPU_OK && places->chunks != NULL) {
        quipui_chunks_hand_out(places->chunks, range->next, range->end);
    }
    lock_let_go(&places->lock);
    return status;
}

void quipui_places_give_back(struct places *places, struct range *range)
{
    struct range_note *note;

    if (range_count(range) == 0) return;
    lock_hold(&places->lock);
    if (places->chunks != NULL) {
        quipui_chunks_take_back(places->chunks, range->next, range->end);
    }
    note = note_at(places, range->next);
    note->count = range_count(range);
    note->following = places->returned;
    places->returned = range->next + 1;
    lock_let_go(&places->lock);
    range->next = range->end = 0;
}
