/* checksum.c - libxxhash, compiled into this file: nothing of it is linked or shown. */
#include "base/checksum.h"

#define XXH_INLINE_ALL 1
#include <xxhash.h>

uint64_t quipui_checksum(const void *bytes, size_t count, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, count, seed);
}
