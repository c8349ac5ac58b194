/* funded_ledger.c - creates accounts, then funds them, a batch at a time. */
#include "command/measure/funded_ledger.h"

#include <stdlib.h>

#include "command/measure/memory_use.h"

#define BANK_ID 1

struct scratch {
    quipu_account accounts[QUIPU_BATCH_MAX];
    quipu_transfer transfers[QUIPU_BATCH_MAX];
    quipu_result results[QUIPU_BATCH_MAX];
};

static bool all_created(const quipu_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status != QUIPU_CREATED) return false;
    }
    return true;
}

static quipu_status open_bank(quipu_ledger *ledger)
{
    const quipu_account bank = {.id = BANK_ID, .ledger = 1, .code = 1};
    quipu_result result;

    return quipu_create_accounts(ledger, &bank, 1, &result);
}

static quipu_status open_accounts(quipu_ledger *ledger, uint64_t from, size_t count, enum kind kind,
                                  struct scratch *scratch)
{
    for (size_t i = 0; i < count; i++) {
        scratch->accounts[i] = (quipu_account){
            .id = workload_account_id(from + i),
            .ledger = 1,
            .code = 2,
            .flags = kind_account_flags(kind),
        };
    }
    return quipu_create_accounts(ledger, scratch->accounts, count, scratch->results);
}

static quipu_status fund_accounts(quipu_ledger *ledger, uint64_t from, size_t count,
                                  struct scratch *scratch)
{
    for (size_t i = 0; i < count; i++) {
        quipu_uint128 id = workload_account_id(from + i);

        scratch->transfers[i] = (quipu_transfer){
            .id = id, /* transfers have ids of their own */
            .debit_account_id = BANK_ID,
            .credit_account_id = id,
            .amount = FUNDED_AMOUNT,
            .ledger = 1,
            .code = 1,
        };
    }
    return quipu_create_transfers(ledger, scratch->transfers, count, scratch->results);
}

/* Open all accounts or, if `fund`, fund them all. */
static quipu_status for_all(const struct drive_order *order, quipu_ledger *ledger, bool fund,
                            struct scratch *scratch)
{
    uint64_t accounts = order->workload->account_count;
    quipu_status status = QUIPU_OK;

    for (uint64_t from = 0; from < accounts && status == QUIPU_OK; from += QUIPU_BATCH_MAX) {
        size_t count = accounts - from < QUIPU_BATCH_MAX ? accounts - from : QUIPU_BATCH_MAX;

        status = fund ? fund_accounts(ledger, from, count, scratch)
                      : open_accounts(ledger, from, count, order->kind, scratch);
        if (status == QUIPU_OK && !all_created(scratch->results, count)) status = QUIPU_CORRUPT;
    }
    return status;
}

static quipu_status open_ledger(const struct drive_order *order, quipu_ledger **ledger)
{
    uint64_t accounts = order->workload->account_count;
    const quipu_options options = {
        .protocol = order->protocol,
        .account_capacity = accounts + 1,
        .transfer_capacity =
            accounts + order->transfers_max + (2 * order->thread_count + 2) * DRIVE_PORTION,
        .prefault = order->prefault,
    };

    return quipu_open(&options, ledger);
}

quipu_status funded_ledger_open(const struct drive_order *order, struct funded_ledger *funded)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    quipu_status status = scratch != NULL ? open_ledger(order, &funded->ledger) : QUIPU_NO_MEMORY;
    uint64_t before = memory_in_use();

    if (status == QUIPU_OK) status = open_bank(funded->ledger);
    if (status == QUIPU_OK) status = for_all(order, funded->ledger, false, scratch);
    funded->bytes_before_transfers = memory_in_use();
    funded->bytes_per_account =
        (double)(funded->bytes_before_transfers - before) / (double)order->workload->account_count;
    if (status == QUIPU_OK) status = for_all(order, funded->ledger, true, scratch);
    free(scratch);
    return status;
}
