/* sort.c - keys in order: by insertion while they are few, as they nearly always are. */
#include <stdlib.h>

#include "batch/transfers.h"

#define FEW 32

static int compare(const void *a, const void *b)
{
    const struct key *left = a, *right = b;

    if (left->by != right->by) return left->by < right->by ? -1 : 1;
    return left->which < right->which ? -1 : left->which > right->which;
}

void quipui_sort(struct key *keys, size_t count)
{
    if (count > FEW) {
        qsort(keys, count, sizeof *keys, compare);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct key key = keys[i];
        size_t at = i;

        while (at > 0 && compare(&keys[at - 1], &key) > 0) {
            keys[at] = keys[at - 1];
            at--;
        }
        keys[at] = key;
    }
}
