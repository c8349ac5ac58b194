/* reading.h - the beginning and the end of a call that reads. */
#ifndef QUIPU_API_READING_H
#define QUIPU_API_READING_H

#include "api/answer.h"
#include "connect/far_calls.h"
#include "read/consistent.h"

/* Begin: QUIPU_OK, or why the call cannot be made; then it has no reader. */
static inline quipu_status reading_begin(quipu_ledger *ledger, struct reader *reader)
{
    quipu_status status = ledger_status(ledger);

    if (status != QUIPU_OK) return status;
    return quipui_reader_open(reader, &ledger->store, ledger->protocol) ? QUIPU_OK
                                                                        : QUIPU_NO_MEMORY;
}

/* End a call that has begun and come to `status`: what that hangs on. */
static inline struct answer reading_end(quipu_ledger *ledger, struct reader *reader,
                                        quipu_status status)
{
    uint64_t seen = reader->seen;

    quipui_reader_close(reader);
    return answer_read(ledger, status, seen);
}

/* One reading call, in a function that has `reader` and `status`: begin it, do it, end it. `far`
 * makes it in a daemon. */
#define READ(ledger, call, far)                                                                    \
    ((status = reading_begin((ledger), &reader)) == QUIPU_OK                                       \
         ? reading_end((ledger), &reader, (call))                                                  \
         : answer_now(status == LEDGER_ELSEWHERE ? (far) : status))

/* The same for a filtered read into `what`, in a function whose arguments have the usual names. */
#define READ_FILTERED(ledger, call, kind, what, horizon)                                           \
    READ((ledger), (call),                                                                         \
         quipui_far_read((ledger)->connection, (kind), &asked, asked.limit, (what), capacity,      \
                         count, (horizon)))

#endif
