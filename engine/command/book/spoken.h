/* spoken.h - reads what people write for ids, ledgers, codes, amounts and times: a name of the book
 * or a number.
 *
 * All of these functions complain, naming `what`, and return false if the text is wrong. */
#ifndef QUIPU_COMMAND_BOOK_SPOKEN_H
#define QUIPU_COMMAND_BOOK_SPOKEN_H

#include <stdbool.h>

#include "command/book/book.h"

/* A name or an alias, or an id: a number, a UUID or a ULID. */
bool spoken_account(const struct book *book, const char *what, const char *text, quipu_uint128 *id);

bool spoken_id(const char *what, const char *text, quipu_uint128 *id);
bool spoken_ledger(const struct book *book, const char *what, const char *text, uint32_t *ledger);
bool spoken_code(const struct book *book, const char *what, const char *text, uint16_t *code);

/* An amount of a ledger: up to `scale` decimals behind the mark, which is '.' or ','. */
bool spoken_amount(const char *what, const char *text, unsigned scale, char mark,
                   quipu_uint128 *amount);

/* A date, a date with a time of day, or ns since 1970. A date is its first instant; if it ends a
 * span, its last. */
bool spoken_time(const char *what, const char *text, bool ends, uint64_t *timestamp);

#endif
