/* create.c - the public calls that write. */
#include "api/ledger.h"
#include "batch/accounts.h"
#include "batch/transfers.h"

quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                   quipu_result *results)
{
    if (ledger == NULL || events == NULL || results == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    if (ledger->torn) return QUIPU_BUSY;
    return quipui_create_accounts(&ledger->store, ledger->protocol, events, count, results);
}

quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                    size_t count, quipu_result *results)
{
    struct transfer_batch batch;

    if (ledger == NULL || events == NULL || results == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    if (ledger->torn) return QUIPU_BUSY;
    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    return quipui_create_transfers(&batch);
}

static bool are_expectations(const quipu_expectation *expectations, size_t count)
{
    if (count > QUIPU_BATCH_MAX || (count > 0 && expectations == NULL)) return false;
    for (size_t i = 0; i < count; i++) {
        const quipu_expectation *expectation = &expectations[i];

        if (expectation->account_id == 0 || expectation->account_id == ~(quipu_uint128)0) {
            return false;
        }
        if (expectation->version == 0 || expectation->reserved != 0) return false;
    }
    return true;
}

quipu_status quipu_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          quipu_result *results, quipu_receipt *receipts)
{
    struct transfer_batch batch;

    if (ledger == NULL || events == NULL || results == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    if (!are_expectations(expectations, expectation_count)) return QUIPU_INVALID;
    if (!ledger->protocol->versioned) return QUIPU_UNSUPPORTED;
    if (ledger->torn) return QUIPU_BUSY;

    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.expectations = expectations;
    batch.expectation_count = expectation_count;
    batch.receipts = receipts;
    return quipui_commit(&batch);
}
