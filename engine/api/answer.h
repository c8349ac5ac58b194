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

/* Memory that is zeroed if the answer will never be given; bytes 0: none. */
struct answer_memory {
    void *at;
    size_t bytes;
};

struct answer {
    bool never_waits; /* said before: the call is not to wait for room in a ring, but QUIPU_BUSY */
    quipu_status status;
    enum answer_after after;
    uint64_t hangs_on; /* a timestamp (journal.h, H3) */
    struct answer_memory results, receipts;
};

/* The answer hangs on nothing. */
static inline void answer_now(struct answer *answer, quipu_status status)
{
    answer->status = status;
    answer->after = ANSWER_NOW;
}

static inline void answer_clear(const struct answer_memory *memory)
{
    if (memory->bytes != 0) memset(memory->at, 0, memory->bytes);
}

/* It will never be given, for this reason. */
static inline void answer_fail(struct answer *answer, quipu_status status)
{
    answer_now(answer, status);
    answer_clear(&answer->results);
    answer_clear(&answer->receipts);
}

/* A reading call has come to `status` and has seen everything up to `seen`. */
static inline void answer_read(struct answer *answer, quipu_ledger *ledger, quipu_status status,
                               uint64_t seen)
{
    answer_now(answer, status);
    if (status != QUIPU_OK || !ledger_reads_wait(ledger)) return;
    answer->after = ANSWER_KEPT;
    answer->hangs_on = ledger_read_hangs_on(ledger, seen);
}

/* The second half of a call: return its status, once it may be given. */
static inline quipu_status answer_wait(struct answer *answer, quipu_ledger *ledger)
{
    struct journal *journal;
    quipu_status waited;

    if (answer->after == ANSWER_NOW) return answer->status;
    journal = ledger->store.journal;
    waited = answer->after == ANSWER_KEPT ? quipui_journal_wait(journal, answer->hangs_on)
                                          : quipui_journal_sync(journal, answer->hangs_on);
    if (waited != QUIPU_OK) answer_fail(answer, waited);
    return answer->status;
}

#endif
