/* all_accounts.h - visits all accounts of a ledger, under any protocol. */
#ifndef QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H
#define QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H

#include <stdbool.h>

#include "quipu/quipu.h"

/* Call visit() for each account, in order of creation, until it returns false. No thread writes:
 * cas has no snapshots. */
quipu_status all_accounts_visit(quipu_ledger *ledger,
                                bool (*visit)(void *context, const quipu_account *account),
                                void *context);

/* The same, newest first. */
quipu_status all_accounts_visit_reversed(quipu_ledger *ledger,
                                         bool (*visit)(void *context, const quipu_account *account),
                                         void *context);

#endif
