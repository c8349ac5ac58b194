/* create.c - the public calls that write. */
#include <string.h>

#include "api/check.h"
#include "api/ledger.h"
#include "base/atomic.h"
#include "write/create_accounts.h"
#include "write/create_transfers.h"

/* So many expectations are copied to the stack; more, to memory of their own. */
#define FEW_EXPECTATIONS 16

quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                   quipu_result *results)
{
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status != QUIPU_OK) return status;
    return quipui_create_accounts(&ledger->store, ledger->protocol, events, count, results);
}

quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                    size_t count, quipu_result *results)
{
    struct transfer_batch batch;
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status != QUIPU_OK) return status;
    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    return quipui_create_transfers(&batch);
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
    status = ledger_status(ledger);
    if (status != QUIPU_OK) return status;

    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.expectations = expectations;
    batch.expectation_count = expectation_count;
    batch.receipts = receipts;
    return quipui_commit(&batch);
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
