/* ring.c - see ring.h. */
#include "journal/ring.h"

#ifdef QUIPU_TESTING
void (*quipui_ring_watch)(bool published);
#endif

struct ring *quipui_ring_open(void)
{
    struct ring *ring = quipui_memory_take(sizeof *ring);

    if (ring == NULL) return NULL;
    ring->next = 0;
    ring->room_ends = RING_ENTRIES;
    ring->call_at = RING_AHEAD;
    ring->seen = 0;
    /* relaxed: the flusher learns of the ring by worker.ring. */
    store_relaxed(&ring->published, 0);
    store_relaxed(&ring->drained, 0);
    return ring;
}
