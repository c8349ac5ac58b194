/* format_time.h - times and days of the calendar, as ISO 8601 has them; see format.h. */
#ifndef QUIPU_FORMAT_TIME_H
#define QUIPU_FORMAT_TIME_H

#include "quipu/format_number.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" /* C has no other */
#endif

/* A day of the calendar, in UTC. */
typedef struct quipu_date {
    uint32_t year, month, day; /* 1970.., 1..12, 1..31 */
} quipu_date;

#define QUIPUI_SECOND UINT64_C(1000000000)
#define QUIPUI_DAY (86400 * QUIPUI_SECOND)

static inline bool quipui_is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static inline uint32_t quipui_days_of_month(uint32_t year, uint32_t month)
{
    if (month == 2) return quipui_is_leap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Days from 1970 to the first of January of a year from 1970 on. */
static inline uint64_t quipui_days_before(uint32_t year)
{
    uint64_t before = year - 1;

    return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

/* The day that a time is on. */
static inline quipu_date quipu_date_of(uint64_t timestamp)
{
    uint64_t days = timestamp / QUIPUI_DAY;
    quipu_date date;

    date.year = (uint32_t)(1970 + days / 366); /* not too late */
    while (quipui_days_before(date.year + 1) <= days)
        date.year++;
    days -= quipui_days_before(date.year);
    for (date.month = 1; days >= quipui_days_of_month(date.year, date.month); date.month++)
        days -= quipui_days_of_month(date.year, date.month);
    date.day = (uint32_t)days + 1;
    return date;
}

/* Set *timestamp to the first instant of a day. */
static inline quipu_text quipu_date_start(quipu_date date, uint64_t *timestamp)
{
    uint64_t days;

    if (date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > quipui_days_of_month(date.year, date.month)) {
        return QUIPU_TEXT_GARBLED;
    }
    if (date.year < 1970) return QUIPU_TEXT_OUT_OF_RANGE;
    days = quipui_days_before(date.year) + date.day - 1;
    for (uint32_t month = 1; month < date.month; month++)
        days += quipui_days_of_month(date.year, month);
    if (days > UINT64_MAX / QUIPUI_DAY) return QUIPU_TEXT_OUT_OF_RANGE;
    *timestamp = days * QUIPUI_DAY;
    return QUIPU_TEXT_OK;
}

/* So many digits at text[at], with zeros before them. */
static inline void quipui_padded(char *text, size_t at, uint64_t number, size_t count)
{
    for (size_t digit = count; digit > 0; digit--, number /= 10)
        text[at + digit - 1] = (char)('0' + (int)(number % 10));
}

/* 2026-11-29 */
static inline size_t quipu_date_write(quipu_date date, char *text, size_t size)
{
    char digits[QUIPU_DATE_BYTES] = "0000-00-00";

    quipui_padded(digits, 0, date.year, 4);
    quipui_padded(digits, 5, date.month, 2);
    quipui_padded(digits, 8, date.day, 2);
    return quipui_put(digits, QUIPU_DATE_BYTES - 1, text, size);
}

/* 2026-11-29T04:53:10Z, with 3, 6 or 9 decimals if the second is not whole. */
static inline size_t quipu_time_write(uint64_t timestamp, char *text, size_t size)
{
    char digits[QUIPU_TIME_BYTES] = "0000-00-00T00:00:00.000000000Z";
    uint64_t second = timestamp % QUIPUI_DAY / QUIPUI_SECOND, rest = timestamp % QUIPUI_SECOND;
    size_t decimals = rest == 0 ? 0 : rest % 1000000 == 0 ? 3 : rest % 1000 == 0 ? 6 : 9;
    size_t length = 19 + (decimals > 0 ? decimals + 1 : 0);

    (void)quipu_date_write(quipu_date_of(timestamp), digits, QUIPU_DATE_BYTES);
    digits[10] = 'T';
    quipui_padded(digits, 11, second / 3600, 2);
    quipui_padded(digits, 14, second / 60 % 60, 2);
    quipui_padded(digits, 17, second % 60, 2);
    quipui_padded(digits, 20, rest, 9);
    digits[length++] = 'Z';
    return quipui_put(digits, length, text, size);
}

static inline quipu_written quipu_time_text(uint64_t timestamp)
{
    quipu_written written;

    (void)quipu_time_write(timestamp, written.text, sizeof written.text);
    return written;
}

/* What is left of a text that is read from its beginning. */
struct quipui_rest {
    const char *at, *end;
};

static inline bool quipui_take(struct quipui_rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c) return false;
    rest->at++;
    return true;
}

/* Exactly so many digits, that are less than `below`. */
static inline bool quipui_take_digits(struct quipui_rest *rest, size_t count, uint32_t below,
                                      uint32_t *number)
{
    *number = 0;
    if ((size_t)(rest->end - rest->at) < count) return false;
    for (; count > 0; count--, rest->at++) {
        unsigned digit = quipui_digit(*rest->at);

        if (digit >= 10) return false;
        *number = *number * 10 + digit;
    }
    return *number < below;
}

/* [.digits], in nanoseconds. Digits behind the ninth must be zeros. */
static inline bool quipui_take_fraction(struct quipui_rest *rest, uint64_t *ns, bool *is_fine)
{
    uint64_t unit = QUIPUI_SECOND / 10;
    const char *first;

    if (!quipui_take(rest, '.') && !quipui_take(rest, ',')) return true;
    for (first = rest->at; rest->at < rest->end && quipui_digit(*rest->at) < 10; rest->at++) {
        *ns += quipui_digit(*rest->at) * unit;
        *is_fine = *is_fine && (unit > 0 || *rest->at == '0');
        unit /= 10;
    }
    return rest->at > first;
}

/* Z, or +hh:mm, +hhmm, +hh, or a minus in place of the plus; nothing is Z. In seconds. */
static inline bool quipui_take_zone(struct quipui_rest *rest, int64_t *offset)
{
    bool west = false;
    uint32_t hours, minutes = 0;

    *offset = 0;
    if (rest->at == rest->end || quipui_take(rest, 'Z') || quipui_take(rest, 'z')) return true;
    if (!quipui_take(rest, '+')) {
        if (!quipui_take(rest, '-')) return false;
        west = true;
    }
    if (!quipui_take_digits(rest, 2, 24, &hours)) return false;
    if (rest->at < rest->end) {
        (void)quipui_take(rest, ':');
        if (!quipui_take_digits(rest, 2, 60, &minutes)) return false;
    }
    *offset = ((int64_t)hours * 60 + (int64_t)minutes) * 60 * (west ? -1 : 1);
    return true;
}

/* hh:mm[:ss[.fraction]][zone] */
static inline bool quipui_take_clock(struct quipui_rest *rest, int64_t *seconds, uint64_t *ns,
                                     bool *is_fine)
{
    uint32_t hour, minute, second = 0;
    int64_t offset;

    if (!quipui_take_digits(rest, 2, 24, &hour) || !quipui_take(rest, ':') ||
        !quipui_take_digits(rest, 2, 60, &minute)) {
        return false;
    }
    if (quipui_take(rest, ':') &&
        (!quipui_take_digits(rest, 2, 60, &second) || !quipui_take_fraction(rest, ns, is_fine))) {
        return false;
    }
    if (!quipui_take_zone(rest, &offset)) return false;
    *seconds = ((int64_t)hour * 60 + (int64_t)minute) * 60 + (int64_t)second - offset;
    return true;
}

/* A date, or a date, T or a blank, and hh:mm[:ss[.fraction]] with Z, +hh:mm or nothing behind it.
 * Without an offset it is UTC; a date alone is its first instant. There are no leap seconds. */
static inline quipu_text quipu_time_read(const char *text, size_t length, uint64_t *timestamp)
{
    struct quipui_rest rest;
    quipu_date date;
    quipu_text day;
    uint64_t start = 0, ns = 0;
    int64_t seconds = 0;
    bool is_fine = true;

    if (length == 0) return QUIPU_TEXT_GARBLED;
    rest.at = text;
    rest.end = text + length;
    if (!quipui_take_digits(&rest, 4, 10000, &date.year) || !quipui_take(&rest, '-') ||
        !quipui_take_digits(&rest, 2, 13, &date.month) || !quipui_take(&rest, '-') ||
        !quipui_take_digits(&rest, 2, 32, &date.day)) {
        return QUIPU_TEXT_GARBLED;
    }
    if (rest.at < rest.end) {
        bool parted = quipui_take(&rest, 'T') || quipui_take(&rest, 't') || quipui_take(&rest, ' ');

        if (!parted || !quipui_take_clock(&rest, &seconds, &ns, &is_fine)) {
            return QUIPU_TEXT_GARBLED;
        }
    }
    day = quipu_date_start(date, &start);
    if (rest.at < rest.end || day == QUIPU_TEXT_GARBLED) return QUIPU_TEXT_GARBLED;
    /* An offset may take the first hours of 1970 into 1969. */
    seconds += (int64_t)(start / QUIPUI_SECOND);
    if (day != QUIPU_TEXT_OK || seconds < 0 ||
        (uint64_t)seconds > (UINT64_MAX - ns) / QUIPUI_SECOND) {
        return QUIPU_TEXT_OUT_OF_RANGE;
    }
    if (!is_fine) return QUIPU_TEXT_TOO_FINE;
    *timestamp = (uint64_t)seconds * QUIPUI_SECOND + ns;
    return QUIPU_TEXT_OK;
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
