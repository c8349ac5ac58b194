/* select.c - a heap of picks, the worst first, and sorting it where it is. */
#include "read/select.h"

static bool is_worse(const struct pick *a, const struct pick *b)
{
    return a->rank != b->rank ? a->rank > b->rank : a->order > b->order;
}

static void sift_down(struct pick *heap, size_t count, size_t at, struct pick item)
{
    /* Ends: each turn goes down by one level. */
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < count && is_worse(&heap[child + 1], &heap[child])) child++;
        if (child >= count || !is_worse(&heap[child], &item)) break;
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

void quipui_select(struct selection *selection, const struct pick *pick)
{
    struct pick *picks = selection->picks;
    size_t count = selection->count;

    if (count < selection->room) {
        if (count > 0 && is_worse(&picks[count - 1], pick)) selection->is_shuffled = true;
        picks[selection->count++] = *pick;
        return;
    }
    if (!selection->is_heap) {
        if (!selection->is_shuffled && is_worse(pick, &picks[count - 1])) return;
        make_heap(selection);
    }
    if (is_worse(&picks[0], pick)) sift_down(picks, count, 0, *pick);
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
