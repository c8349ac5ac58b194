/* wire_ring.c - what is checked of a position; copying, in two parts where a ring ends. */
#include "wire/wire_ring.h"

bool quipui_wire_is_sensible(uint64_t used, uint64_t size)
{
    return used <= size && used % WIRE_UNIT == 0;
}

void quipui_wire_put(struct wire_end *end, const void *from, uint64_t bytes)
{
    uint64_t place = end->mine & (end->size - 1), first = end->size - place;

    if (first > bytes) first = bytes;
    memcpy(end->bytes + place, from, first);
    if (bytes > first) memcpy(end->bytes, (const unsigned char *)from + first, bytes - first);
    end->mine += bytes;
}

void quipui_wire_take(struct wire_end *end, void *to, uint64_t bytes)
{
    uint64_t place = end->mine & (end->size - 1), first = end->size - place;

    if (first > bytes) first = bytes;
    copy_bytes_once(to, end->bytes + place, first); /* M2 */
    if (bytes > first) copy_bytes_once((unsigned char *)to + first, end->bytes, bytes - first);
    end->mine += bytes;
}
