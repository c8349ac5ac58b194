/* select.c - a heap of picks, the worst first, and sorting it where it is. */
#include "read/select.h"

static void sift_down(struct pick *heap, size_t count, size_t at, struct pick item)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < count && heap[child + 1].rank > heap[child].rank) child++;
        if (child >= count || heap[child].rank <= item.rank) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static void make_heap(struct selection *selection)
{
    struct pick *heap = selection->picks;

    for (size_t i = selection->count / 2; i > 0; i--)
        sift_down(heap, selection->count, i - 1, heap[i - 1]);
    selection->is_heap = true;
    selection->is_shuffled = false;
}

void quipui_select(struct selection *selection, uint64_t timestamp, uint64_t place)
{
    struct pick pick = {selection_rank(selection, timestamp), place};
    size_t count = selection->count;

    if (count < selection->room) {
        if (count > 0 && selection->picks[count - 1].rank > pick.rank)
            selection->is_shuffled = true;
        selection->picks[selection->count++] = pick;
        return;
    }
    if (!selection->is_heap) {
        if (!selection->is_shuffled && selection->picks[count - 1].rank < pick.rank) return;
        make_heap(selection);
    }
    if (pick.rank < selection->picks[0].rank) sift_down(selection->picks, count, 0, pick);
}

void quipui_selection_sort(struct selection *selection)
{
    struct pick *heap = selection->picks;

    if (!selection->is_heap && !selection->is_shuffled) return;
    if (!selection->is_heap) make_heap(selection);
    for (size_t count = selection->count; count > 1; count--) {
        struct pick last = heap[count - 1];

        heap[count - 1] = heap[0];
        sift_down(heap, count - 1, 0, last);
    }
    selection->is_heap = false;
}
