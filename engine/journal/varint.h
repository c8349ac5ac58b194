/* varint.h - numbers in as many bytes as they need: LEB128, seven bits a byte, the lowest first.
 *
 * A number has one form: the last byte is not 0, unless it is the only one. Signed differences are
 * folded (0, -1, 1, -2 ... become 0, 1, 2, 3 ...), and wrap.
 *
 *   V1  a reader reads at most VARINT_BYTES (VARINT_WIDE_BYTES) bytes, whatever they are: so many
 *       must be readable
 *   V2  bytes that are no number, or not in its one form, are an error that the reader keeps */
#ifndef QUIPU_JOURNAL_VARINT_H
#define QUIPU_JOURNAL_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#include "quipu/types.h"

#define VARINT_BYTES 10
#define VARINT_WIDE_BYTES 19

struct varint_reader {
    const unsigned char *at;
    bool bad;
};

static inline unsigned char *varint_put(unsigned char *to, uint64_t number)
{
    /* Ends: each turn takes seven bits off. */
    while (number >= 0x80) {
        *to++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    *to++ = (unsigned char)number;
    return to;
}

static inline unsigned char *varint_put_wide(unsigned char *to, quipu_uint128 number)
{
    /* Ends: each turn takes seven bits off. */
    while (number >> 64 != 0) {
        *to++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    return varint_put(to, (uint64_t)number);
}

static inline uint64_t varint_get(struct varint_reader *reader)
{
    const unsigned char *at = reader->at;
    uint64_t number = *at & 0x7F, byte = *at++;

    for (unsigned shift = 7; (byte & 0x80) != 0; shift += 7) {
        if (shift == 7 * VARINT_BYTES) {
            reader->bad = true;
            break;
        }
        byte = *at++;
        number |= (byte & 0x7F) << shift;
        /* Of the last byte one bit is left. */
        if (byte == 0 || (shift == 7 * (VARINT_BYTES - 1) && byte > 1)) reader->bad = true;
    }
    reader->at = at;
    return number;
}

static inline quipu_uint128 varint_get_wide(struct varint_reader *reader)
{
    const unsigned char *at = reader->at;
    quipu_uint128 number = *at & 0x7F;
    unsigned char byte = *at++;

    for (unsigned shift = 7; (byte & 0x80) != 0; shift += 7) {
        if (shift == 7 * VARINT_WIDE_BYTES) {
            reader->bad = true;
            break;
        }
        byte = *at++;
        number |= (quipu_uint128)(byte & 0x7F) << shift;
        /* Of the last byte two bits are left. */
        if (byte == 0 || (shift == 7 * (VARINT_WIDE_BYTES - 1) && byte > 3)) reader->bad = true;
    }
    reader->at = at;
    return number;
}

/* A difference, folded and back. */
static inline uint64_t varint_fold(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t varint_unfold(uint64_t folded)
{
    return folded >> 1 ^ (0 - (folded & 1));
}

static inline quipu_uint128 varint_fold_wide(quipu_uint128 difference)
{
    return difference << 1 ^ (0 - (difference >> 127));
}

static inline quipu_uint128 varint_unfold_wide(quipu_uint128 folded)
{
    return folded >> 1 ^ (0 - (folded & 1));
}

#endif
