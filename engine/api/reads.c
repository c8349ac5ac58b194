/* reads.c - the public calls that read. */
#include "api/check.h"
#include "api/execute.h"
#include "api/reading.h"
#include "read/account_holds.h"
#include "read/history.h"
#include "read/lookup.h"
#include "read/query.h"
#include "read/snapshot.h"

struct answer quipui_execute_lookup_accounts(quipu_ledger *ledger, const quipu_uint128 *ids,
                                             size_t count, quipu_account *accounts,
                                             uint64_t *versions)
{
    uint64_t seen = 0;
    quipu_status status = QUIPU_INVALID;

    if (quipui_check_lookup(ledger, ids, count, accounts, versions, sizeof *versions)) {
        status = ledger_status(ledger);
    }
    if (status == QUIPU_OK) {
        status = quipui_lookup_accounts(&ledger->store, ledger->protocol, ids, count, accounts,
                                        versions, &seen);
    } else if (status == LEDGER_ELSEWHERE) {
        return answer_now(quipui_far_lookup(ledger->connection, WIRE_LOOKUP_ACCOUNTS, ids, count,
                                            accounts, versions));
    }
    return answer_read(ledger, status, seen);
}

quipu_status quipu_lookup_accounts(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                   quipu_account *accounts, uint64_t *versions)
{
    return answer_give(quipui_execute_lookup_accounts(ledger, ids, count, accounts, versions),
                       ledger);
}

struct answer quipui_execute_lookup_transfers(quipu_ledger *ledger, const quipu_uint128 *ids,
                                              size_t count, quipu_transfer *transfers,
                                              quipu_transfer_versions *versions)
{
    struct reader reader;
    quipu_status status;

    if (!quipui_check_lookup(ledger, ids, count, transfers, versions, sizeof *versions)) {
        return answer_now(QUIPU_INVALID);
    }
    return READ(ledger, quipui_lookup_transfers(&reader, ids, count, transfers, versions),
                quipui_far_lookup(ledger->connection, WIRE_LOOKUP_TRANSFERS, ids, count, transfers,
                                  versions));
}

quipu_status quipu_lookup_transfers(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                    quipu_transfer *transfers, quipu_transfer_versions *versions)
{
    return answer_give(quipui_execute_lookup_transfers(ledger, ids, count, transfers, versions),
                       ledger);
}

struct answer quipui_execute_get_account_transfers(quipu_ledger *ledger,
                                                   const quipu_account_filter *filter,
                                                   quipu_transfer *transfers, size_t capacity,
                                                   size_t *count)
{
    const struct check_room room = {transfers, sizeof *transfers, capacity, count, NULL};
    quipu_account_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_account_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    return READ_FILTERED(ledger,
                         quipui_get_account_transfers(&reader, &asked, transfers, capacity, count),
                         WIRE_GET_ACCOUNT_TRANSFERS, transfers, NULL);
}

quipu_status quipu_get_account_transfers(quipu_ledger *ledger, const quipu_account_filter *filter,
                                         quipu_transfer *transfers, size_t capacity, size_t *count)
{
    return answer_give(
        quipui_execute_get_account_transfers(ledger, filter, transfers, capacity, count), ledger);
}

struct answer quipui_execute_get_account_balances(quipu_ledger *ledger,
                                                  const quipu_account_filter *filter,
                                                  quipu_account_balance *balances, size_t capacity,
                                                  size_t *count)
{
    const struct check_room room = {balances, sizeof *balances, capacity, count, NULL};
    quipu_account_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_account_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    return READ_FILTERED(ledger,
                         quipui_get_account_balances(&reader, &asked, balances, capacity, count),
                         WIRE_GET_ACCOUNT_BALANCES, balances, NULL);
}

quipu_status quipu_get_account_balances(quipu_ledger *ledger, const quipu_account_filter *filter,
                                        quipu_account_balance *balances, size_t capacity,
                                        size_t *count)
{
    return answer_give(
        quipui_execute_get_account_balances(ledger, filter, balances, capacity, count), ledger);
}

struct answer quipui_execute_get_account_holds(quipu_ledger *ledger,
                                               const quipu_account_filter *filter,
                                               quipu_hold *holds, size_t capacity, size_t *count)
{
    const struct check_room room = {holds, sizeof *holds, capacity, count, NULL};
    quipu_account_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_account_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    return READ_FILTERED(ledger, quipui_get_account_holds(&reader, &asked, holds, capacity, count),
                         WIRE_GET_ACCOUNT_HOLDS, holds, NULL);
}

quipu_status quipu_get_account_holds(quipu_ledger *ledger, const quipu_account_filter *filter,
                                     quipu_hold *holds, size_t capacity, size_t *count)
{
    return answer_give(quipui_execute_get_account_holds(ledger, filter, holds, capacity, count),
                       ledger);
}

struct answer quipui_execute_lookup_holds(quipu_ledger *ledger, const quipu_uint128 *ids,
                                          size_t count, quipu_hold *holds)
{
    struct reader reader;
    quipu_status status;

    if (!quipui_check_lookup(ledger, ids, count, holds, NULL, 0)) {
        return answer_now(QUIPU_INVALID);
    }
    return READ(ledger, quipui_lookup_holds(&reader, ids, count, holds),
                quipui_far_lookup(ledger->connection, WIRE_LOOKUP_HOLDS, ids, count, holds, NULL));
}

quipu_status quipu_lookup_holds(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                quipu_hold *holds)
{
    return answer_give(quipui_execute_lookup_holds(ledger, ids, count, holds), ledger);
}

struct answer quipui_execute_query_accounts(quipu_ledger *ledger, const quipu_query_filter *filter,
                                            quipu_account *accounts, size_t capacity, size_t *count)
{
    const struct check_room room = {accounts, sizeof *accounts, capacity, count, NULL};
    quipu_query_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_query_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    return READ_FILTERED(ledger, quipui_query_accounts(&reader, &asked, accounts, capacity, count),
                         WIRE_QUERY_ACCOUNTS, accounts, NULL);
}

quipu_status quipu_query_accounts(quipu_ledger *ledger, const quipu_query_filter *filter,
                                  quipu_account *accounts, size_t capacity, size_t *count)
{
    return answer_give(quipui_execute_query_accounts(ledger, filter, accounts, capacity, count),
                       ledger);
}

struct answer quipui_execute_query_transfers(quipu_ledger *ledger, const quipu_query_filter *filter,
                                             quipu_transfer *transfers, size_t capacity,
                                             size_t *count)
{
    const struct check_room room = {transfers, sizeof *transfers, capacity, count, NULL};
    quipu_query_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_query_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    return READ_FILTERED(ledger,
                         quipui_query_transfers(&reader, &asked, transfers, capacity, count),
                         WIRE_QUERY_TRANSFERS, transfers, NULL);
}

quipu_status quipu_query_transfers(quipu_ledger *ledger, const quipu_query_filter *filter,
                                   quipu_transfer *transfers, size_t capacity, size_t *count)
{
    return answer_give(quipui_execute_query_transfers(ledger, filter, transfers, capacity, count),
                       ledger);
}

/* A visit that begins when all that it will be shown is durable. */
struct durable_visit {
    quipu_ledger *ledger;
    bool (*visit)(void *context, const quipu_account *account, uint64_t version);
    void *context;
    bool waited;
    quipu_status status;
};

/* What a snapshot shows had taken effect before its first account is visited, at some timestamp
 * that was given out by then. */
static bool visit_durable(void *context, const quipu_account *account, uint64_t version)
{
    struct durable_visit *visit = context;

    if (!visit->waited) {
        struct answer answer =
            answer_read(visit->ledger, QUIPU_OK, clock_last(&visit->ledger->store.clock));

        visit->waited = true;
        visit->status = answer_give(answer, visit->ledger);
    }
    return visit->status == QUIPU_OK && visit->visit(visit->context, account, version);
}

quipu_status quipu_snapshot(quipu_ledger *ledger,
                            bool (*visit)(void *context, const quipu_account *account,
                                          uint64_t version),
                            void *context)
{
    struct durable_visit durable = {ledger, visit, context, false, QUIPU_OK};
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || visit == NULL) return QUIPU_INVALID;
    status = reading_begin(ledger, &reader);
    if (status == LEDGER_ELSEWHERE) return quipui_far_snapshot(ledger->connection, visit, context);
    if (status != QUIPU_OK) return status;
    if (ledger->store.journal == NULL) {
        status = quipui_snapshot(&reader, visit, context);
    } else {
        status = quipui_snapshot(&reader, visit_durable, &durable);
        if (status == QUIPU_OK) status = durable.status;
    }
    quipui_reader_close(&reader);
    return status;
}
