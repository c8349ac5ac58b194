/* journal_legs.h - a transaction of a journal with its amounts as numbers. */
#ifndef QUIPU_COMMAND_EXCHANGE_JOURNAL_LEGS_H
#define QUIPU_COMMAND_EXCHANGE_JOURNAL_LEGS_H

#include "command/exchange/journal_read.h"
#include "command/exchange/poster.h"

/* Amounts are minor units, modulo 2^128: positive ones are debits. */
struct journal_leg {
    const char *account; /* in the text of the journal */
    uint32_t ledger, asserted_ledger;
    quipu_uint128 account_id, asserted_id, amount, asserted;
    bool has_assertion;
    unsigned long long line;
};

struct journal_entry {
    uint64_t day;
    bool is_assertion;
    char *description;
    struct journal_leg *legs;
    size_t count, number, equal;
    struct digest digest; /* of all that it says */
    unsigned long long line;
};

/* Read the amounts, and fill in the one that was left out. Complains unless it returns
 * COMMAND_FINE; there is nothing to free then. COMMAND_REFUSED: it does not balance. */
enum command_exit journal_entry_make(struct journal_entry *entry,
                                     const struct journal_transaction *transaction,
                                     struct poster *poster);

/* By how much the legs of a currency do not sum up to zero, if leg `at` is its first; if not, 0. */
quipu_uint128 journal_entry_rest(const struct journal_entry *entry, size_t at);

quipu_signed journal_signed(quipu_uint128 amount);

#endif
