/* commit_retry.c - the loop around quipu_commit(). */
#include "command/load/commit_retry.h"

#include <stdlib.h>

bool again_open(struct again *again)
{
    size_t count = 2 * AGAIN_TRANSFERS_MAX;

    again->ids = calloc(count, sizeof *again->ids);
    again->accounts = calloc(count, sizeof *again->accounts);
    again->versions = calloc(count, sizeof *again->versions);
    again->expectations = calloc(count, sizeof *again->expectations);
    return again->ids != NULL && again->accounts != NULL && again->versions != NULL &&
           again->expectations != NULL;
}

void again_close(struct again *again)
{
    free(again->ids);
    free(again->accounts);
    free(again->versions);
    free(again->expectations);
}

static quipu_status look(struct again *again, quipu_ledger *ledger, size_t count)
{
    quipu_status status =
        quipu_lookup_accounts(ledger, again->ids, count, again->accounts, again->versions);

    for (size_t i = 0; i < count; i++) {
        again->expectations[i] = (quipu_expectation){
            .account_id = again->ids[i],
            .version = again->versions[i],
        };
    }
    return status;
}

quipu_status again_commit(struct again *again, quipu_ledger *ledger, const quipu_transfer *events,
                          size_t count, quipu_result *results)
{
    quipu_status status;

    for (size_t i = 0; i < count; i++) {
        again->ids[2 * i] = events[i].debit_account_id;
        again->ids[2 * i + 1] = events[i].credit_account_id;
    }
    for (;;) {
        status = look(again, ledger, 2 * count);
        if (status != QUIPU_OK) return status;
        status = quipu_commit(ledger, again->expectations, 2 * count, events, count, results, NULL);
        if (status != QUIPU_CONFLICT) return status;
        again->conflicts++;
    }
}
