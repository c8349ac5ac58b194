/* decimal.h - numbers of 128 bits as people write them. */
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

/* Read all of text[0..length): decimal, or 0x and hexadecimal. False: it is no such number. */
bool decimal_read(const char *text, size_t length, quipu_uint128 *number);

#endif
