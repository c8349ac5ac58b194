/* bank_rules.h - how a bank's CSV file is to be read: the rules of `quipu import --rules`.
 *
 * docs/bank-csv.md says what may stand in them. */
#ifndef QUIPU_COMMAND_EXCHANGE_BANK_RULES_H
#define QUIPU_COMMAND_EXCHANGE_BANK_RULES_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/common/exit_code.h"

enum bank_field {
    BANK_DATE,
    BANK_DESCRIPTION,
    BANK_AMOUNT,
    BANK_AMOUNT_IN,
    BANK_AMOUNT_OUT,
    BANK_BALANCE,
    BANK_REFERENCE,
    BANK_ACCOUNT1,
    BANK_ACCOUNT2,
    BANK_CURRENCY,
    BANK_FIELDS
};

/* `if PATTERN`, and the account of it. */
struct bank_pattern {
    regex_t regex;
    char *account2;
};

struct bank_rules {
    char separator, mark;
    char encoding[32], date_format[64];
    uint64_t skip;
    bool is_newest_first, has_header;
    char *fields[BANK_FIELDS];   /* templates: %N, %{Name}, %Name and text; NULL: none */
    char *account2_in, *opening; /* accounts; NULL: none */
    struct bank_pattern *patterns;
    size_t pattern_count, pattern_capacity;
};

/* Complains unless it returns COMMAND_FINE. Give it to bank_rules_free() in any case. */
enum command_exit bank_rules_read(struct bank_rules *rules, const char *path);
void bank_rules_free(struct bank_rules *rules);

/* The account of the first pattern that a text matches, or NULL. */
const char *bank_rules_match(const struct bank_rules *rules, const char *text);

#endif
