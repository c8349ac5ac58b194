/* checks.h - verdicts over a ledger that is at rest: NULL, or what is wrong with it.
 *
 * Everything is asked through the public header. The same checks acquit the protocols and convict
 * the one that races (suites/stress/test_unsafe.c). The text is good until the thread's next
 * verdict.
 *
 *   K1  over all accounts, debits equal credits, pending and posted alike
 *   K2  no limit is broken, neither by an account's totals nor by the sum of all transfers; and no
 *       total, pending and posted together, is over 2^128 - 1
 *   K3  an account's transfers have the versions 2, 3, 4, … in order of timestamp, and it has the
 *       last: nothing was lost, nothing came twice (K3 takes no time-outs, see K6); and every
 *       stored transfer that names an account is in its history
 *   K4  an account's totals are those that its transfers make, replayed one by one; so are the
 *       balances in its history
 *   K5  while it was closed, nothing moved on it but voids, and only that of what closed it
 *       opened it
 *   K6  with time-outs: versions increase, and the missing ones are as many as holds expired */
#ifndef QUIPU_TESTS_CHECKS_H
#define QUIPU_TESTS_CHECKS_H

#include "quipu/quipu.h"

/* Accounts 1..count. */
#define CHECKED_MAX 64
const char *check_conservation(quipu_ledger *ledger, unsigned count); /* K1 */
const char *check_limits(quipu_ledger *ledger, unsigned count);       /* K2 */

/* K3, K4, K5 of one account, 1..CHECKED_MAX; `expires`: K6 instead of K3 and K4. */
const char *check_account(quipu_ledger *ledger, quipu_uint128 id, bool expires);

/* All of the above, of accounts 1..count: the first that is wrong. */
const char *check_ledger(quipu_ledger *ledger, unsigned count, bool expires);

/* K2 of one account that was read: true also while writers run. */
bool check_within_limits(const quipu_account *account);

#endif
