/* all_accounts.h - visits all accounts of a ledger, under any protocol. */
#ifndef QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H
#define QUIPU_COMMAND_LOOK_ALL_ACCOUNTS_H

#include <stdbool.h>

#include "quipu/quipu.h"

/* Call visit() for each account, in order of creation, until it returns false. If other threads
 * write meanwhile, accounts of different pages are of different instants. */
quipu_status all_accounts_visit(quipu_ledger *ledger,
                                bool (*visit)(void *context, const quipu_account *account),
                                void *context);

/* The same, newest first. */
quipu_status all_accounts_visit_reversed(quipu_ledger *ledger,
                                         bool (*visit)(void *context, const quipu_account *account),
                                         void *context);

#endif
