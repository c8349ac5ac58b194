/* timeouts.c - a binary heap with places written back, so that any entry can be taken out. */
#include "records/timeouts.h"

#include <string.h>

#define FIRST_CAPACITY 64

bool quipui_timeouts_open(struct timeouts *timeouts, uint64_t capacity)
{
    timeouts->count = timeouts->capacity = 0;
    timeouts->heap = NULL;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&timeouts->lock.word, LOCK_FREE);
    store_relaxed(&timeouts->earliest, NEVER);
    store_relaxed(&timeouts->rounds, 0);
    return quipui_expiries_open(&timeouts->expired, capacity);
}

void quipui_timeouts_close(struct timeouts *timeouts)
{
    quipui_memory_give_back(timeouts->heap);
    timeouts->heap = NULL;
    quipui_expiries_close(&timeouts->expired);
}

static void publish(struct timeouts *timeouts)
{
    /* edge timeouts.earliest: release; pairs with acquire in timeouts_due(). Carries the releases
     * of all that was due before (D2). */
    store_release(&timeouts->earliest, timeouts->count > 0 ? timeouts->heap[0].due : NEVER);
}

static void put(struct timeouts *timeouts, struct transfers *transfers, uint64_t place,
                struct timeout entry)
{
    timeouts->heap[place] = entry;
    hold_at(transfers, entry.hold)->heap_place = (uint32_t)(place + 1);
}

/* Move `entry` from the hole at `place` to where it belongs. */
static void settle(struct timeouts *timeouts, struct transfers *transfers, uint64_t place,
                   struct timeout entry)
{
    struct timeout *heap = timeouts->heap;

    while (place > 0 && heap[(place - 1) / 2].due > entry.due) {
        put(timeouts, transfers, place, heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        uint64_t child = 2 * place + 1;

        if (child + 1 < timeouts->count && heap[child + 1].due < heap[child].due) child++;
        if (child >= timeouts->count || heap[child].due >= entry.due) break;
        put(timeouts, transfers, place, heap[child]);
        place = child;
    }
    put(timeouts, transfers, place, entry);
}

static bool grow(struct timeouts *timeouts)
{
    uint64_t capacity = timeouts->capacity > 0 ? timeouts->capacity * 2 : FIRST_CAPACITY;
    struct timeout *heap;

    if (timeouts->count < timeouts->capacity) return true;
    heap = quipui_memory_take(capacity * sizeof *heap);
    if (heap == NULL) return false;
    if (timeouts->count > 0) memcpy(heap, timeouts->heap, timeouts->count * sizeof *heap);
    quipui_memory_give_back(timeouts->heap);
    timeouts->heap = heap;
    timeouts->capacity = capacity;
    return true;
}

bool quipui_timeouts_add(struct timeouts *timeouts, struct transfers *transfers, uint64_t hold,
                         uint64_t due)
{
    bool grown;

    lock_hold(&timeouts->lock);
    /* Each of the heap may expire. */
    grown = grow(timeouts) && quipui_expiries_supply(&timeouts->expired, timeouts->count + 1);
    if (grown) {
        settle(timeouts, transfers, timeouts->count++, (struct timeout){due, hold});
        publish(timeouts);
    }
    lock_let_go(&timeouts->lock);
    return grown;
}

static void take_out(struct timeouts *timeouts, struct transfers *transfers, uint64_t place)
{
    struct timeout last = timeouts->heap[--timeouts->count];
    /* relaxed: only written under the lock. */
    uint64_t rounds = load_relaxed(&timeouts->rounds);

    /* edge timeouts.rounds: release; pairs with acquire in timeouts_rounds(). Carries nothing: it
     * tells a reader that its copies may be older than what it sees of `earliest` (D3). */
    store_release(&timeouts->rounds, rounds + 1);
    hold_at(transfers, timeouts->heap[place].hold)->heap_place = 0;
    if (place < timeouts->count) settle(timeouts, transfers, place, last);
    publish(timeouts);
}

void quipui_timeouts_remove(struct timeouts *timeouts, struct transfers *transfers, uint64_t hold)
{
    lock_hold(&timeouts->lock);
    if (hold_at(transfers, hold)->heap_place != 0) {
        take_out(timeouts, transfers, hold_at(transfers, hold)->heap_place - 1);
    }
    lock_let_go(&timeouts->lock);
}

uint64_t quipui_timeouts_first(const struct timeouts *timeouts, uint64_t now)
{
    return timeouts->count > 0 && timeouts->heap[0].due <= now ? timeouts->heap[0].hold : NEVER;
}

void quipui_timeouts_drop_first(struct timeouts *timeouts, struct transfers *transfers)
{
    uint64_t hold = timeouts->heap[0].hold;

    /* relaxed: only the holder of the lock expires holds, so it was this thread. */
    if (load_relaxed(&hold_at(transfers, hold)->state) == HOLD_EXPIRED) {
        quipui_expiries_add(&timeouts->expired, hold);
    }
    take_out(timeouts, transfers, 0);
}
