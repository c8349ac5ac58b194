/* call_batch.c - gathers records, calls the library, and counts the outcomes. */
#include "command/load/call_batch.h"

#include <stdlib.h>
#include <string.h>

struct batch *batch_new(quipu_ledger *ledger, enum record_kind kind)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL) return NULL;
    batch->ledger = ledger;
    batch->kind = kind;
    batch->status = QUIPU_OK;
    return batch;
}

void batch_free(struct batch *batch)
{
    free(batch);
}

void batch_add(struct batch *batch, const union record *chain, size_t count, quipu_result *answers)
{
    bool fits = batch->count + count <= QUIPU_BATCH_MAX;

    if (batch->count > 0 && (!fits || record_is_imported(batch->kind, chain) !=
                                          record_is_imported(batch->kind, batch->records)))
        batch_flush(batch);
    memcpy(batch->records + batch->count, chain, count * sizeof *chain);
    for (size_t i = 0; i < count; i++)
        batch->answers[batch->count + i] = &answers[i];
    batch->count += count;
}

void batch_flush(struct batch *batch)
{
    if (batch->count > 0 && batch->status == QUIPU_OK) {
        batch->status = batch->kind == RECORD_ACCOUNT
                            ? quipu_create_accounts(batch->ledger, &batch->records->account,
                                                    batch->count, batch->results)
                            : quipu_create_transfers(batch->ledger, &batch->records->transfer,
                                                     batch->count, batch->results);
        if (batch->status == QUIPU_OK) tally_count(&batch->tally, batch->results, batch->count);
        for (size_t i = 0; i < batch->count && batch->status == QUIPU_OK; i++)
            *batch->answers[i] = batch->results[i];
    }
    batch->count = 0;
}
