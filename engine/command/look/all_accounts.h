/* all_accounts.h - all accounts of a ledger, under any protocol. */
#ifndef QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H
#define QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H

#include <stdbool.h>

#include "quipu/quipu.h"

/* Visit each account, in order of creation, until visit() returns false. The ledger is at rest: cas
 * has no snapshots. */
quipu_status all_accounts_visit(quipu_ledger *ledger,
                                bool (*visit)(void *context, const quipu_account *account),
                                void *context);

#endif
