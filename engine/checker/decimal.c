/* decimal.c - 128-bit numbers to digits and back. */
#include "checker/decimal.h"

#include <string.h>

struct decimal_text decimal(quipu_uint128 number)
{
    struct decimal_text out;
    char *at = out.text + sizeof out.text - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number > 0);
    memmove(out.text, at, strlen(at) + 1);
    return out;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
    return 16;
}

bool decimal_read(const char *text, size_t length, quipu_uint128 *number)
{
    const quipu_uint128 most = ~(quipu_uint128)0;
    unsigned base = 10;
    size_t i = 0;

    *number = 0;
    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        i = 2;
    }
    if (length == 0) return false;
    for (; i < length; i++) {
        unsigned digit = digit_of(text[i]);

        if (digit >= base || *number > (most - digit) / base) return false;
        *number = *number * base + digit;
    }
    return true;
}
