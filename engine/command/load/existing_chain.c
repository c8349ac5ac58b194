/* existing_chain.c - looks the rows of a chain up, and compares them as the ledger would
 * (docs/semantics.md, "Ids"). */
#include "command/load/existing_chain.h"

#include <stdbool.h>

/* May a row with `said` have created a record with `stored`? Posts and voids inherit a zero. */
static bool fits(quipu_uint128 said, quipu_uint128 stored, bool inherits)
{
    return said == stored || (inherits && said == 0);
}

static bool amount_fits(quipu_ledger *ledger, const quipu_transfer *row,
                        const quipu_transfer *stored)
{
    quipu_transfer pending;

    if (row->flags & (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT))
        return stored->amount <= row->amount;
    if ((row->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) && row->amount == QUIPU_AMOUNT_MAX)
        return quipu_lookup_transfers(ledger, &row->pending_id, 1, &pending, NULL) == QUIPU_OK &&
               pending.amount == stored->amount;
    return fits(row->amount, stored->amount,
                (row->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0);
}

static bool transfer_fits(quipu_ledger *ledger, const quipu_transfer *row,
                          const quipu_transfer *stored)
{
    bool inherits = (row->flags & (QUIPU_TRANSFER_POST_PENDING_TRANSFER |
                                   QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) != 0;

    return stored->id == row->id && stored->flags == row->flags &&
           stored->timeout == row->timeout && stored->pending_id == row->pending_id &&
           fits(row->debit_account_id, stored->debit_account_id, inherits) &&
           fits(row->credit_account_id, stored->credit_account_id, inherits) &&
           fits(row->user_data_128, stored->user_data_128, inherits) &&
           fits(row->user_data_64, stored->user_data_64, inherits) &&
           fits(row->user_data_32, stored->user_data_32, inherits) &&
           fits(row->ledger, stored->ledger, inherits) && fits(row->code, stored->code, inherits) &&
           amount_fits(ledger, row, stored) &&
           (row->timestamp == 0 || row->timestamp == stored->timestamp);
}

/* An account may have been closed since, or opened again. */
static bool account_fits(const quipu_account *row, const quipu_account *stored)
{
    return stored->id == row->id && stored->ledger == row->ledger && stored->code == row->code &&
           ((stored->flags ^ row->flags) & ~QUIPU_ACCOUNT_CLOSED) == 0 &&
           stored->user_data_128 == row->user_data_128 &&
           stored->user_data_64 == row->user_data_64 && stored->user_data_32 == row->user_data_32 &&
           (row->timestamp == 0 || row->timestamp == stored->timestamp);
}

/* *timestamp: that of the record that the row created; 0: it created none. */
static quipu_status look_up(quipu_ledger *ledger, enum record_kind kind, const union record *row,
                            uint64_t *timestamp)
{
    quipu_transfer transfer;
    quipu_account account;
    quipu_status status;

    *timestamp = 0;
    if (kind == RECORD_ACCOUNT) {
        status = quipu_lookup_accounts(ledger, &row->account.id, 1, &account, NULL);
        if (status == QUIPU_OK && account_fits(&row->account, &account))
            *timestamp = account.timestamp;
        return status;
    }
    status = quipu_lookup_transfers(ledger, &row->transfer.id, 1, &transfer, NULL);
    if (status == QUIPU_OK && transfer_fits(ledger, &row->transfer, &transfer))
        *timestamp = transfer.timestamp;
    return status;
}

/* Did the chain fail because a row of it exists? */
static bool was_stopped(enum record_kind kind, const quipu_result *results, size_t count)
{
    uint32_t exists = kind == RECORD_ACCOUNT ? (uint32_t)QUIPU_CREATE_ACCOUNT_EXISTS
                                             : (uint32_t)QUIPU_CREATE_TRANSFER_EXISTS;

    for (size_t i = 0; i < count; i++)
        if (results[i].status == exists) return count > 1;
    return false;
}

static quipu_status settle(quipu_ledger *ledger, enum record_kind kind, const union record *records,
                           size_t count, quipu_result *results)
{
    uint64_t timestamp;

    for (size_t i = 0; i < count; i++) {
        quipu_status status = look_up(ledger, kind, &records[i], &timestamp);

        if (status != QUIPU_OK || timestamp == 0) return status;
    }
    for (size_t i = 0; i < count; i++) {
        quipu_status status = look_up(ledger, kind, &records[i], &results[i].timestamp);

        if (status != QUIPU_OK) return status;
        results[i].status = kind == RECORD_ACCOUNT ? (uint32_t)QUIPU_CREATE_ACCOUNT_EXISTS
                                                   : (uint32_t)QUIPU_CREATE_TRANSFER_EXISTS;
    }
    return QUIPU_OK;
}

quipu_status existing_chains_settle(quipu_ledger *ledger, enum record_kind kind,
                                    const union record *records, size_t count,
                                    quipu_result *results)
{
    quipu_status status = QUIPU_OK;

    for (size_t begin = 0, end; begin < count && status == QUIPU_OK; begin = end) {
        end = begin + 1;
        while (end < count && record_is_linked(kind, &records[end - 1]))
            end++;
        if (was_stopped(kind, results + begin, end - begin))
            status = settle(ledger, kind, records + begin, end - begin, results + begin);
    }
    return status;
}
