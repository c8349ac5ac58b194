/* chunks.h - what readers note about the transfer log: which span of time a chunk of places has.
 *
 * Places are not in order of time, so a scan of a span of time looks at all of them, except in
 * chunks that it knows to have nothing of that span. A reader that finds a chunk at rest notes its
 * oldest and newest timestamp, and later scans skip it. There are two levels: chunks of 256 places,
 * and groups of 256 chunks. Writers count places where they take a range, not for each transfer.
 *
 *   N1  `handed` counts the places of a chunk that were handed out and not given back; it rises
 *       before any of them can be settled, and a settled place is never given back
 *   N2  a chunk is at rest when as many places are settled as are handed out. A note says which
 *       span those had; it holds while `handed` is the count that was noted, however often places
 *       were taken and given back in between
 *   N3  a note is only replaced by one of a larger count, and one count stands for one set of
 *       places: a reader that finds the same count before and after the span has read one note
 *
 *   source   docs/adr/0016-readers-leave-notes.md */
#ifndef QUIPU_RECORDS_CHUNKS_H
#define QUIPU_RECORDS_CHUNKS_H

#include "base/memory.h"

#ifndef CHUNK_PLACES /* tests/machines/explore has few places */
#define CHUNK_PLACES ((uint64_t)256)
#endif
#define GROUP_CHUNKS ((uint64_t)256)
#define GROUP_PLACES (CHUNK_PLACES * GROUP_CHUNKS)

/* Set in `count` while a reader replaces the note. */
#define NOTE_CHANGES ((uint64_t)1 << 63)

struct chunk {
    _Atomic uint64_t handed; /* stored under the lock of the places (N1) */
    /* raced: the note (N3) */
    _Atomic uint64_t count;  /* settled places that it is about; 0: there is no note */
    _Atomic uint64_t oldest; /* timestamp << 1 | in order */
    _Atomic uint64_t newest; /* timestamp */
};

_Static_assert(sizeof(struct chunk) == 32, "the memory of a transfer is counted in docs");

struct chunks {
    struct region chunks, groups;
};

/* The settled places of a chunk: how many, and which span of time they have. */
struct span {
    uint64_t count, oldest, newest;
    bool is_ordered; /* timestamps rise with places */
};

bool quipui_chunks_open(struct chunks *chunks, uint64_t capacity);
void quipui_chunks_close(struct chunks *chunks);

/* Have counts for the first `places` places. Returns false if memory runs out. */
bool quipui_chunks_ensure(struct chunks *chunks, uint64_t places);

/* The bytes of the table that has an entry for each `size` places: CHUNK_PLACES or GROUP_PLACES. */
static inline size_t chunks_bytes(uint64_t places, uint64_t size)
{
    return (size_t)((places + size - 1) / size) * sizeof(struct chunk);
}

/* Places [from, to) were handed out, or came back. Under the lock of the places. */
void quipui_chunks_hand_out(struct chunks *chunks, uint64_t from, uint64_t to);
void quipui_chunks_take_back(struct chunks *chunks, uint64_t from, uint64_t to);

/* The span of a chunk or group, if it has a note that holds or no place in use. */
bool quipui_chunk_span(const struct chunk *chunk, struct span *span);

/* Note the span of all settled places that a scan found. Returns whether the chunk is at rest: if
 * not, there is nothing to note. */
bool quipui_chunk_note(struct chunk *chunk, const struct span *span);

static inline struct chunk *chunk_at(const struct chunks *chunks, uint64_t number)
{
    return (struct chunk *)(void *)chunks->chunks.base + number;
}

static inline struct chunk *chunk_group_at(const struct chunks *chunks, uint64_t number)
{
    return (struct chunk *)(void *)chunks->groups.base + number;
}

/* The span of two sets of places together. */
static inline void span_add(struct span *span, const struct span *more)
{
    if (more->count == 0) return;
    if (span->count == 0 || more->oldest < span->oldest) span->oldest = more->oldest;
    if (more->newest > span->newest) span->newest = more->newest;
    span->count += more->count;
}

#endif
