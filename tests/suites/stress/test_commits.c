/* test_commits.c - optimistic commits by many threads. Under cas every commit is UNSUPPORTED.
 *
 *   T1  no lost update: a counter that is read, and raised by one at the version that was read,
 *       counts every success once
 *   T2  no write skew: of two accounts expected by all and moved one each, the sum that each commit
 *       saw is the sum at its instant, so a bound on it holds
 *   T3  a conflict changes nothing and burns nothing: the same ids succeed in the end
 *   T4  receipts show each version of an account once, and the state that it had
 *   T5  the books are right */
#include <string.h>

#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { THREADS = 4, X = 1, Y = 2, BANK = 3, BOUND = 500 };

struct commits {
    quipu_ledger *ledger;
    unsigned steps;
    uint64_t succeeded, conflicts;
    const char *wrong[THREADS];
    uint8_t *seen; /* versions of X that receipts showed */
    uint64_t seen_count;
};

static quipu_ledger *open_with_accounts(quipu_protocol protocol)
{
    quipu_account events[3] = {an_account(X), an_account(Y), an_account(BANK)};
    quipu_result results[3];
    quipu_ledger *ledger = ledger_open(protocol, NULL);

    cr_assert_eq(quipu_create_accounts(ledger, events, 3, results), QUIPU_OK);
    return ledger;
}

/* Read X; raise it by one if it is still as read; count in the transfer what it was raised to. */
static bool raise_once(struct commits *commits, quipu_uint128 id, quipu_receipt *receipt)
{
    for (;;) {
        const quipu_uint128 x = X;
        quipu_transfer event = a_transfer(id, X, BANK, 1);
        quipu_expectation expected = {X, 0, 0};
        quipu_account account;
        quipu_result result;
        quipu_status status;

        if (quipu_lookup_accounts(commits->ledger, &x, 1, &account, &expected.version) !=
            QUIPU_OK) {
            return false;
        }
        event.user_data_128 = account.debits_posted + 1;
        status = quipu_commit(commits->ledger, &expected, 1, &event, 1, &result, receipt);
        if (status == QUIPU_CONFLICT) {
            (void)shared_add(&commits->conflicts, 1);
            continue;
        }
        return status == QUIPU_OK && result.status == QUIPU_CREATED &&
               receipt->debit.debits_posted == event.user_data_128 &&
               receipt->debit_version == expected.version + 1 && receipt->credit.id == BANK &&
               receipt->debit.id == X;
    }
}

static void count(void *context, unsigned thread)
{
    struct commits *commits = context;

    for (unsigned i = 0; i < commits->steps; i++) {
        quipu_receipt receipt;

        if (!raise_once(commits, 1 + (quipu_uint128)i * THREADS + thread, &receipt)) {
            commits->wrong[thread] = "a commit failed, or its receipt is wrong";
            return;
        }
        (void)shared_add(&commits->succeeded, 1);
        if (__atomic_fetch_add(&commits->seen[receipt.debit_version], 1, __ATOMIC_ACQ_REL) != 0) {
            commits->wrong[thread] = "two receipts show one version";
        }
    }
}

EVERY_PROTOCOL(commits, lose_no_update, .timeout = 240)
{
    static uint8_t seen[1 << 17];
    struct commits commits = {.steps = threads_work(25000), .seen = seen};
    const char *verdict;
    quipu_account x;
    uint64_t version;

    if (protocols[*protocol_index] == QUIPU_CAS) return;
    commits.ledger = open_with_accounts(protocols[*protocol_index]);
    threads_run(THREADS, count, &commits);
    for (int t = 0; t < THREADS; t++)
        cr_assert_null(commits.wrong[t], "%s", commits.wrong[t]);

    x = ledger_account(commits.ledger, X, &version);
    cr_assert_eq(commits.succeeded, (uint64_t)commits.steps * THREADS);
    cr_assert(x.debits_posted == commits.succeeded, "updates were lost");
    cr_assert_eq(version, commits.succeeded + 1);
    for (uint64_t v = 2; v <= version; v++)
        cr_assert_eq(seen[v], 1, "no receipt for %u", (unsigned)v);
    verdict = check_ledger(commits.ledger, BANK, false);
    cr_assert_null(verdict, "%s", verdict);
    ledger_close(commits.ledger);
}

/* Even threads move X, odd ones Y; each only while X and Y together are below the bound. */
static void move_below_bound(void *context, unsigned thread)
{
    struct commits *commits = context;
    const quipu_uint128 ids[2] = {X, Y};
    quipu_uint128 id = 1 + thread;

    for (;;) {
        quipu_account accounts[2];
        uint64_t versions[2];
        quipu_expectation expected[2] = {{X, 0, 0}, {Y, 0, 0}};
        quipu_transfer event = a_transfer(id, thread % 2 ? Y : X, BANK, 1);
        quipu_result result;
        quipu_status status;

        if (quipu_lookup_accounts(commits->ledger, ids, 2, accounts, versions) != QUIPU_OK) return;
        if (accounts[0].debits_posted + accounts[1].debits_posted >= BOUND) return;
        expected[0].version = versions[0];
        expected[1].version = versions[1];
        status = quipu_commit(commits->ledger, expected, 2, &event, 1, &result, NULL);
        if (status == QUIPU_CONFLICT) continue;
        if (status != QUIPU_OK || result.status != QUIPU_CREATED) {
            commits->wrong[thread] = "a commit failed";
            return;
        }
        id += THREADS;
    }
}

EVERY_PROTOCOL(commits, have_no_write_skew, .timeout = 240)
{
    if (protocols[*protocol_index] == QUIPU_CAS) return;
    for (unsigned round = 0; round < threads_work(60); round++) {
        struct commits commits = {.ledger = open_with_accounts(protocols[*protocol_index])};

        threads_run(THREADS, move_below_bound, &commits);
        for (int t = 0; t < THREADS; t++)
            cr_assert_null(commits.wrong[t], "%s", commits.wrong[t]);
        cr_assert(ledger_account(commits.ledger, BANK, NULL).credits_posted == BOUND,
                  "the bound was passed");
        ledger_close(commits.ledger);
    }
}
