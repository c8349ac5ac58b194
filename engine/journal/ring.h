/* ring.h - what was settled, on its way to the flusher: references.
 *
 * One producer at a time: the call that has the worker; of expiries, the holder of the lock of the
 * time-outs; of accounts, the holder of `creating`. One consumer: the flusher. Nothing of a record
 * is copied: the flusher encodes it from the tables, where it never changes once it is settled.
 *
 *   R1  room is supplied before a unit runs, outside of all locks of accounts; so append() cannot
 *       fail
 *   R2  all entries of a unit are published together, before the floor of its call moves past it
 *       (horizon.h, F2). Those of a run of plain transfers are published together, too */
#ifndef QUIPU_JOURNAL_RING_H
#define QUIPU_JOURNAL_RING_H

#include "base/memory.h"

struct slot;

/* The largest unit has QUIPU_BATCH_MAX entries, 8190. */
#ifndef RING_ENTRIES
#define RING_ENTRIES ((uint64_t)16384)
#endif

/* After so many entries the flusher is called, to encode them while the call goes on. */
#define RING_AHEAD ((uint64_t)512)

enum ring_kind {
    RING_TRANSFER,
    RING_IMPORT, /* of a transfer: the number of its import note */
    RING_EXPIRY,
    RING_FAILED_ID,
    RING_ACCOUNT,
    RING_ACCOUNT_IMPORT /* of an account: the number of its import note */
};

struct ring_entry {
    uint64_t
        what; /* the place of a record, or the number of an import note; enum ring_kind on top */
    union {
        const struct slot *slots[2]; /* of a transfer: its accounts; they never move */
        uint64_t timestamp;          /* of a failed id, an account */
    };
};

#define RING_KIND_SHIFT 56

struct ring {
    uint64_t next;      /* the producer's: where it writes */
    uint64_t room_ends; /* the producer's: entries below this are free, as far as it knows */
    uint64_t call_at;   /* the producer's: here it calls the flusher */
    _Alignas(CACHE_LINE) _Atomic uint64_t published; /* entries below this are complete */
    _Alignas(CACHE_LINE) _Atomic uint64_t drained;   /* and below this, encoded */
    uint64_t seen;                                   /* the flusher's: published, in this round */
    _Alignas(CACHE_LINE) struct ring_entry entries[RING_ENTRIES];
};

/* An empty ring, or NULL: no memory. */
struct ring *quipui_ring_open(void);

static inline struct ring_entry *ring_at(struct ring *ring, uint64_t number)
{
    return &ring->entries[number % RING_ENTRIES];
}

/* Is there room for `count` more entries? */
static inline bool ring_has_room(struct ring *ring, uint64_t count)
{
    if (ring->next + count <= ring->room_ends) return true;
    /* edge ring.drained: acquire; pairs with release in ring_drain(). */
    ring->room_ends = load_acquire(&ring->drained) + RING_ENTRIES;
    return ring->next + count <= ring->room_ends;
}

/* Has so much come together since the last time that the flusher should be called? */
static inline bool ring_is_ahead(struct ring *ring)
{
    if (ring->next < ring->call_at) return false;
    ring->call_at = ring->next + RING_AHEAD;
    return true;
}

/* Write the next entry; ring_publish() shows it. */
static inline struct ring_entry *ring_append(struct ring *ring, enum ring_kind kind, uint64_t what)
{
    struct ring_entry *entry = ring_at(ring, ring->next++);

    entry->what = what | (uint64_t)kind << RING_KIND_SHIFT;
    return entry;
}

#ifdef QUIPU_TESTING
/* A test looks at each publication, before and after it. */
extern void (*quipui_ring_watch)(bool published);

static inline void ring_watched(bool published)
{
    if (quipui_ring_watch != NULL) quipui_ring_watch(published);
}
#else
#define ring_watched(published) ((void)0)
#endif

static inline void ring_publish(struct ring *ring)
{
    ring_watched(false);
    /* edge ring.published: release; pairs with acquire in ring_see(). Carries the entries, and the
     * records that they name. */
    store_release(&ring->published, ring->next);
    ring_watched(true);
}

/* The flusher: the entries below the result are complete. */
static inline uint64_t ring_see(struct ring *ring)
{
    /* edge ring.published: acquire; pairs with release in ring_publish(). */
    return load_acquire(&ring->published);
}

/* The flusher: entries below `number` are encoded, and their room is free. */
static inline void ring_drain(struct ring *ring, uint64_t number)
{
    /* edge ring.drained: release; pairs with acquire in ring_has_room(). Carries that the flusher
     * has read them. */
    store_release(&ring->drained, number);
}

static inline enum ring_kind ring_entry_kind(const struct ring_entry *entry)
{
    return (enum ring_kind)(entry->what >> RING_KIND_SHIFT);
}

static inline uint64_t ring_entry_what(const struct ring_entry *entry)
{
    return entry->what & (((uint64_t)1 << RING_KIND_SHIFT) - 1);
}

#endif
