/* oldest.c - see oldest.h. */
#include "read/oldest.h"

static bool is_younger(const struct happened *a, const struct happened *b)
{
    if (a->timestamp != b->timestamp) return a->timestamp > b->timestamp;
    return a->order > b->order;
}

/* Put `happened` where it belongs, from the hole at `at` upwards. */
static void sift_up(struct happened *heap, size_t at, struct happened happened)
{
    while (at > 0 && is_younger(&happened, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = happened;
}

/* The same from the top downwards. */
static void sift_down(struct happened *heap, size_t count, struct happened happened)
{
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < count && is_younger(&heap[child + 1], &heap[child])) child++;
        if (child >= count || !is_younger(&heap[child], &happened)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = happened;
}

void quipui_oldest_offer(struct oldest *oldest, const struct happened *happened)
{
    if (oldest->count < oldest->room) {
        sift_up(oldest->heap, oldest->count++, *happened);
    } else if (is_younger(&oldest->heap[0], happened)) {
        sift_down(oldest->heap, oldest->count, *happened);
    }
}

void quipui_oldest_sort(struct oldest *oldest)
{
    for (size_t left = oldest->count; left > 1; left--) {
        struct happened youngest = oldest->heap[0], last = oldest->heap[left - 1];

        sift_down(oldest->heap, left - 1, last);
        oldest->heap[left - 1] = youngest;
    }
}
