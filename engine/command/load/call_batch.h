/* call_batch.h - gathers chains into calls of the library, and hands out the results.
 *
 * A call takes whole chains, at most QUIPU_BATCH_MAX events. All of them are imported, or none: the
 * first event of a call decides that for all. */
#ifndef QUIPU_COMMAND_LOAD_CALL_BATCH_H
#define QUIPU_COMMAND_LOAD_CALL_BATCH_H

#include <stddef.h>

#include "command/csv/fields.h"
#include "command/load/outcome_tally.h"
#include "quipu/quipu.h"

struct batch {
    quipu_ledger *ledger;
    enum record_kind kind;
    quipu_status status; /* of the first call that failed; no call follows it */
    struct tally tally;
    size_t count;
    union record records[QUIPU_BATCH_MAX];
    quipu_result results[QUIPU_BATCH_MAX];
    quipu_result *answers[QUIPU_BATCH_MAX]; /* where each result goes */
};

/* A batch takes a megabyte of the heap. Returns NULL if memory runs out. */
struct batch *batch_new(quipu_ledger *ledger, enum record_kind kind);
void batch_free(struct batch *batch);

/* Add a chain of 1..QUIPU_BATCH_MAX records. It goes to the ledger now or later; the result of each
 * record is written to answers[] then, which must not move until batch_flush(). */
void batch_add(struct batch *batch, const union record *chain, size_t count, quipu_result *answers);

/* Hand the gathered records to the ledger now. */
void batch_flush(struct batch *batch);

#endif
