/* growing_array.h - arrays that double when they are full. */
#ifndef QUIPU_COMMAND_COMMON_GROWING_ARRAY_H
#define QUIPU_COMMAND_COMMON_GROWING_ARRAY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Make room for `wanted` elements of `bytes` each. Returns the array, which may have moved. Returns
 * NULL if memory runs out; the old array is as it was then. */
static inline void *grow(void *array, size_t *capacity, size_t wanted, size_t bytes)
{
    size_t more = *capacity > 0 ? *capacity : 16;

    if (wanted <= *capacity) return array;
    while (more < wanted) {
        if (more > SIZE_MAX / 2) return NULL;
        more *= 2;
    }
    if (more > SIZE_MAX / bytes) return NULL;

    void *moved = realloc(array, more * bytes);

    if (moved != NULL) *capacity = more;
    return moved;
}

#endif
