/* ledger_check.h - checks what a ledger says about itself, from its changes.
 *
 *   C1  in each ledger debits equal credits (trial_balance.h)
 *   C2  an account begins with version 1 and no money; each change gives it the next version
 *   C3  the totals after a change are those before it, moved by the transfer and by nothing else
 *   C4  the account as it is has the version and the totals of its last change
 *   C5  there are as many accounts and transfers as changes that created them, and each account of
 *       a transfer is there
 *
 * No other thread writes to the ledger. Holds may expire meanwhile. */
#ifndef QUIPU_COMMAND_LOOK_LEDGER_CHECK_H
#define QUIPU_COMMAND_LOOK_LEDGER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "quipu/quipu.h"

#define CHECK_WORDS_BYTES 1024
#define CHECK_FINDINGS_MAX 20

struct check_finding {
    const char *claim; /* what does not hold: `versions` */
    char words[CHECK_WORDS_BYTES];
};

struct check_result {
    uint64_t accounts, transfers, expiries, failed_ids;
    bool books_balance;
    uint64_t finding_count; /* findings[] has the first of them */
    struct check_finding findings[CHECK_FINDINGS_MAX];
};

/* COMMAND_FINE: it was checked; finding_count says whether something is wrong. Complains otherwise.
 *
 *   cost  O(transfers), and for each page of changes a walk along its accounts' strands; a hundred
 *         bytes an account */
enum command_exit ledger_check(quipu_ledger *ledger, struct check_result *result);

#endif
