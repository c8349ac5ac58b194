/* wire_ring.c - copying into and out of a ring, in two parts where it ends between. */
#include "wire/wire_ring.h"

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
