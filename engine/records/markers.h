/* markers.h - what readers note about the strand of an account: where it is after so many changes.
 *
 * A strand can only be walked from its newest knot back, so a page in the middle would cost a walk
 * from the head. A reader that has walked leaves a marker at every 256th version: the link to the
 * knot that gave it, the time, the totals right after, and whether the account was closed. The
 * markers of an account are a list, newest first, with a second link that skips ahead (a
 * skew-binary list: Myers, "An applicative random-access stack", 1983), so a version or a time is
 * found in a logarithm of steps.
 *
 *   M1  a marker does not change once it is added: it says what its knots say, and those do not
 *       change (K3)
 *   M2  the list of an account has the markers 1, 2, ... without a gap: a reader adds some at its
 *       front, by one compare-and-swap from the marker that it went on from
 *   M3  writers know nothing of markers
 *
 *   source   docs/adr/0016-readers-leave-notes.md */
#ifndef QUIPU_RECORDS_MARKERS_H
#define QUIPU_RECORDS_MARKERS_H

#include "base/latch.h"
#include "records/accounts.h"

#ifndef MARKED_VERSIONS /* tests/machines/explore has short strands */
#define MARKED_VERSIONS ((uint64_t)256)
#endif

/* The totals of an account. */
struct totals {
    quipu_uint128 debits_pending, debits_posted, credits_pending, credits_posted;
};

struct marker {
    struct totals totals; /* right after the version */
    uint64_t link;        /* to the knot that gave it */
    uint64_t timestamp;   /* of the newest transfer up to it */
    uint32_t number;      /* the version / MARKED_VERSIONS */
    uint32_t previous;    /* the marker before: place + 1, or 0 */
    uint32_t skip;        /* a marker further back, or 0 */
    uint32_t closed;      /* was the account closed right after the version? */
};

_Static_assert(sizeof(struct marker) == 96, "the memory of a marker is counted in docs");

struct markers {
    struct region region;
    uint64_t capacity;
    _Atomic uint64_t used; /* places that were ever in use */
    struct latch keeping;  /* of `spare` */
    uint32_t spare;        /* list of places whose marker was not added: place + 1, or 0 */
};

/* Enough for all versions of a ledger with so many transfers, each of which may expire. */
bool quipui_markers_open(struct markers *markers, uint64_t transfer_capacity);
void quipui_markers_close(struct markers *markers);

/* Before its first use: room for `count` more; and `count` in all are there. supply() returns false
 * if memory or room runs out. */
bool quipui_markers_supply(struct markers *markers, uint64_t count);
static inline void markers_begin_at(struct markers *markers, uint64_t count)
{
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&markers->used, count);
}

/* The marker before all: of an account without transfers. */
extern const struct marker quipui_marker_none;

static inline const struct marker *marker_at(const struct markers *markers, uint32_t place)
{
    if (place == 0) return &quipui_marker_none;
    return (const struct marker *)(const void *)markers->region.base + (place - 1);
}

/* The newest marker of an account: place + 1, or 0. */
static inline uint32_t marker_newest(const struct details *details)
{
    /* edge slot.marker: acquire; pairs with release in quipui_markers_add(). */
    return load_acquire(&details->marker);
}

/* The newest marker, from `place` on back, whose number is at most this. */
uint32_t quipui_marker_up_to(const struct markers *markers, uint32_t place, uint64_t number);

/* The oldest marker, from `place` on back, whose time is `timestamp` or later; 0: there is none. */
uint32_t quipui_marker_since(const struct markers *markers, uint32_t place, uint64_t timestamp);

/* Add markers to an account whose newest is `from`; wanted[] are in order of version, with all
 * fields but the links of the list. If another reader was first, none is added; if memory runs out,
 * the first of them or none. */
void quipui_markers_add(struct markers *markers, struct details *details, uint32_t from,
                        const struct marker *wanted, size_t count);

#endif
