/* ways_bank.c - the accounts, what is withdrawn, and the proof that the books are right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ways.h"

#define FUNDS ((uint64_t)1 << 50)

enum { TILL_FIRST = 1, ACCOUNT_FIRST = 1000, ALL_MAX = QUIPU_BATCH_MAX };

_Noreturn void ways_fail(int code, const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_ways: %s: %s\n", what, why);
    exit(code);
}

static void want(const char *call, quipu_status status)
{
    if (status != QUIPU_OK) ways_fail(WAYS_SYSTEM, call, quipu_status_text(status));
}

static quipu_account accounts[ALL_MAX];
static quipu_transfer transfers[ALL_MAX];
static quipu_result results[ALL_MAX];

static void make_tills(quipu_ledger *ledger)
{
    memset(accounts, 0, sizeof accounts);
    for (unsigned i = 0; i < WAYS_TILLS; i++)
        accounts[i] = (quipu_account){.id = TILL_FIRST + i, .ledger = 1, .code = 1};
    want("quipu_create_accounts", quipu_create_accounts(ledger, accounts, WAYS_TILLS, results));
}

/* What is in them at first comes from a till, which owes it. */
static void make_accounts(quipu_ledger *ledger, unsigned from, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_uint128 id = ACCOUNT_FIRST + from + i;

        accounts[i] = (quipu_account){.id = id,
                                      .ledger = 1,
                                      .code = 2,
                                      .flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS};
        transfers[i] = (quipu_transfer){.id = id,
                                        .debit_account_id = TILL_FIRST,
                                        .credit_account_id = id,
                                        .amount = FUNDS,
                                        .ledger = 1,
                                        .code = 1};
    }
    want("quipu_create_accounts", quipu_create_accounts(ledger, accounts, count, results));
    want("quipu_create_transfers", quipu_create_transfers(ledger, transfers, count, results));
    ways_check(QUIPU_OK, results, count);
}

quipu_ledger *ways_open(const struct ways_plan *plan)
{
    const quipu_options options = {.path = plan->path,
                                   .account_capacity = 2 * WAYS_ACCOUNTS,
                                   .transfer_capacity =
                                       (uint64_t)(plan->seconds * WAYS_A_SECOND) + WAYS_ACCOUNTS,
                                   .prefault = 1};
    quipu_ledger *ledger;

    want("quipu_open", quipu_open(&options, &ledger));
    make_tills(ledger);
    for (unsigned from = 0; from < WAYS_ACCOUNTS; from += ALL_MAX)
        make_accounts(ledger, from,
                      WAYS_ACCOUNTS - from < ALL_MAX ? WAYS_ACCOUNTS - from : ALL_MAX);
    return ledger;
}

void ways_close(quipu_ledger *ledger, uint64_t withdrawals)
{
    quipu_uint128 ids[WAYS_TILLS], sum = 0;

    for (unsigned i = 0; i < WAYS_TILLS; i++)
        ids[i] = TILL_FIRST + i;
    want("quipu_lookup_accounts", quipu_lookup_accounts(ledger, ids, WAYS_TILLS, accounts, NULL));
    for (unsigned i = 0; i < WAYS_TILLS; i++)
        sum += accounts[i].credits_posted;
    if (sum != withdrawals) ways_fail(WAYS_MONEY, "the tills", "they hold something else");
    want("quipu_close", quipu_close(ledger));
}

void ways_begin(struct ways_client *client, uint64_t number)
{
    *client = (struct ways_client){.random = {random_mix(number + 1)}, .number = number};
}

void ways_draw(struct ways_client *client, quipu_transfer *drawn, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t n = random_next(&client->random);

        drawn[i] = (quipu_transfer){
            .id = (quipu_uint128)(client->number + 1) << 64 | ++client->drawn,
            .debit_account_id = ACCOUNT_FIRST + (n >> 32) % WAYS_ACCOUNTS,
            .credit_account_id = TILL_FIRST + n % WAYS_TILLS,
            .amount = 1,
            .ledger = 1,
            .code = 1,
        };
    }
}

void ways_check(quipu_status status, const quipu_result *answers, unsigned count)
{
    want("a withdrawal", status);
    for (unsigned i = 0; i < count; i++)
        if (answers[i].status != QUIPU_CREATED)
            ways_fail(WAYS_MONEY, "a withdrawal", quipu_create_transfer_text(answers[i].status));
}
