/* execute.h - the public calls without their wait: arguments are checked, the call is executed, and
 * the answer says what it has come to and what that hangs on (answer.h).
 *
 * Arguments as those of the calls of the same name in quipu.h. A call that never waits for room in
 * a ring has QUIPU_BUSY for its answer instead, and has done nothing. */
#ifndef QUIPU_API_EXECUTE_H
#define QUIPU_API_EXECUTE_H

#include "api/answer.h"

struct answer quipui_execute_create_accounts(quipu_ledger *ledger, const quipu_account *events,
                                             size_t count, quipu_result *results, bool never_waits);

struct answer quipui_execute_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                              size_t count, quipu_result *results,
                                              bool never_waits);

struct answer quipui_execute_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                                    size_t expectation_count, const quipu_transfer *events,
                                    size_t count, quipu_result *results, quipu_receipt *receipts,
                                    bool never_waits);

struct answer quipui_execute_lookup_accounts(quipu_ledger *ledger, const quipu_uint128 *ids,
                                             size_t count, quipu_account *accounts,
                                             uint64_t *versions);

struct answer quipui_execute_lookup_transfers(quipu_ledger *ledger, const quipu_uint128 *ids,
                                              size_t count, quipu_transfer *transfers,
                                              quipu_transfer_versions *versions);

struct answer quipui_execute_lookup_holds(quipu_ledger *ledger, const quipu_uint128 *ids,
                                          size_t count, quipu_hold *holds);

struct answer quipui_execute_get_account_transfers(quipu_ledger *ledger,
                                                   const quipu_account_filter *filter,
                                                   quipu_transfer *transfers, size_t capacity,
                                                   size_t *count);

struct answer quipui_execute_get_account_balances(quipu_ledger *ledger,
                                                  const quipu_account_filter *filter,
                                                  quipu_account_balance *balances, size_t capacity,
                                                  size_t *count);

struct answer quipui_execute_get_account_holds(quipu_ledger *ledger,
                                               const quipu_account_filter *filter,
                                               quipu_hold *holds, size_t capacity, size_t *count);

struct answer quipui_execute_query_accounts(quipu_ledger *ledger, const quipu_query_filter *filter,
                                            quipu_account *accounts, size_t capacity,
                                            size_t *count);

struct answer quipui_execute_query_transfers(quipu_ledger *ledger, const quipu_query_filter *filter,
                                             quipu_transfer *transfers, size_t capacity,
                                             size_t *count);

struct answer quipui_execute_get_changes(quipu_ledger *ledger, const quipu_change_filter *filter,
                                         quipu_change *changes, size_t capacity, size_t *count,
                                         uint64_t *horizon);

struct answer quipui_execute_sync(quipu_ledger *ledger);

#endif
