/* sort_keys.h - sorting small keys in place: it never needs memory. */
#ifndef QUIPU_BASE_SORT_KEYS_H
#define QUIPU_BASE_SORT_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* What is sorted by, and which of the caller's things it is of. */
struct key {
    uint64_t by;
    uint32_t which;
};

/* Sort by `by`, then by `which`.
 *
 *   cost  O(count log count); by insertion while there are few, as there nearly always are */
void quipui_sort(struct key *keys, size_t count);

#endif
