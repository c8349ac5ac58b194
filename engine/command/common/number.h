/* number.h - numbers of up to 128 bits as people write them, and sums of them.
 *
 * A number is decimal digits, or 0x and hexadecimal digits: no sign, no blanks, no separators. */
#ifndef QUIPU_COMMAND_COMMON_NUMBER_H
#define QUIPU_COMMAND_COMMON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

enum number_fault {
    NUMBER_FINE,
    NUMBER_GARBLED, /* empty, or something that is not a digit */
    NUMBER_TOO_LARGE
};

/* Read all of text[0..length). Sets *number only if it returns NUMBER_FINE. */
enum number_fault number_read(const char *text, size_t length, quipu_uint128 max,
                              quipu_uint128 *number);

/* A sum of 128-bit totals: many accounts together may exceed 2^128. */
struct wide {
    quipu_uint128 low;
    uint64_t high;
};

static inline struct wide wide_of(quipu_uint128 number)
{
    return (struct wide){number, 0};
}

static inline void wide_add(struct wide *sum, struct wide more)
{
    sum->low += more.low;
    sum->high += more.high + (sum->low < more.low ? 1 : 0);
}

/* 2^192 has 58 digits; a sign and the end. */
#define NUMBER_TEXT_BYTES 64

/* Write the number in decimal. Both functions return `text`. */
const char *number_write(struct wide number, char text[static NUMBER_TEXT_BYTES]);

/* `plus` less `minus`, with a sign if that is negative. */
const char *number_write_difference(quipu_uint128 plus, quipu_uint128 minus,
                                    char text[static NUMBER_TEXT_BYTES]);

#endif
