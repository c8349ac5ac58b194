/* test_ring.c - a ring of references: one producer, one consumer.
 *
 *   T1  an entry comes out as it went in, once, in order
 *   T2  there is room for RING_ENTRIES, and again for what is drained
 *   T3  what is not published is not seen */
#include "journal/ring.h"

#include <criterion/criterion.h>
#include <sched.h>

#include "support/threads.h"

static struct ring *ring;

Test(ring, keeps_what_and_kind)
{
    static const enum ring_kind kinds[] = {RING_TRANSFER,  RING_IMPORT,  RING_EXPIRY,
                                           RING_FAILED_ID, RING_ACCOUNT, RING_ACCOUNT_IMPORT};
    const uint64_t largest = ((uint64_t)1 << RING_KIND_SHIFT) - 1;

    ring = quipui_ring_open();
    cr_assert_not_null(ring);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct ring_entry *entry = ring_append(ring, kinds[i], largest - i);

        cr_assert_eq(ring_entry_kind(entry), kinds[i]);
        cr_assert_eq(ring_entry_what(entry), largest - i);
        cr_assert_eq(ring_see(ring), 0, "it is not published");
    }
    ring_publish(ring);
    cr_assert_eq(ring_see(ring), sizeof kinds / sizeof *kinds);
    cr_assert_eq(ring_at(ring, 0)->what, largest | (uint64_t)RING_TRANSFER << RING_KIND_SHIFT);
    quipui_memory_give_back(ring);
}

Test(ring, has_room_for_what_was_drained)
{
    ring = quipui_ring_open();
    cr_assert_not_null(ring);
    cr_assert(ring_has_room(ring, RING_ENTRIES));
    cr_assert_not(ring_has_room(ring, RING_ENTRIES + 1));
    for (uint64_t i = 0; i < RING_ENTRIES; i++)
        ring_append(ring, RING_TRANSFER, i)->timestamp = i;
    ring_publish(ring);
    cr_assert_not(ring_has_room(ring, 1));
    ring_drain(ring, 3);
    cr_assert(ring_has_room(ring, 3));
    cr_assert_not(ring_has_room(ring, 4));
    ring_append(ring, RING_TRANSFER, RING_ENTRIES);
    cr_assert_eq(ring_entry_what(ring_at(ring, 0)), RING_ENTRIES, "it goes round");
    cr_assert_eq(ring_entry_what(ring_at(ring, 3)), 3, "and leaves the rest");
    quipui_memory_give_back(ring);
}

static void produce(uint64_t count)
{
    for (uint64_t i = 0; i < count;) {
        uint64_t together = i % 5 + 1;

        while (!ring_has_room(ring, together))
            sched_yield();
        for (uint64_t j = 0; j < together; j++, i++)
            ring_append(ring, RING_TRANSFER, i)->timestamp = ~i;
        ring_publish(ring);
    }
}

static void consume(uint64_t count)
{
    for (uint64_t i = 0; i < count;) {
        uint64_t seen = ring_see(ring);

        if (seen == i) sched_yield();
        for (; i < seen; i++) {
            cr_assert_eq(ring_entry_what(ring_at(ring, i)), i);
            cr_assert_eq(ring_at(ring, i)->timestamp, ~i);
        }
        ring_drain(ring, i);
    }
}

static void pass(void *context, unsigned index)
{
    uint64_t count = *(uint64_t *)context;

    if (index == 0) {
        produce(count);
    } else {
        consume(count);
    }
}

Test(ring, passes_everything_on)
{
    uint64_t count = threads_work(20 * RING_ENTRIES);

    ring = quipui_ring_open();
    cr_assert_not_null(ring);
    threads_run(2, pass, &count);
    quipui_memory_give_back(ring);
}
