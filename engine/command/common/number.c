/* number.c - digits to numbers and back; the C library has no functions for 128 bits. */
#include "command/common/number.h"

#include <stdbool.h>
#include <string.h>

static unsigned digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') return (unsigned)(digit - '0');
    if (digit >= 'a' && digit <= 'f') return (unsigned)(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'F') return (unsigned)(digit - 'A') + 10;
    return 16;
}

enum number_fault number_read(const char *text, size_t length, quipu_uint128 max,
                              quipu_uint128 *number)
{
    unsigned base = 10;
    quipu_uint128 value = 0, brink = QUIPU_AMOUNT_MAX / 10; /* above it, one more digit overflows */
    bool lost = false;

    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        brink = QUIPU_AMOUNT_MAX / 16;
        text += 2;
        length -= 2;
    }
    if (length == 0) return NUMBER_GARBLED;

    for (size_t i = 0; i < length; i++) {
        unsigned digit = digit_value(text[i]);

        if (digit >= base) return NUMBER_GARBLED; /* even after too many digits */
        lost = lost || value > brink || value * base > QUIPU_AMOUNT_MAX - digit;
        value = value * base + digit;
    }
    if (lost || value > max) return NUMBER_TOO_LARGE;
    *number = value;
    return NUMBER_FINE;
}

/* Divide by ten in place, in steps of 64 bits; return the remainder. */
static unsigned take_digit(struct wide *number)
{
    uint64_t parts[3] = {number->high, (uint64_t)(number->low >> 64), (uint64_t)number->low};
    quipu_uint128 rest = 0;

    for (int i = 0; i < 3; i++) {
        rest = rest << 64 | parts[i];
        parts[i] = (uint64_t)(rest / 10);
        rest %= 10;
    }
    number->high = parts[0];
    number->low = (quipu_uint128)parts[1] << 64 | parts[2];
    return (unsigned)rest;
}

const char *number_write(struct wide number, char text[static NUMBER_TEXT_BYTES])
{
    char digits[NUMBER_TEXT_BYTES];
    size_t at = sizeof digits;

    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + take_digit(&number));
    } while (number.low != 0 || number.high != 0);
    return memcpy(text, digits + at, sizeof digits - at);
}

const char *number_write_difference(quipu_uint128 plus, quipu_uint128 minus,
                                    char text[static NUMBER_TEXT_BYTES])
{
    if (plus >= minus) return number_write(wide_of(plus - minus), text);

    char digits[NUMBER_TEXT_BYTES];
    size_t length = strlen(number_write(wide_of(minus - plus), digits));

    text[0] = '-';
    memcpy(text + 1, digits, length + 1); /* 39 digits at most */
    return text;
}
