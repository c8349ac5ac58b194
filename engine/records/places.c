/* places.c - handing out places; see places.h. */
#include "records/places.h"

#include "base/assert.h"

void quipui_places_open(struct places *places, enum place_kind kind, struct region *region,
                        size_t stride, uint64_t capacity)
{
    invariant(stride >= sizeof(struct range_note));

    /* relaxed: no other thread knows the table yet. */
    store_relaxed(&places->lock.word, LOCK_FREE);
    places->kind = kind;
    places->region = region;
    places->stride = stride;
    places->beside = NULL;
    places->chunks = NULL;
    places->capacity = capacity;
    places->returned = places->returned_count = 0;
    places->joined = true;
    /* relaxed: no other thread knows the table yet. */
    store_relaxed(&places->next, 0);
}

/* How many places go out at once: at least `count`, and less as the table runs out. */
static uint64_t grant_for(struct places *places, uint64_t count)
{
    /* relaxed: only written under the lock, which we hold. */
    uint64_t left = places->capacity - load_relaxed(&places->next) + places->returned_count;
    uint64_t grant = left / 16 < GRANT_PLACES ? left / 16 : GRANT_PLACES;

    return grant > count ? grant : count;
}

/* Cut `count` places off the front of the returned range that *link leads to. */
static void cut(struct places *places, uint64_t *link, uint64_t count, struct range *range)
{
    uint64_t first = *link - 1;
    struct range_note *note = places_note(places, first), *rest;

    *range = (struct range){first, first + count};
    places->returned_count -= count;
    if (note->count == count) {
        *link = note->following;
        return;
    }
    rest = places_note(places, range->end);
    rest->count = note->count - count;
    rest->following = note->following;
    *link = range->end + 1;
}

/* First fit among the first `most` returned ranges. */
static bool take_returned(struct places *places, uint64_t count, uint64_t most, struct range *range)
{
    uint64_t *link = &places->returned, grant = grant_for(places, count);

    for (uint64_t looked = 0; *link != 0 && looked < most; looked++) {
        struct range_note *note = places_note(places, *link - 1);

        if (note->count >= count) {
            cut(places, link, note->count < grant ? note->count : grant, range);
            return true;
        }
        link = &note->following;
    }
    return false;
}

/* Have memory for the first `end` places. */
static bool supply(struct places *places, uint64_t end)
{
    if (!region_ensure(places->region, (size_t)end * places->stride)) return false;
    if (places->beside != NULL &&
        !region_ensure(places->beside, (size_t)end * places->beside_stride)) {
        return false;
    }
    return places->chunks == NULL || quipui_chunks_ensure(places->chunks, end);
}

bool quipui_places_begin_at(struct places *places, uint64_t end)
{
    if (!supply(places, end)) return false;
    if (places->chunks != NULL) quipui_chunks_hand_out(places->chunks, 0, end);
    /* relaxed: no other thread knows the table yet. */
    store_relaxed(&places->next, end);
    return true;
}

static quipu_status take_new(struct places *places, uint64_t count, struct range *range)
{
    /* relaxed: only written under the lock, which we hold. */
    uint64_t next = load_relaxed(&places->next);
    uint64_t left = places->capacity - next, grant = grant_for(places, count);

    if (left < count) return QUIPU_NO_SPACE;
    if (grant > left) grant = left;
    if (!supply(places, next + grant)) return QUIPU_NO_MEMORY;
    range->next = next;
    range->end = next + grant;
    /* edge places.next: release; pairs with acquire in places_end(). Carries the mapping. */
    store_release(&places->next, next + grant);
    return QUIPU_OK;
}

/* One list of two, in order of places. */
static uint64_t merge(struct places *places, uint64_t one, uint64_t other)
{
    uint64_t merged = 0, *link = &merged;

    while (one != 0 && other != 0) {
        uint64_t *lower = one < other ? &one : &other;

        *link = *lower;
        link = &places_note(places, *link - 1)->following;
        *lower = *link;
    }
    *link = one != 0 ? one : other;
    return merged;
}

/* Put the returned ranges in order: sorted[i] is a list of 2^i of them, or empty. There may be as
 * many as places. */
static void sort_returned(struct places *places)
{
    uint64_t sorted[64] = {0}, rest = places->returned;

    while (rest != 0) {
        struct range_note *note = places_note(places, rest - 1);
        uint64_t list = rest;
        unsigned i = 0;

        rest = note->following;
        note->following = 0;
        for (; sorted[i] != 0; i++) {
            list = merge(places, sorted[i], list);
            sorted[i] = 0;
        }
        sorted[i] = list;
    }
    for (unsigned i = 0; i < 64; i++)
        rest = merge(places, sorted[i], rest);
    places->returned = rest;
}

/* Put the returned ranges in order and make one of those that touch. */
static void join_returned(struct places *places)
{
    if (places->joined) return;
    sort_returned(places);
    for (uint64_t at = places->returned; at != 0;) {
        struct range_note *note = places_note(places, at - 1);

        if (note->following != at + note->count) {
            at = note->following;
            continue;
        }
        note->count += places_note(places, note->following - 1)->count;
        note->following = places_note(places, note->following - 1)->following;
    }
    places->joined = true;
}

/* The last returned range and, in a row with it, as many new places as it lacks. */
static quipu_status take_across(struct places *places, uint64_t count, struct range *range)
{
    uint64_t *link = &places->returned, last;
    struct range_note *note;
    quipu_status status;

    while (*link != 0 && places_note(places, *link - 1)->following != 0)
        link = &places_note(places, *link - 1)->following;
    last = *link;
    if (last == 0) return QUIPU_NO_SPACE;
    note = places_note(places, last - 1);
    /* relaxed: only written under the lock, which we hold. */
    if (last - 1 + note->count != load_relaxed(&places->next)) return QUIPU_NO_SPACE;

    status = take_new(places, count - note->count, range);
    if (status != QUIPU_OK) return status;
    *link = 0;
    places->returned_count -= note->count;
    range->next = last - 1;
    return QUIPU_OK;
}

static quipu_status take(struct places *places, uint64_t count, struct range *range)
{
    quipu_status status;

    if (take_returned(places, count, RANGE_GLANCE, range)) return QUIPU_OK;
    status = take_new(places, count, range);
    if (status != QUIPU_NO_SPACE) return status;
    join_returned(places);
    if (take_returned(places, count, UINT64_MAX, range)) return QUIPU_OK;
    return take_across(places, count, range);
}

quipu_status quipui_places_take(struct places *places, uint64_t count, struct range *range)
{
    quipu_status status;

    status = take(places, count, range);
    if (status == QUIPU_OK && places->chunks != NULL) {
        quipui_chunks_hand_out(places->chunks, range->next, range->end);
    }
    return status;
}

void quipui_places_give_back(struct places *places, struct range *range)
{
    struct range_note *note;

    if (range_count(range) == 0) return;
    if (places->chunks != NULL) {
        quipui_chunks_take_back(places->chunks, range->next, range->end);
    }
    note = places_note(places, range->next);
    note->count = range_count(range);
    note->following = places->returned;
    places->returned = range->next + 1;
    places->returned_count += note->count;
    places->joined = false;
    range->next = range->end = 0;
}
