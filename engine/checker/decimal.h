/* decimal.h - 128-bit numbers as people write them. */
#ifndef QUIPU_CHECKER_DECIMAL_H
#define QUIPU_CHECKER_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "quipu/types.h"

/* 2^128-1 has 39 digits. */
struct decimal_text {
    char text[40];
};

struct decimal_text decimal(quipu_uint128 number);

/* Read all of text[0..length): decimal digits, or 0x and hexadecimal ones. Returns false if it is
 * no such number. */
bool decimal_read(const char *text, size_t length, quipu_uint128 *number);

#endif
