/* bytes.h - an input, taken apart from the front; behind its end all is zero. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_BYTES_H
#define QUIPU_TESTS_MACHINES_FUZZ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *at, *end;
};

static inline bool bytes_done(const struct bytes *bytes)
{
    return bytes->at == bytes->end;
}

static inline uint8_t bytes_take(struct bytes *bytes)
{
    return bytes_done(bytes) ? 0 : *bytes->at++;
}

/* The low byte first. */
static inline uint64_t bytes_number(struct bytes *bytes, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < width; i++)
        number |= (uint64_t)bytes_take(bytes) << 8 * i;
    return number;
}

#endif
