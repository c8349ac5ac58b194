/* little.h - numbers as little-endian bytes, whatever the machine: all that goes to disk. */
#ifndef QUIPU_BASE_LITTLE_H
#define QUIPU_BASE_LITTLE_H

#include <stdint.h>

static inline void little_put(unsigned char *to, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (unsigned char)(number >> 8 * i);
}

static inline uint64_t little_get(const unsigned char *from, unsigned bytes)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)from[i] << 8 * i;
    return number;
}

static inline void little_put_64(unsigned char *to, uint64_t number)
{
    little_put(to, number, 8);
}

static inline uint64_t little_get_64(const unsigned char *from)
{
    return little_get(from, 8);
}

#endif
