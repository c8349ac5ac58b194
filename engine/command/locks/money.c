/* money.c - the balance as an account that nothing limits: only the guard can refuse a payment. */
#define _POSIX_C_SOURCE 200809L
#include "command/locks/money.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/locks/patience.h"

enum { ACCOUNT = 1, OUTSIDE, LEASE, ACCOUNT_COUNT = LEASE };
enum { FUNDING = 1, THE_WITHDRAWAL = 17 };

#define CAPACITY 65536

static bool fail(struct money *money, const char *call, const char *why)
{
    (void)snprintf(money->problem, sizeof money->problem, "%s: %s", call, why);
    return false;
}

static uint64_t clock_of(void *context)
{
    const struct money *money = context;
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + money->clock_ahead_ns;
}

bool money_reopen(struct money *money)
{
    const quipu_options options = {.account_capacity = CAPACITY,
                                   .transfer_capacity = CAPACITY,
                                   .path =
                                       money->ledger_path[0] != '\0' ? money->ledger_path : NULL,
                                   .clock = clock_of,
                                   .clock_context = money};
    quipu_status status = quipu_open(&options, &money->ledger);

    return status == QUIPU_OK || fail(money, "quipu_open()", quipu_status_text(status));
}

static quipu_transfer a_payment(quipu_uint128 id, quipu_uint128 from, quipu_uint128 to,
                                quipu_uint128 amount)
{
    return (quipu_transfer){.id = id,
                            .debit_account_id = from,
                            .credit_account_id = to,
                            .amount = amount,
                            .ledger = 1,
                            .code = 1};
}

static bool fill(struct money *money)
{
    const quipu_transfer funding = a_payment(FUNDING, OUTSIDE, ACCOUNT, SHOW_FUNDS);
    quipu_account accounts[ACCOUNT_COUNT];
    quipu_result results[ACCOUNT_COUNT];
    quipu_status status;

    for (int i = 0; i < ACCOUNT_COUNT; i++)
        accounts[i] = (quipu_account){.id = (quipu_uint128)i + 1, .ledger = 1, .code = 1};
    status = quipu_create_accounts(money->ledger, accounts, ACCOUNT_COUNT, results);
    if (status == QUIPU_OK) status = quipu_create_transfers(money->ledger, &funding, 1, results);
    return status == QUIPU_OK || fail(money, "quipu_create_...()", quipu_status_text(status));
}

bool money_open(struct money *money, enum keeping keeping, const char *directory, bool on_disk)
{
    *money = (struct money){.keeping = keeping};
    if (keeping == KEEP_REDIS) return redis_money_open(money, directory);
    if (on_disk) {
        (void)snprintf(money->ledger_path, sizeof money->ledger_path, "%s/ledger", directory);
    }
    return money_reopen(money) && fill(money);
}

bool money_let_go(struct money *money)
{
    quipu_status status = money->ledger != NULL ? quipu_close(money->ledger) : QUIPU_OK;

    money->ledger = NULL;
    return status == QUIPU_OK || fail(money, "quipu_close()", quipu_status_text(status));
}

void money_close(struct money *money)
{
    (void)money_let_go(money);
    if (money->keeping == KEEP_REDIS) redis_process_remove(&money->redis);
}

bool money_read(struct money *money, long long *balance, uint64_t *version)
{
    const quipu_uint128 id = ACCOUNT;
    quipu_account account;
    quipu_status status;

    *version = 0;
    if (money->keeping == KEEP_REDIS) return redis_money_read(money, balance);
    status = quipu_lookup_accounts(money->ledger, &id, 1, &account, version);
    if (status != QUIPU_OK)
        return fail(money, "quipu_lookup_accounts()", quipu_status_text(status));
    *balance = (long long)account.credits_posted - (long long)account.debits_posted;
    return true;
}

bool money_acquire(struct money *money, quipu_lease *lease, uint32_t seconds)
{
    struct patience patience = patience_begin();
    quipu_status status = QUIPU_BUSY;

    *lease = (quipu_lease){
        .account_id = LEASE, .counterpart_id = OUTSIDE, .seconds = seconds, .code = 1};
    while (status == QUIPU_BUSY && patience_wait(&patience))
        status = quipu_lease_acquire(money->ledger, lease);
    if (status == QUIPU_OK) return true;
    return fail(money, "quipu_lease_acquire()",
                status == QUIPU_BUSY ? patience_problem(&patience) : quipu_status_text(status));
}

enum payment money_pay(struct money *money, const struct decision *decision,
                       char answer[SHOW_ANSWER_BYTES])
{
    bool has_id = money->keeping == KEEP_ID;
    const quipu_transfer payment =
        a_payment(has_id ? THE_WITHDRAWAL : quipu_id(), ACCOUNT, OUTSIDE, SHOW_WITHDRAWAL);
    quipu_expectation expected = {.account_id = ACCOUNT, .version = decision->version};
    quipu_result result;
    quipu_status status;

    if (money->keeping == KEEP_REDIS) return redis_money_pay(money, decision, answer);
    if (money->keeping == KEEP_FENCE) expected = quipu_lease_expectation(&decision->lease);
    status = quipu_commit(money->ledger, &expected, has_id ? 0 : 1, &payment, 1, &result, NULL);
    if (status == QUIPU_CONFLICT) {
        (void)snprintf(answer, SHOW_ANSWER_BYTES, "refused: %s %llu is not current",
                       money->keeping == KEEP_FENCE ? "token" : "version",
                       (unsigned long long)expected.version);
        return PAYMENT_REFUSED;
    }
    if (status != QUIPU_OK) {
        (void)fail(money, "quipu_commit()", quipu_status_text(status));
        return PAYMENT_FAILED;
    }
    if (result.status == QUIPU_CREATED && money->keeping == KEEP_FENCE) {
        (void)snprintf(answer, SHOW_ANSWER_BYTES, "paid under token %llu",
                       (unsigned long long)expected.version);
    } else {
        (void)snprintf(answer, SHOW_ANSWER_BYTES, "%s",
                       result.status == QUIPU_CREATED                  ? "paid"
                       : result.status == QUIPU_CREATE_TRANSFER_EXISTS ? "exists: was paid before"
                                                                       : "refused");
    }
    return result.status == QUIPU_CREATED ? PAYMENT_MADE : PAYMENT_REFUSED;
}
