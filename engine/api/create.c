/* create.c - the public calls that write. */
#include <string.h>

#include "api/check.h"
#include "api/ledger.h"
#include "base/atomic.h"
#include "connect/far_calls.h"
#include "journal/journal.h"
#include "write/create_accounts.h"
#include "write/create_transfers.h"

/* So many expectations are copied to the stack; more, to memory of their own. */
#define FEW_EXPECTATIONS 16

/* Give the answer of a call that has come to `status` once all that it hangs on is durable; if it
 * never will be, none of its results are given. */
static quipu_status answer(quipu_ledger *ledger, quipu_status status, uint64_t hangs_on,
                           quipu_result *results, size_t count)
{
    quipu_status waited;

    if (ledger->store.journal == NULL) return status;
    waited = quipui_journal_wait(ledger->store.journal, hangs_on);
    if (waited == QUIPU_OK) return status;
    memset(results, 0, count * sizeof *results);
    return waited;
}

quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                   quipu_result *results)
{
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        return status != LEDGER_ELSEWHERE
                   ? status
                   : quipui_far_create(ledger->connection, WIRE_CREATE_ACCOUNTS, events, count,
                                       results);
    }
    status = quipui_create_accounts(&ledger->store, ledger->protocol, events, count, results);
    return answer(ledger, status, clock_last(&ledger->store.clock), results, count);
}

quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                    size_t count, quipu_result *results)
{
    struct transfer_batch batch;
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        return status != LEDGER_ELSEWHERE
                   ? status
                   : quipui_far_create(ledger->connection, WIRE_CREATE_TRANSFERS, events, count,
                                       results);
    }
    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    status = quipui_create_transfers(&batch);
    return answer(ledger, status, batch.answers_at, results, count);
}

/* A commit whose expectations are ours: what they say now, they say to the end. */
static quipu_status commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                           size_t expectation_count, const quipu_transfer *events, size_t count,
                           quipu_result *results, quipu_receipt *receipts)
{
    struct transfer_batch batch;
    quipu_status status;

    for (size_t i = 0; i < expectation_count; i++) {
        if (!quipui_check_expectation(&expectations[i])) return QUIPU_INVALID;
    }
    if (!ledger->protocol->versioned) return QUIPU_UNSUPPORTED;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        return status != LEDGER_ELSEWHERE
                   ? status
                   : quipui_far_commit(ledger->connection, expectations, expectation_count, events,
                                       count, results, receipts);
    }

    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.expectations = expectations;
    batch.expectation_count = expectation_count;
    batch.receipts = receipts;
    status = quipui_commit(&batch);
    status = answer(ledger, status, batch.answers_at, results, count);
    if (receipts != NULL && ledger_write_status(ledger) != QUIPU_OK)
        memset(receipts, 0, count * sizeof *receipts);
    return status;
}

quipu_status quipu_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          quipu_result *results, quipu_receipt *receipts)
{
    quipu_expectation few[FEW_EXPECTATIONS], *copies = few;
    quipu_status status;

    if (!quipui_check_commit(ledger, expectations, expectation_count, events, count, results,
                             receipts)) {
        return QUIPU_INVALID;
    }
    if (expectation_count > FEW_EXPECTATIONS) {
        copies = quipui_memory_take(expectation_count * sizeof *copies);
    }
    if (copies == NULL) {
        memset(results, 0, count * sizeof *results);
        return QUIPU_NO_MEMORY;
    }
    for (size_t i = 0; i < expectation_count; i++)
        copy_once(&copies[i], &expectations[i]);
    status = commit(ledger, copies, expectation_count, events, count, results, receipts);
    if (copies != few) quipui_memory_give_back(copies);
    return status;
}
