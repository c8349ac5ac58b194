/* deserved.h - the rules of docs/semantics.md once more, as questions: does this transfer deserve
 * this refusal?
 *
 * Each answer is a function of its arguments; nothing of a history is read here. */
#ifndef QUIPU_CHECKER_DESERVED_H
#define QUIPU_CHECKER_DESERVED_H

#include <stdbool.h>

#include "checker/checker_parts.h"

/* What a transfer is judged on. */
struct scene {
    const quipu_transfer *asked;
    const quipu_transfer *pending;       /* the one it resolves; NULL: none */
    const struct totals *debit, *credit; /* of its accounts, before it; NULL: unknown */
    uint16_t debit_flags, credit_flags;  /* of its accounts, as created */
    quipu_uint128 amount;                /* the amount it would move */
    bool amount_known;
};

/* The outcomes that depend on accounts, in order of precedence. */
#define DESERVED_COUNT 10

extern const uint32_t deserved_outcomes[DESERVED_COUNT];

enum answer { NO, YES, UNKNOWN };

/* `outcome` is one of deserved_outcomes. */
enum answer deserves(const struct scene *scene, uint32_t outcome);

/* Set scene->amount: the amount that is asked for, or less if the transfer balances. The amount is
 * unknown if it balances an account whose totals are unknown. */
void deserved_amount(struct scene *scene);

/* The first outcome that says how a post or void does not suit the pending transfer, or
 * QUIPU_CREATED. */
uint32_t deserved_by_pending(const quipu_transfer *asked, const quipu_transfer *pending);

#endif
