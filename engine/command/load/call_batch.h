/* call_batch.h - chains gathered into calls of the library, and what became of them.
 *
 * One call takes whole chains, QUIPU_BATCH_MAX events at most, and all of them imported or none:
 * the ledger takes the mode of a call from its first event. */
#ifndef QUIPU_COMMAND_LOAD_CALL_BATCH_H
#define QUIPU_COMMAND_LOAD_CALL_BATCH_H

#include <stddef.h>

#include "command/csv/fields.h"
#include "command/load/outcome_tally.h"
#include "quipu/quipu.h"

struct batch {
    quipu_ledger *ledger;
    enum record_kind kind;
    quipu_status status; /* of the first call that did not work; nothing is done after it */
    struct tally tally;
    size_t count;
    union record records[QUIPU_BATCH_MAX];
    quipu_result results[QUIPU_BATCH_MAX];
    quipu_result *answers[QUIPU_BATCH_MAX]; /* the caller's, by record */
};

/* A megabyte: on the heap. NULL: no memory. */
struct batch *batch_new(quipu_ledger *ledger, enum record_kind kind);
void batch_free(struct batch *batch);

/* Add a chain, 1..QUIPU_BATCH_MAX records; it may go to the ledger at once or later. What becomes
 * of each record is put into answers[] then, which must stay where it is until batch_flush(). */
void batch_add(struct batch *batch, const union record *chain, size_t count, quipu_result *answers);

/* Hand what there is to the ledger now. */
void batch_flush(struct batch *batch);

#endif
