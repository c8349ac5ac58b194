/* journal_read.h - reads a journal: the subset that hledger and beancount have in common.
 *
 *   hledger     2026-01-05 * (code) description | ; comment
 *                   account:name   12.50 EUR = 100.00 EUR
 *                   other account  $-12.50 @ 0.92 EUR
 *                   a third one
 *   beancount   2026-01-05 * "payee" "narration" #tag
 *                 Assets:Bank   -12.50 EUR
 *               2026-01-31 balance Assets:Bank 100.00 EUR
 *
 * Of both, one amount of a transaction may be left out. Directives that say nothing about amounts
 * are skipped: account, commodity, open, close, option, plugin, note, include is refused. */
#ifndef QUIPU_COMMAND_EXCHANGE_JOURNAL_READ_H
#define QUIPU_COMMAND_EXCHANGE_JOURNAL_READ_H

#include <stdbool.h>

#include "command/exchange/source_text.h"

#define JOURNAL_POSTINGS_MAX 256

#define JOURNAL_AMOUNT_BYTES 64

/* A number as it stands there, and its commodity. It is not copied: it points into itself. */
struct journal_amount {
    char *number, *commodity; /* NULL: there is none */
    char digits[JOURNAL_AMOUNT_BYTES], unit[JOURNAL_AMOUNT_BYTES];
};

struct journal_posting {
    char *account;
    struct journal_amount amount, price, asserted;
    bool is_total_price; /* @@ */
    unsigned long long line;
};

struct journal_transaction {
    char *date, *description;
    struct journal_posting postings[JOURNAL_POSTINGS_MAX];
    size_t count;
    unsigned long long line;
    bool is_assertion; /* beancount's: true at the beginning of its day */
};

struct journal {
    struct source_text source;
    const char *path;
    char *next; /* NULL: the end */
    unsigned long long line;
};

enum command_exit journal_open(struct journal *journal, const char *path);
void journal_close(struct journal *journal);

enum journal_next { JOURNAL_MORE, JOURNAL_END, JOURNAL_BROKEN /* complained */ };

/* Read the next transaction, or assertion. */
enum journal_next journal_next(struct journal *journal, struct journal_transaction *transaction);

#endif
