/* test_chunks.c - what readers note about chunks of places.
 *
 *   T1  a chunk that nothing was handed out of is known to be empty
 *   T2  a note is true only while as many places are handed out as it is about
 *   T3  there is no note of a chunk with a place in use
 *   T4  places that came back count no more; taken again they end the note until it is replaced
 *   T5  a reader finds no span that nobody noted, while others note and hand out */
#include <criterion/criterion.h>

#include "records/places.h"
#include "support/threads.h"

enum { CAPACITY = 1000000, STRIDE = 16, ROUNDS = 20000 };

static struct chunks chunks;

static void set_up(void)
{
    cr_assert(quipui_chunks_open(&chunks, CAPACITY));
    cr_assert(quipui_chunks_ensure(&chunks, CAPACITY));
}

static void tear_down(void)
{
    quipui_chunks_close(&chunks);
}

/* Is the chunk known, with this count and span? */
static bool is_known(const struct chunk *chunk, uint64_t count, uint64_t oldest, uint64_t newest)
{
    struct span span;

    return quipui_chunk_span(chunk, &span) && span.count == count && span.oldest == oldest &&
           span.newest == newest;
}

static bool note(struct chunk *chunk, uint64_t count, uint64_t oldest, uint64_t newest)
{
    return quipui_chunk_note(chunk, &(struct span){count, oldest, newest, false});
}

Test(chunks, hold_while_nothing_is_in_use, .init = set_up, .fini = tear_down)
{
    struct chunk *chunk = chunk_at(&chunks, 1);
    struct span span;

    cr_assert(is_known(chunk, 0, 0, 0), "T1");
    quipui_chunks_hand_out(&chunks, CHUNK_PLACES, CHUNK_PLACES + 10);
    cr_assert_not(quipui_chunk_span(chunk, &span));
    cr_assert_not(note(chunk, 9, 5, 6), "T3: one is in use");
    cr_assert_not(quipui_chunk_span(chunk, &span));
    cr_assert(note(chunk, 10, 5, 7));
    cr_assert(is_known(chunk, 10, 5, 7), "T2");
    quipui_chunks_hand_out(&chunks, CHUNK_PLACES + 10, CHUNK_PLACES + 30);
    cr_assert_not(quipui_chunk_span(chunk, &span), "T4");
    quipui_chunks_take_back(&chunks, CHUNK_PLACES + 10, CHUNK_PLACES + 30);
    cr_assert(is_known(chunk, 10, 5, 7), "T2: none of them was settled");
    quipui_chunks_hand_out(&chunks, CHUNK_PLACES + 10, CHUNK_PLACES + 20);
    quipui_chunks_take_back(&chunks, CHUNK_PLACES + 15, CHUNK_PLACES + 20);
    cr_assert_not(quipui_chunk_span(chunk, &span), "five of them may be settled");
    cr_assert(note(chunk, 15, 3, 9));
    cr_assert(is_known(chunk, 15, 3, 9));
}

Test(chunks, say_whether_they_are_in_order, .init = set_up, .fini = tear_down)
{
    struct chunk *chunk = chunk_at(&chunks, 0);
    struct span span;

    quipui_chunks_hand_out(&chunks, 0, 2);
    cr_assert(quipui_chunk_note(chunk, &(struct span){2, 1, UINT64_MAX >> 1, true}));
    cr_assert(quipui_chunk_span(chunk, &span));
    cr_assert(span.is_ordered && span.oldest == 1 && span.newest == UINT64_MAX >> 1);
}

/* A range counts in each chunk and group that it has places of. */
Test(chunks, count_across_their_ends, .init = set_up, .fini = tear_down)
{
    uint64_t from = GROUP_PLACES - 300, to = GROUP_PLACES + 600;

    quipui_chunks_hand_out(&chunks, from, to);
    cr_assert(note(chunk_at(&chunks, GROUP_CHUNKS - 2), 44, 1, 2));
    cr_assert(note(chunk_at(&chunks, GROUP_CHUNKS - 1), CHUNK_PLACES, 1, 2));
    cr_assert(note(chunk_at(&chunks, GROUP_CHUNKS + 2), 600 - 2 * CHUNK_PLACES, 1, 2));
    cr_assert(note(chunk_group_at(&chunks, 0), 300, 1, 2));
    cr_assert(note(chunk_group_at(&chunks, 1), 600, 1, 2));
    quipui_chunks_take_back(&chunks, from + 1, to);
    cr_assert(note(chunk_at(&chunks, GROUP_CHUNKS - 2), 1, 1, 2));
    cr_assert(is_known(chunk_at(&chunks, GROUP_CHUNKS - 1), 0, 0, 0) == false);
}

/* What the places of a table hand out and take back is what its chunks count. */
Test(chunks, follow_the_places)
{
    struct region region;
    struct places places;
    struct range range = {0, 0}, other = {0, 0};

    set_up();
    cr_assert(quipui_region_open(&region, CAPACITY * STRIDE));
    quipui_places_open(&places, PLACES_OF_TRANSFERS, &region, STRIDE, CAPACITY);
    places.chunks = &chunks;
    cr_assert_eq(quipui_places_take(&places, 1, &range), QUIPU_OK);
    cr_assert(note(chunk_at(&chunks, 3), CHUNK_PLACES, 1, 2), "handed out");
    cr_assert(note(chunk_group_at(&chunks, 0), GRANT_PLACES, 1, 2));
    range.next = 100;
    quipui_places_give_back(&places, &range);
    cr_assert(is_known(chunk_at(&chunks, 2), 0, 0, 0), "came back");
    cr_assert(note(chunk_at(&chunks, 0), 100, 1, 2));
    cr_assert_eq(quipui_places_take(&places, 500, &other), QUIPU_OK);
    cr_assert_eq(other.next, 100);
    cr_assert_not(is_known(chunk_at(&chunks, 0), 100, 1, 2), "handed out again");
    quipui_region_close(&region);
    tear_down();
}

/* T5: of `count` settled places the oldest is count and the newest 2 * count. */
static void hand_out_and_note(void *context, unsigned index)
{
    struct chunk *chunk = chunk_at(&chunks, 0);

    (void)context;
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        struct span span;

        if (index == 0) {
            quipui_chunks_hand_out(&chunks, i % CHUNK_PLACES, i % CHUNK_PLACES + 1);
        } else if (index < 3) {
            (void)note(chunk, i, i, 2 * i);
        }
        if (quipui_chunk_span(chunk, &span)) {
            cr_assert_eq(span.oldest, span.count);
            cr_assert_eq(span.newest, 2 * span.count);
        }
    }
}

Test(chunks, are_read_whole, .init = set_up, .fini = tear_down)
{
    threads_run(4, hand_out_and_note, NULL);
}
