/* format_id.h - ids as UUIDs and ULIDs; see format.h. */
#ifndef QUIPU_FORMAT_ID_H
#define QUIPU_FORMAT_ID_H

#include "quipu/format_number.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" /* C has no other */
#endif

/* 8-4-4-4-12, lower case. */
static inline size_t quipu_uuid_write(quipu_uint128 id, char *text, size_t size)
{
    char digits[QUIPU_UUID_BYTES];
    size_t at = QUIPU_UUID_BYTES - 1;

    for (int digit = 0; digit < 32; digit++, id >>= 4) {
        if (digit == 12 || digit == 16 || digit == 20 || digit == 24) digits[--at] = '-';
        digits[--at] = "0123456789abcdef"[id & 15];
    }
    return quipui_put(digits, QUIPU_UUID_BYTES - 1, text, size);
}

/* Of either case. */
static inline quipu_text quipu_uuid_read(const char *text, size_t length, quipu_uint128 *id)
{
    quipu_uint128 value = 0;

    if (length != QUIPU_UUID_BYTES - 1) return QUIPU_TEXT_GARBLED;
    for (size_t at = 0; at < length; at++) {
        bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
        unsigned digit = quipui_digit(text[at]);

        if (is_dash ? text[at] != '-' : digit == 16) return QUIPU_TEXT_GARBLED;
        if (!is_dash) value = value << 4 | digit;
    }
    *id = value;
    return QUIPU_TEXT_OK;
}

#define QUIPUI_BASE_32 "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/* 26 digits, upper case. Ids of quipu_id() are ULIDs: their texts sort by time. */
static inline size_t quipu_ulid_write(quipu_uint128 id, char *text, size_t size)
{
    char digits[QUIPU_ULID_BYTES];

    for (int at = QUIPU_ULID_BYTES - 2; at >= 0; at--, id >>= 5)
        digits[at] = QUIPUI_BASE_32[id & 31];
    return quipui_put(digits, QUIPU_ULID_BYTES - 1, text, size);
}

/* Of either case; I and L are read as 1, O as 0. */
static inline quipu_text quipu_ulid_read(const char *text, size_t length, quipu_uint128 *id)
{
    quipu_uint128 value = 0;
    bool fits = true;

    if (length != QUIPU_ULID_BYTES - 1) return QUIPU_TEXT_GARBLED;
    for (size_t at = 0; at < length; at++) {
        char c = text[at] >= 'a' && text[at] <= 'z' ? (char)(text[at] - 'a' + 'A') : text[at];
        const char *found;

        if (c == 'I' || c == 'L') c = '1';
        if (c == 'O') c = '0';
        found = strchr(QUIPUI_BASE_32, c);
        if (c == '\0' || !found) return QUIPU_TEXT_GARBLED;
        fits = fits && value >> 123 == 0;
        value = value << 5 | (unsigned)(found - QUIPUI_BASE_32);
    }
    if (!fits) return QUIPU_TEXT_OUT_OF_RANGE;
    *id = value;
    return QUIPU_TEXT_OK;
}

/* An id in any of its forms. 26 decimal digits are a number, not a ULID. */
static inline quipu_text quipu_id_read(const char *text, size_t length, quipu_uint128 *id)
{
    quipu_text read = quipu_number_read(text, length, QUIPU_AMOUNT_MAX, id);

    if (read == QUIPU_TEXT_GARBLED) read = quipu_uuid_read(text, length, id);
    if (read == QUIPU_TEXT_GARBLED) read = quipu_ulid_read(text, length, id);
    return read;
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
