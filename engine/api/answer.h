/* answer.h - what a call has come to, before it may be given.
 *
 * A public call is two halves: one executes, here and now, and leaves an answer; the other waits
 * until the answer may be given. A submit of a queue (queue/queue.h) is the first half alone. */
#ifndef QUIPU_API_ANSWER_H
#define QUIPU_API_ANSWER_H

#include <string.h>

#include "api/ledger.h"

enum answer_after {
    ANSWER_NOW,   /* it hangs on nothing */
    ANSWER_KEPT,  /* as the ledger's durability says */
    ANSWER_SYNCED /* when it is on disk, also of a buffered ledger */
};

/* Returned in registers. */
struct answer {
    quipu_status status;
    enum answer_after after;
    uint64_t hangs_on; /* a timestamp (journal.h, H3) */
};

/* The answer hangs on nothing. */
static inline struct answer answer_now(quipu_status status)
{
    return (struct answer){status, ANSWER_NOW, 0};
}

/* A reading call has come to `status` and has seen everything up to `seen`. */
static inline struct answer answer_read(quipu_ledger *ledger, quipu_status status, uint64_t seen)
{
    if (status != QUIPU_OK || !ledger_reads_wait(ledger)) return answer_now(status);
    return (struct answer){status, ANSWER_KEPT, ledger_read_hangs_on(ledger, seen)};
}

/* The second half of a call. Returns QUIPU_OK when the answer may be given, or why it never will
 * be. */
static inline quipu_status answer_wait(struct answer answer, quipu_ledger *ledger)
{
    if (answer.after == ANSWER_NOW) return QUIPU_OK;
    return answer.after == ANSWER_KEPT
               ? quipui_journal_wait(ledger->store.journal, answer.hangs_on)
               : quipui_journal_sync(ledger->store.journal, answer.hangs_on);
}

/* The status of a call that writes no results, once its answer may be given. */
static inline quipu_status answer_give(struct answer answer, quipu_ledger *ledger)
{
    quipu_status waited = answer_wait(answer, ledger);

    return waited == QUIPU_OK ? answer.status : waited;
}

/* What is zeroed if the answer of a call that writes will never be given. */
struct answer_results {
    quipu_result *results;   /* or NULL: the call writes nothing */
    quipu_receipt *receipts; /* or NULL */
    size_t count;
};

static inline void answer_zero(const struct answer_results *of)
{
    if (of->results != NULL) memset(of->results, 0, of->count * sizeof *of->results);
    if (of->receipts != NULL) memset(of->receipts, 0, of->count * sizeof *of->receipts);
}

#endif
