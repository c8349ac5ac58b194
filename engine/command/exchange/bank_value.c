/* bank_value.c - takes signs and currencies off, and leaves the digits to quipu/format.h. */
#define _XOPEN_SOURCE 700
#include "command/exchange/bank_value.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AMOUNT_BYTES 128

/* Is it a part of a number? */
static bool belongs(char c)
{
    return c != '\0' && strchr("0123456789.,'", c) != NULL;
}

quipu_text bank_amount_read(const char *text, unsigned scale, char mark, quipu_signed *amount)
{
    const char *first = text, *last;
    char digits[AMOUNT_BYTES];
    size_t length = 0;
    bool is_negative = false;
    quipu_text read;

    while (*first != '\0' && !belongs(*first)) {
        if (*first == '-' || *first == '(') is_negative = true;
        if (strncmp(first, "\xE2\x88\x92", 3) == 0) is_negative = true; /* the sign for minus */
        first++;
    }
    last = text + strlen(text);
    while (last > first && !belongs(last[-1])) {
        last--;
        if (*last == '-') is_negative = true;
    }
    for (; first < last; first++) {
        if (length + 2 >= sizeof digits) return QUIPU_TEXT_OUT_OF_RANGE;
        if (length == 0 && *first == mark) digits[length++] = '0'; /* .50 */
        if (*first != ' ' && *first != '\xC2' && *first != '\xA0') digits[length++] = *first;
    }
    if (length > 0 && digits[length - 1] == mark) length--; /* 12. */
    read = quipu_amount_read(digits, length, scale, mark, &amount->amount);
    amount->is_negative = is_negative && read == QUIPU_TEXT_OK && amount->amount > 0;
    return read;
}

bool bank_date_read(const char *text, const char *format, quipu_date *date)
{
    struct tm tm = {.tm_mday = 0};
    const char *end = strptime(text + strspn(text, " \t"), format, &tm);
    uint64_t start;

    if (end == NULL || end[strspn(end, " \t")] != '\0' || tm.tm_mday == 0 || tm.tm_year < 70)
        return false;
    *date =
        (quipu_date){(uint32_t)tm.tm_year + 1900, (uint32_t)tm.tm_mon + 1, (uint32_t)tm.tm_mday};
    return quipu_date_start(*date, &start) == QUIPU_TEXT_OK;
}
