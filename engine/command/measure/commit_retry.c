/* commit_retry.c - the loop around quipu_commit(). */
#include "command/measure/commit_retry.h"

#include <stdlib.h>

bool retry_open(struct retry *retry)
{
    size_t count = 2 * RETRY_TRANSFERS_MAX;

    retry->ids = calloc(count, sizeof *retry->ids);
    retry->accounts = calloc(count, sizeof *retry->accounts);
    retry->versions = calloc(count, sizeof *retry->versions);
    retry->expectations = calloc(count, sizeof *retry->expectations);
    return retry->ids != NULL && retry->accounts != NULL && retry->versions != NULL &&
           retry->expectations != NULL;
}

void retry_close(struct retry *retry)
{
    free(retry->ids);
    free(retry->accounts);
    free(retry->versions);
    free(retry->expectations);
}

static quipu_status look(struct retry *retry, quipu_ledger *ledger, size_t count)
{
    quipu_status status =
        quipu_lookup_accounts(ledger, retry->ids, count, retry->accounts, retry->versions);

    for (size_t i = 0; i < count; i++) {
        retry->expectations[i] = (quipu_expectation){
            .account_id = retry->ids[i],
            .version = retry->versions[i],
        };
    }
    return status;
}

quipu_status retry_commit(struct retry *retry, quipu_ledger *ledger, const quipu_transfer *events,
                          size_t count, quipu_result *results)
{
    quipu_status status;

    for (size_t i = 0; i < count; i++) {
        retry->ids[2 * i] = events[i].debit_account_id;
        retry->ids[2 * i + 1] = events[i].credit_account_id;
    }
    for (;;) {
        status = look(retry, ledger, 2 * count);
        if (status != QUIPU_OK) return status;
        status = quipu_commit(ledger, retry->expectations, 2 * count, events, count, results, NULL);
        if (status != QUIPU_CONFLICT) return status;
        retry->conflicts++;
    }
}
