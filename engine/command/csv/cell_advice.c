/* cell_advice.c - recognizes decimals, signs, dates, names, and numbers that a spreadsheet
 * has rounded. */
#include "command/csv/cell_advice.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* In a form, `d` stands for a digit, and any other character for itself. */
static bool has_form(const char *text, size_t length, const char *form)
{
    if (length != strlen(form)) return false;
    for (size_t i = 0; i < length; i++) {
        if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return false;
    }
    return true;
}

static bool is_date(const char *text, size_t length)
{
    return has_form(text, length, "dddd-dd-dd") || has_form(text, length, "dd.dd.dddd") ||
           has_form(text, length, "dd/dd/dddd") || has_form(text, length, "dddd/dd/dd") ||
           (length > 11 && has_form(text, 10, "dddd-dd-dd"));
}

/* 1.23457E+12 */
static bool is_scientific(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && (is_digit(text[at]) || text[at] == '.' || text[at] == ','))
        at++;
    if (at == 0 || at + 1 >= length || (text[at] != 'E' && text[at] != 'e')) return false;
    at++;
    if (text[at] == '+' || text[at] == '-') at++;
    if (at == length) return false;
    while (at < length && is_digit(text[at]))
        at++;
    return at == length;
}

/* Digits with separators: 1,280.80 or 1.234,56 or 1 000. */
static bool is_separated(const char *text, size_t length)
{
    bool separated = false;

    for (size_t i = 0; i < length; i++) {
        if (is_digit(text[i])) continue;
        if (i == 0 || strchr("., '", text[i]) == NULL || text[i] == '\0') return false;
        separated = true;
    }
    return separated;
}

#define PLAIN_DIGITS_MAX 24

/* Write the number in hundredths: 12.5 is 1250. Returns false if that is ambiguous (1.234). */
static bool in_minor_units(const char *text, size_t length, char plain[static PLAIN_DIGITS_MAX])
{
    size_t count = 0, decimals = 0;

    while (decimals < length && is_digit(text[length - 1 - decimals]))
        decimals++;
    if (decimals < 1 || decimals > 2 || length + 2 > PLAIN_DIGITS_MAX) return false;
    for (size_t i = 0; i < length; i++) {
        if (is_digit(text[i]) && (count > 0 || text[i] != '0')) plain[count++] = text[i];
    }
    if (decimals == 1) plain[count++] = '0';
    plain[count] = '\0';
    return count > 0;
}

static const char *on_separated(bool is_amount, const char *text, size_t length,
                                char advice[static ADVICE_BYTES])
{
    char plain[PLAIN_DIGITS_MAX];

    if (!is_amount) {
        (void)snprintf(advice, ADVICE_BYTES, "write it whole, without separators");
    } else if (in_minor_units(text, length, plain)) {
        (void)snprintf(
            advice, ADVICE_BYTES,
            "amounts are minor units: 12.50 is 1250 (and %.*s is %s, if its unit has two "
            "decimals)",
            (int)length, text, plain);
    } else {
        (void)snprintf(advice, ADVICE_BYTES,
                       "amounts are minor units, without separators: 12.50 is 1250");
    }
    return advice;
}

static const char *on_sign(bool is_amount)
{
    return is_amount ? "amounts have no sign, and are minor units (12.50 is 1250): swap the debit "
                       "and the credit account instead"
                     : "numbers have no sign";
}

const char *advice_on(const char *field, const char *text, size_t length,
                      char advice[static ADVICE_BYTES])
{
    bool is_amount = strcmp(field, "amount") == 0;
    size_t field_length = strlen(field);
    bool is_id = field_length >= 2 && strcmp(field + field_length - 2, "id") == 0;
    const char *said = "digits, or 0x and hexadecimal digits";

    if (is_date(text, length)) {
        said = "a date: write 2026-01-05 as 20260105 into user_data_64; a timestamp is nanoseconds "
               "since 1970";
    } else if (is_scientific(text, length)) {
        said = "a spreadsheet has rounded this number, its last digits are lost: export it again "
               "with the column formatted as text";
    } else if (is_separated(text, length)) {
        return on_separated(is_amount, text, length, advice);
    } else if (length > 1 && (text[0] == '-' || text[0] == '+')) {
        said = on_sign(is_amount && text[0] == '-');
    } else if (is_id) {
        said = "ids are digits, 0x and hexadecimal digits, a UUID or a ULID: give each name one";
    }
    (void)snprintf(advice, ADVICE_BYTES, "%s", said);
    return advice;
}
