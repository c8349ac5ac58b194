/* chunks.c - counts of places in use, and notes about those at rest; see chunks.h. */
#include "records/chunks.h"

bool quipui_chunks_open(struct chunks *chunks, uint64_t capacity)
{
    return quipui_region_open(&chunks->chunks, chunks_bytes(capacity, CHUNK_PLACES)) &&
           quipui_region_open(&chunks->groups, chunks_bytes(capacity, GROUP_PLACES));
}

void quipui_chunks_close(struct chunks *chunks)
{
    quipui_region_close(&chunks->chunks);
    quipui_region_close(&chunks->groups);
}

bool quipui_chunks_ensure(struct chunks *chunks, uint64_t places)
{
    return region_ensure(&chunks->chunks, chunks_bytes(places, CHUNK_PLACES)) &&
           region_ensure(&chunks->groups, chunks_bytes(places, GROUP_PLACES));
}

/* How many of the places [from, to) are in the chunk of `size` that `from` is in? */
static uint64_t share(uint64_t from, uint64_t to, uint64_t size)
{
    uint64_t end = (from / size + 1) * size;

    return (end < to ? end : to) - from;
}

/* The places [from, to) were handed out (`each` is 1) or came back (-1): count them in a table of
 * chunks of `size` places. */
static void count(struct chunk *table, uint64_t size, uint64_t from, uint64_t to, int64_t each)
{
    for (uint64_t i = from, n; i < to; i += n) {
        n = share(i, to, size);
        /* relaxed: what settles a place carries a count that rose (N1); a reader that does not see
         * yet that one fell only scans in vain. */
        (void)add_relaxed(&table[i / size].handed, n * (uint64_t)each);
    }
}

void quipui_chunks_hand_out(struct chunks *chunks, uint64_t from, uint64_t to)
{
    count(chunk_at(chunks, 0), CHUNK_PLACES, from, to, 1);
    count(chunk_group_at(chunks, 0), GROUP_PLACES, from, to, 1);
}

void quipui_chunks_take_back(struct chunks *chunks, uint64_t from, uint64_t to)
{
    count(chunk_at(chunks, 0), CHUNK_PLACES, from, to, -1);
    count(chunk_group_at(chunks, 0), GROUP_PLACES, from, to, -1);
}

static uint64_t handed_of(const struct chunk *chunk)
{
    /* relaxed: a reader sees at least the count that came before whatever it has seen settled, by
     * itself or through a note: knot.tie and chunk.note carry it (N2). */
    return load_relaxed(&chunk->handed);
}

bool quipui_chunk_span(const struct chunk *chunk, struct span *span)
{
    /* edge chunk.note: acquire; pairs with release in quipui_chunk_note(). */
    uint64_t count = load_acquire(&chunk->count), oldest;

    *span = (struct span){0};
    if (count == 0 || (count & NOTE_CHANGES) != 0) return handed_of(chunk) == 0;
    /* edge chunk.span: acquire; pairs with release in quipui_chunk_note(). */
    oldest = load_acquire(&chunk->oldest);
    *span = (struct span){
        .count = count,
        .oldest = oldest >> 1,
        /* edge chunk.span: acquire; pairs with release in quipui_chunk_note(). */
        .newest = load_acquire(&chunk->newest),
        .is_ordered = (oldest & 1) != 0,
    };
    /* relaxed: the acquires of the span keep this load after them (N3). */
    return load_relaxed(&chunk->count) == count && handed_of(chunk) == count;
}

bool quipui_chunk_note(struct chunk *chunk, const struct span *span)
{
    /* relaxed: a guess; the compare-and-swap decides. */
    uint64_t seen = load_relaxed(&chunk->count);

    if (handed_of(chunk) != span->count) return false;
    if (span->count <= seen) return true; /* noted, or another reader is noting (NOTE_CHANGES) */
    /* edge chunk.note: acquire; pairs with release in quipui_chunk_note(). */
    if (!cas_acquire(&chunk->count, &seen, seen | NOTE_CHANGES)) return true;
    /* edge chunk.span: release; pairs with acquire in quipui_chunk_span(). Carries that the note
     * changes: a reader that sees this value does not find the old count again (N3). */
    store_release(&chunk->oldest, span->oldest << 1 | (uint64_t)span->is_ordered);
    store_release(&chunk->newest, span->newest);
    /* edge chunk.note: release; pairs with acquire in quipui_chunk_span(). Carries the span, and
     * that the places it is about were handed out. */
    store_release(&chunk->count, span->count);
    return true;
}
