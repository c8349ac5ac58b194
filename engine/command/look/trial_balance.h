/* trial_balance.h - the trial balance: all accounts, summed by ledger and code.
 *
 * Every transfer debits one account and credits another of the same ledger by the same amount. So
 * in each ledger debits equal credits, pending and posted alike, unless money is lost. */
#ifndef QUIPU_COMMAND_LOOK_TRIAL_BALANCE_H
#define QUIPU_COMMAND_LOOK_TRIAL_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/report/report.h"
#include "quipu/format.h"
#include "quipu/quipu.h"

struct trial_line {
    uint32_t ledger;
    uint32_t code; /* 0: all codes of the ledger; no account has it */
    uint64_t account_count;
    quipu_sum debits_pending, debits_posted, credits_pending, credits_posted;
};

struct trial {
    struct trial_line *lines; /* by ledger, then code; the line of all codes first */
    size_t line_count, line_capacity;
};

/* Sum up all accounts. Returns false, with a complaint, if that fails; there is nothing to free
 * then. */
bool trial_take(quipu_ledger *ledger, struct trial *trial);
void trial_free(struct trial *trial);

/* Do debits equal credits in every ledger? */
bool trial_balances(const struct trial *trial);

/* Two sheets: by ledger and code, and by ledger. */
void trial_report(const struct trial *trial, struct report *report);

#endif
