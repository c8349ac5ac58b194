/* spoken.c - names first, then numbers: no name is a number. */
#include "command/book/spoken.h"

#include <string.h>

#include "command/terminal/complain.h"

/* The last instant that a filter takes. */
#define TIME_MAX ((uint64_t)INT64_MAX)
#define DAY_NS UINT64_C(86400000000000)

static bool is_id(quipu_uint128 id)
{
    return id != 0 && id != QUIPU_AMOUNT_MAX;
}

bool spoken_id(const char *what, const char *text, quipu_uint128 *id)
{
    if (quipu_id_read(text, strlen(text), id) == QUIPU_TEXT_OK && is_id(*id)) return true;
    complain("%s: \"%s\" is not an id: a number from 1 to 2^128-2 (0x: hexadecimal), a UUID or a "
             "ULID",
             what, text);
    return false;
}

bool spoken_account(const struct book *book, const char *what, const char *text, quipu_uint128 *id)
{
    const struct book_account *account = book_account_named(book, text);

    if (account != NULL) {
        *id = account->id;
        return true;
    }
    if (quipu_id_read(text, strlen(text), id) == QUIPU_TEXT_OK && is_id(*id)) return true;
    complain("%s: \"%s\" is not an id (a number from 1 to 2^128-2, 0x and hexadecimal, a UUID or a "
             "ULID), and %s",
             what, text,
             book->is_there ? "no name in the book: `quipu name` lists them"
                            : "there is no book of names");
    return false;
}

static bool spoken_number(const char *text, uint64_t max, uint64_t *number)
{
    quipu_uint128 read;

    if (quipu_number_read(text, strlen(text), max, &read) != QUIPU_TEXT_OK) return false;
    *number = (uint64_t)read;
    return true;
}

bool spoken_ledger(const struct book *book, const char *what, const char *text, uint32_t *ledger)
{
    const struct book_number *named = book_ledger_named(book, text);
    uint64_t number;

    if (named != NULL) {
        *ledger = named->number;
        return true;
    }
    if (spoken_number(text, UINT32_MAX, &number) && number > 0) {
        *ledger = (uint32_t)number;
        return true;
    }
    complain("%s: \"%s\" is no name of a ledger and no number from 1 to 2^32-1; `quipu name ledger "
             "978 EUR --scale 2` would name one",
             what, text);
    return false;
}

bool spoken_code(const struct book *book, const char *what, const char *text, uint16_t *code)
{
    const struct book_number *named = book_code_named(book, text);
    uint64_t number;

    if (named != NULL) {
        *code = (uint16_t)named->number;
        return true;
    }
    if (spoken_number(text, UINT16_MAX, &number) && number > 0) {
        *code = (uint16_t)number;
        return true;
    }
    complain("%s: \"%s\" is no name of a code and no number from 1 to 65535; `quipu name code 7 "
             "fee` would name one",
             what, text);
    return false;
}

bool spoken_amount(const char *what, const char *text, unsigned scale, char mark,
                   quipu_uint128 *amount)
{
    switch (quipu_amount_read(text, strlen(text), scale, mark, amount)) {
    case QUIPU_TEXT_OK: return true;
    case QUIPU_TEXT_OUT_OF_RANGE:
        complain("%s: %s is more than an amount can be", what, text);
        return false;
    case QUIPU_TEXT_TOO_FINE:
        complain("%s: %s has more decimals than the ledger: its scale is %u", what, text, scale);
        return false;
    case QUIPU_TEXT_GARBLED: break;
    }
    complain("%s: \"%s\" is not an amount: digits, and up to %u decimals behind \"%c\" (--decimal "
             "chooses it)",
             what, text, scale, mark);
    return false;
}

bool spoken_time(const char *what, const char *text, bool ends, uint64_t *timestamp)
{
    uint64_t time;

    if (spoken_number(text, TIME_MAX, timestamp)) return true;
    if (quipu_time_read(text, strlen(text), &time) == QUIPU_TEXT_OK && time <= TIME_MAX) {
        bool is_day = strlen(text) == QUIPU_DATE_BYTES - 1;

        *timestamp = is_day && ends ? time + DAY_NS - 1 : time;
        return true;
    }
    complain("%s: \"%s\" is no time: 2026-01-31, 2026-01-31T12:30:00Z, or ns since 1970", what,
             text);
    return false;
}
