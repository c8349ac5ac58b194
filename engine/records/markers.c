/* markers.c - markers of strands; see markers.h. */
#include "records/markers.h"

const struct marker quipui_marker_none;

bool quipui_markers_open(struct markers *markers, uint64_t transfer_capacity)
{
    /* A transfer changes two accounts, and so does its expiry. */
    markers->capacity = 4 * transfer_capacity / MARKED_VERSIONS + MARKED_VERSIONS;
    markers->spare = 0;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&markers->used, 0);
    store_relaxed(&markers->keeping.word, 0);
    return quipui_region_open(&markers->region, (size_t)markers->capacity * sizeof(struct marker));
}

void quipui_markers_close(struct markers *markers)
{
    quipui_region_close(&markers->region);
}

bool quipui_markers_supply(struct markers *markers, uint64_t count)
{
    /* relaxed: no other thread knows the ledger yet. */
    uint64_t all = load_relaxed(&markers->used) + count;

    return all <= markers->capacity &&
           region_ensure(&markers->region, (size_t)all * sizeof(struct marker));
}

static struct marker *writable(const struct markers *markers, uint32_t place)
{
    return (struct marker *)(void *)markers->region.base + (place - 1);
}

uint32_t quipui_marker_up_to(const struct markers *markers, uint32_t place, uint64_t number)
{
    /* Ends: either link leads to an older marker, and the one before all has number 0. */
    while (marker_at(markers, place)->number > number) {
        const struct marker *marker = marker_at(markers, place);

        place =
            marker_at(markers, marker->skip)->number >= number ? marker->skip : marker->previous;
    }
    return place;
}

uint32_t quipui_marker_since(const struct markers *markers, uint32_t place, uint64_t timestamp)
{
    if (place == 0 || marker_at(markers, place)->timestamp < timestamp) return 0;
    /* Ends: either link leads to an older marker. */
    for (;;) {
        const struct marker *marker = marker_at(markers, place);

        if (marker->skip != 0 && marker_at(markers, marker->skip)->timestamp >= timestamp) {
            place = marker->skip;
        } else if (marker->previous != 0 &&
                   marker_at(markers, marker->previous)->timestamp >= timestamp) {
            place = marker->previous;
        } else {
            return place;
        }
    }
}

/* A spare place, or 0. */
static uint32_t take_spare(struct markers *markers)
{
    uint32_t place;

    latch_take(&markers->keeping);
    place = markers->spare;
    if (place != 0) markers->spare = marker_at(markers, place)->previous;
    latch_leave(&markers->keeping);
    return place;
}

/* A place for a marker: a spare one, or one that was never used; 0: there is none. */
static uint32_t take_place(struct markers *markers)
{
    uint32_t spare = take_spare(markers);
    uint64_t used;

    if (spare != 0) return spare;
    /* relaxed: a guess; the compare-and-swap decides. */
    used = load_relaxed(&markers->used);
    /* Ends: a swap fails only after another reader took a place, and the places are counted. */
    do {
        if (used >= markers->capacity) return 0;
        if (!region_ensure(&markers->region, (size_t)(used + 1) * sizeof(struct marker))) return 0;
        /* relaxed: it only keeps two readers from one place; slot.marker publishes what is written
         * there. */
    } while (!cas_relaxed(&markers->used, &used, used + 1));
    return (uint32_t)(used + 1);
}

/* Where the second link of a marker after `before` leads. */
static uint32_t skip_from(const struct markers *markers, uint32_t before)
{
    const struct marker *last = marker_at(markers, before);
    const struct marker *skipped = marker_at(markers, last->skip);
    uint32_t first = last->number - skipped->number;
    uint32_t second = skipped->number - marker_at(markers, skipped->skip)->number;

    return first == second ? skipped->skip : before;
}

/* The markers from `newest` back to `oldest` were not added: their places are spare. */
static void make_spare(struct markers *markers, uint32_t newest, uint32_t oldest)
{
    latch_take(&markers->keeping);
    writable(markers, oldest)->previous = markers->spare;
    markers->spare = newest;
    latch_leave(&markers->keeping);
}

void quipui_markers_add(struct markers *markers, struct details *details, uint32_t from,
                        const struct marker *wanted, size_t count)
{
    uint32_t newest = from, oldest = 0, seen = from;

    for (size_t i = 0; i < count; i++) {
        uint32_t place = take_place(markers);
        struct marker *marker;

        if (place == 0) break;
        marker = writable(markers, place);
        *marker = wanted[i];
        marker->previous = newest;
        marker->skip = skip_from(markers, newest);
        newest = place;
        if (i == 0) oldest = place;
    }
    /* edge slot.marker: release; pairs with acquire in marker_newest(). Carries the markers. */
    if (newest != from && !cas_release(&details->marker, &seen, newest)) {
        make_spare(markers, newest, oldest);
    }
}
