/* test_unsafe.c - the race itself is convicted by the same checks that acquit the protocols.
 *
 * A check that nothing fails is no check. Each of these must be broken within so many rounds:
 *
 *   T1  debits equal credits (K1)
 *   T2  no limit is broken (K2)
 *   T3  versions are gapless (K3)
 *   T4  no update is lost: a counter that each thread reads, and writes by a transfer of one */
#include <string.h>

#include "support/checks.h"
#include "support/traffic.h"

enum { THREADS = 4, ACCOUNTS = 3, ROUNDS = 50 };

static void write_on(void *context, unsigned index)
{
    traffic_write(context, index);
}

/* Traffic, then a verdict. Returns true if it convicts. */
static bool convict(uint64_t seed, const char *(*check)(quipu_ledger *, unsigned))
{
    static struct traffic traffic;
    bool convicted;

    traffic_open(&traffic, QUIPU_UNSAFE, ACCOUNTS, NULL);
    traffic.batches = threads_work(2000);
    traffic.seed = seed;
    traffic.writers = THREADS;
    threads_run(THREADS, write_on, &traffic);
    convicted = check(traffic.ledger, ACCOUNTS) != NULL;
    traffic_close(&traffic);
    return convicted;
}

static void must_convict(const char *(*check)(quipu_ledger *, unsigned), const char *what)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        if (convict(seed, check)) return;
    }
    cr_assert_fail("%s did not notice the race in %d rounds", what, ROUNDS);
}

static const char *check_versions(quipu_ledger *ledger, unsigned count)
{
    const char *verdict = NULL;

    for (unsigned id = 1; id <= count && verdict == NULL; id++) {
        verdict = check_account(ledger, id, false);
    }
    return verdict;
}

Test(unsafe, breaks_conservation)
{
    must_convict(check_conservation, "conservation");
}

Test(unsafe, breaks_versions)
{
    must_convict(check_versions, "versions");
}

/* Account 1 spends what it has, one at a time, through all threads at once. */
struct spending {
    quipu_ledger *ledger;
    uint64_t spent;
    unsigned attempts; /* per thread */
};

enum { FUNDS = 2000 };

static void spend(void *context, unsigned index)
{
    struct spending *spending = context;

    for (unsigned i = 0; i < spending->attempts; i++) {
        quipu_transfer event = a_transfer(10 + i * THREADS + index, 1, 2, 1);
        quipu_result result;

        if (quipu_create_transfers(spending->ledger, &event, 1, &result) != QUIPU_OK) return;
        if (result.status == QUIPU_CREATED) (void)shared_add(&spending->spent, 1);
    }
}

/* NULL, or how the limit was broken. */
static const char *overspend(quipu_protocol protocol)
{
    struct spending spending = {.ledger = ledger_open(protocol, NULL), .attempts = FUNDS};
    quipu_account events[2] = {a_flagged_account(1, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                               an_account(2)};
    quipu_transfer funds = a_transfer(1, 2, 1, FUNDS);
    quipu_result results[2];
    const char *verdict;

    cr_assert_eq(quipu_create_accounts(spending.ledger, events, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(spending.ledger, &funds, 1, results), QUIPU_OK);
    threads_run(THREADS, spend, &spending);
    verdict = check_limits(spending.ledger, 2);
    if (verdict == NULL && spending.spent > FUNDS) verdict = "more was spent than there was";
    if (verdict == NULL && spending.spent < FUNDS) verdict = "less was spent than there was";
    ledger_close(spending.ledger);
    return verdict;
}

Test(unsafe, breaks_limits)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (overspend(QUIPU_UNSAFE) != NULL) return;
    }
    cr_assert_fail("limits did not notice the race in %d rounds", ROUNDS);
}

struct counter {
    quipu_ledger *ledger;
    uint64_t created;
    unsigned steps;
};

static void count(void *context, unsigned index)
{
    struct counter *counter = context;

    for (unsigned i = 0; i < counter->steps; i++) {
        quipu_transfer event = a_transfer(1 + i * THREADS + index, 1, 2, 1);
        quipu_result result;

        if (quipu_create_transfers(counter->ledger, &event, 1, &result) != QUIPU_OK) return;
        if (result.status == QUIPU_CREATED) (void)shared_add(&counter->created, 1);
    }
}

/* How many of the transfers that were created the account does not know of. */
static quipu_uint128 lost(quipu_protocol protocol)
{
    struct counter counter = {.ledger = ledger_open(protocol, NULL), .steps = threads_work(5000)};
    quipu_account events[2] = {an_account(1), an_account(2)};
    quipu_result results[2];
    quipu_uint128 missing;

    cr_assert_eq(quipu_create_accounts(counter.ledger, events, 2, results), QUIPU_OK);
    threads_run(THREADS, count, &counter);
    missing = counter.created - ledger_account(counter.ledger, 1, NULL).debits_posted;
    ledger_close(counter.ledger);
    return missing;
}

Test(unsafe, loses_updates)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (lost(QUIPU_UNSAFE) != 0) return;
    }
    cr_assert_fail("no update was lost in %d rounds", ROUNDS);
}

EVERY_PROTOCOL(unsafe, is_not_any_of_the_others)
{
    quipu_protocol protocol = protocols[*protocol_index];

    cr_assert(lost(protocol) == 0, "%s lost an update", protocol_name(protocol));
    for (int round = 0; round < ROUNDS / 5; round++) {
        const char *verdict = overspend(protocol);

        cr_assert_null(verdict, "%s: %s", protocol_name(protocol), verdict);
    }
}
