/* format_number.h - numbers, sums and amounts; see format.h. */
#ifndef QUIPU_FORMAT_NUMBER_H
#define QUIPU_FORMAT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "quipu/types.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" /* C has no other */
#endif

/* What a reader says of a text. A text that is garbled and too large is garbled. */
typedef enum quipu_text {
    QUIPU_TEXT_OK,
    QUIPU_TEXT_GARBLED,      /* empty, or something that does not belong there */
    QUIPU_TEXT_OUT_OF_RANGE, /* too large for the result; of times: not within 1970 to 2554 */
    QUIPU_TEXT_TOO_FINE      /* digits behind the mark that the scale has no place for, not zero */
} quipu_text;

/* Bytes with the '\0'. */
#define QUIPU_TEXT_BYTES 64
#define QUIPU_NUMBER_BYTES 40
#define QUIPU_HEX_BYTES 35
#define QUIPU_UUID_BYTES 37
#define QUIPU_ULID_BYTES 27
#define QUIPU_TIME_BYTES 31
#define QUIPU_DATE_BYTES 11

#define QUIPU_SCALE_MAX 38

/* A text by value: see F4. */
typedef struct quipu_written {
    char text[QUIPU_TEXT_BYTES];
} quipu_written;

/* A sum of amounts: many accounts together may exceed 2^128. */
typedef struct quipu_sum {
    quipu_uint128 low;
    uint64_t high;
} quipu_sum;

static inline const char *quipu_text_text(quipu_text text)
{
    switch (text) {
    case QUIPU_TEXT_OK: return "it was read";
    case QUIPU_TEXT_GARBLED: return "it is not of this form";
    case QUIPU_TEXT_OUT_OF_RANGE: return "it is out of range";
    case QUIPU_TEXT_TOO_FINE: return "it has more decimals than the scale";
    }
    return "unknown";
}

/* --- parts that are used below --- */

static inline size_t quipui_put(const char *from, size_t length, char *text, size_t size)
{
    if (size > length) {
        memcpy(text, from, length);
        text[length] = '\0';
        return length;
    }
    if (size > 0) text[0] = '\0';
    return 0;
}

/* Divide in place by up to 2^64-1; return the remainder. */
static inline uint64_t quipui_divide(quipu_sum *sum, uint64_t by)
{
    uint64_t parts[3] = {sum->high, (uint64_t)(sum->low >> 64), (uint64_t)sum->low};
    quipu_uint128 rest = 0;

    for (int i = 0; i < 3; i++) {
        rest = rest << 64 | parts[i];
        parts[i] = (uint64_t)(rest / by);
        rest %= by;
    }
    sum->high = parts[0];
    sum->low = (quipu_uint128)parts[1] << 64 | parts[2];
    return (uint64_t)rest;
}

/* Write digits in front of `end`, at least so many, and return the first. */
static inline char *quipui_digits(quipu_sum sum, size_t least, char *end)
{
    const uint64_t ten_to_19 = UINT64_C(10000000000000000000);
    char *at = end;

    while (sum.high != 0 || sum.low >> 64 != 0) {
        uint64_t part = quipui_divide(&sum, ten_to_19);

        for (int i = 0; i < 19; i++, part /= 10)
            *--at = (char)('0' + (int)(part % 10));
    }
    for (uint64_t part = (uint64_t)sum.low; part != 0; part /= 10)
        *--at = (char)('0' + (int)(part % 10));
    while ((size_t)(end - at) < least)
        *--at = '0';
    return at;
}

/* The value of a digit of up to base 16; 16 if it is none. */
static inline unsigned quipui_digit(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Append a digit. Returns false if the value becomes too large. */
static inline bool quipui_append(quipu_uint128 *value, unsigned base, unsigned digit)
{
    const quipu_uint128 most = ~(quipu_uint128)0;
    /* Divisions by constants are cheap. */
    quipu_uint128 brink = base == 10 ? most / 10 : most / 16;

    if (*value > brink || *value * base > most - digit) return false;
    *value = *value * base + digit;
    return true;
}

/* --- sums --- */

static inline quipu_sum quipu_sum_of(quipu_uint128 number)
{
    quipu_sum sum;

    sum.low = number;
    sum.high = 0;
    return sum;
}

static inline void quipu_sum_add(quipu_sum *sum, quipu_sum more)
{
    sum->low += more.low;
    sum->high += more.high + (sum->low < more.low ? 1 : 0);
}

/* `scale` of the digits are behind a point: 1250 of scale 2 is 12.50. */
static inline size_t quipu_sum_write(quipu_sum sum, unsigned scale, char *text, size_t size)
{
    char digits[QUIPU_TEXT_BYTES], *end = digits + sizeof digits, *first;

    if (scale > QUIPU_SCALE_MAX) return quipui_put("", 0, text, size);
    first = quipui_digits(sum, (size_t)scale + 1, end);
    if (scale > 0) {
        memmove(first - 1, first, (size_t)(end - first) - scale);
        first--;
        end[-(ptrdiff_t)scale - 1] = '.';
    }
    return quipui_put(first, (size_t)(end - first), text, size);
}

static inline quipu_written quipu_sum_text(quipu_sum sum, unsigned scale)
{
    quipu_written written;

    (void)quipu_sum_write(sum, scale, written.text, sizeof written.text);
    return written;
}

/* --- numbers --- */

static inline size_t quipu_number_write(quipu_uint128 number, char *text, size_t size)
{
    return quipu_sum_write(quipu_sum_of(number), 0, text, size);
}

static inline quipu_written quipu_number_text(quipu_uint128 number)
{
    return quipu_sum_text(quipu_sum_of(number), 0);
}

/* 0x, and digits without leading zeros. */
static inline size_t quipu_hex_write(quipu_uint128 number, char *text, size_t size)
{
    char digits[QUIPU_HEX_BYTES], *end = digits + sizeof digits, *at = end;

    do {
        *--at = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    *--at = 'x';
    *--at = '0';
    return quipui_put(at, (size_t)(end - at), text, size);
}

/* Read a number of at most `max`. */
static inline quipu_text quipu_number_read(const char *text, size_t length, quipu_uint128 max,
                                           quipu_uint128 *number)
{
    quipu_uint128 value = 0;
    unsigned base = 10;
    bool fits = true;

    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
        length -= 2;
    }
    if (length == 0) return QUIPU_TEXT_GARBLED;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = quipui_digit(text[i]);

        if (digit >= base) return QUIPU_TEXT_GARBLED;
        fits = fits && quipui_append(&value, base, digit);
    }
    if (!fits || value > max) return QUIPU_TEXT_OUT_OF_RANGE;
    *number = value;
    return QUIPU_TEXT_OK;
}

/* --- amounts --- */

static inline size_t quipu_amount_write(quipu_uint128 amount, unsigned scale, char *text,
                                        size_t size)
{
    return quipu_sum_write(quipu_sum_of(amount), scale, text, size);
}

static inline quipu_written quipu_amount_text(quipu_uint128 amount, unsigned scale)
{
    return quipu_sum_text(quipu_sum_of(amount), scale);
}

/* Whether `c` may stand between two groups of three digits. */
static inline bool quipui_parts_groups(char c, char mark)
{
    return c == ' ' || c == '\'' || (c == (mark == '.' ? ',' : '.'));
}

/* The digits before the mark. Returns how many bytes they are; 0: garbled. */
static inline size_t quipui_whole_read(const char *text, size_t length, char mark,
                                       quipu_uint128 *value, bool *fits)
{
    size_t at, run = 0;
    char between = '\0';

    for (at = 0; at < length && text[at] != mark; at++) {
        unsigned digit = quipui_digit(text[at]);

        if (digit < 10) {
            run++;
            *fits = *fits && quipui_append(value, 10, digit);
        } else if (quipui_parts_groups(text[at], mark) &&
                   (between == '\0' ? run >= 1 && run <= 3 : run == 3 && text[at] == between)) {
            between = text[at];
            run = 0;
        } else {
            return 0;
        }
    }
    return run == 0 || (between != '\0' && run != 3) ? 0 : at;
}

/* Read an amount with up to `scale` decimals; more of them must be zeros. Missing ones are zeros:
 * 12.5 of scale 2 is 1250. `mark` is '.' or ','. Digits before it may stand in groups of three,
 * parted by one of blank, apostrophe and the other mark: 1.234,56 where the mark is a comma. At
 * least one digit stands on each side of the mark. */
static inline quipu_text quipu_amount_read(const char *text, size_t length, unsigned scale,
                                           char mark, quipu_uint128 *amount)
{
    quipu_uint128 value = 0;
    bool fits = scale <= QUIPU_SCALE_MAX, is_fine = true;
    unsigned decimals = 0;
    size_t at =
        mark == '.' || mark == ',' ? quipui_whole_read(text, length, mark, &value, &fits) : 0;

    if (at == 0 || at + 1 == length) return QUIPU_TEXT_GARBLED;
    for (at++; at < length; at++) {
        unsigned digit = quipui_digit(text[at]);

        if (digit >= 10) return QUIPU_TEXT_GARBLED;
        if (decimals < scale) {
            decimals++;
            fits = fits && quipui_append(&value, 10, digit);
        } else {
            is_fine = is_fine && digit == 0;
        }
    }
    for (; fits && decimals < scale; decimals++)
        fits = quipui_append(&value, 10, 0);
    if (!fits) return QUIPU_TEXT_OUT_OF_RANGE;
    if (!is_fine) return QUIPU_TEXT_TOO_FINE;
    *amount = value;
    return QUIPU_TEXT_OK;
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
