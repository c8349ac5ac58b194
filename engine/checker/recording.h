/* recording.h - what threads asked of a ledger and what it answered: the checker's input.
 *
 * A history is a tape per thread; a tape is calls in order; a call is steps in order. Steps that
 * take effect together, at one instant, are a *unit*: the transaction of the checker.
 *
 *   ACCOUNT   an account that was created, or the state that the history found it in; a unit each
 *   EXPECT    a commit expected the account at a version; in the unit of the next TRANSFERs
 *   TRANSFER  one event and its outcome; in one unit with the next TRANSFER if it is linked
 *   READ      an account as it was seen. After a TRANSFER: its receipt, in its unit. Otherwise:
 *             all READs in a row are one unit, of one instant (a lookup, or a snapshot)
 *   FIND      a transfer was looked up by its id; a unit each
 *
 * Units of one call take effect in their order. Expiries are no steps: no thread asks for them. The
 * checker infers them from the versions that no step gave. The form on disk:
 * docs/history-format.md.
 *
 * Tapes are plain memory: one thread writes each, and a reader joins that thread first. */
#ifndef QUIPU_CHECKER_RECORDING_H
#define QUIPU_CHECKER_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/quipu.h"

enum history_promise {
    HISTORY_SERIALIZABLE, /* strictly: optimistic, mutex, rcu */
    HISTORY_PER_ACCOUNT   /* cas: each account is linearizable; reads of each total are exact */
};

enum history_kind { HISTORY_ACCOUNT, HISTORY_EXPECT, HISTORY_TRANSFER, HISTORY_READ, HISTORY_FIND };

struct history_step {
    enum history_kind kind;
    uint32_t status; /* ACCOUNT, TRANSFER: the outcome; FIND: 1 found, 0 not found */
    union {
        uint64_t version; /* ACCOUNT, EXPECT, READ; 0 in a READ: there was no such account */
        /* TRANSFER. Created: the versions that it gave. Refused: the versions that it was decided
         * on, which count the earlier changes of its chain. 0: not known. */
        quipu_transfer_versions versions;
    };
    union {
        quipu_account account;   /* ACCOUNT, READ; EXPECT: its id */
        quipu_transfer transfer; /* TRANSFER: as stored or, if refused, as asked; FIND: its id */
    };
};

/* Times in ns, by one monotonic clock for all threads: `begin` was read before the call, `end`
 * after it. */
struct history_call {
    uint64_t begin, end;
    quipu_status status; /* QUIPU_OK, or QUIPU_CONFLICT: none of its transfers has an outcome */
    /* No answer came, because its process was killed for instance. Each of its units took effect
     * as a whole, at an instant between `begin` and `end`, or not at all. Its steps are what it
     * asked: ACCOUNTs, EXPECTs and TRANSFERs. A step whose record was found in the end is
     * QUIPU_CREATED, and as stored; all others have status 0. `end` is when its process was known
     * to be dead, or UINT64_MAX if it may still take effect. */
    bool unanswered;
    size_t first_step, step_count;
};

struct tape {
    struct history_call *calls;
    size_t call_count, call_capacity;
    struct history_step *steps;
    size_t step_count, step_capacity;
};

struct history {
    enum history_promise promise;
    /* A store may wait in the processor's store buffer: others may see it this many ns after the
     * end of its call. 0 if threads fence before they read the clock at the end. */
    uint64_t slack;
    struct tape *tapes;
    size_t tape_count;
};

/* Set all fields to zero but the tapes. Returns false if memory runs out. */
bool history_open(struct history *history, size_t tape_count);
void history_close(struct history *history);

/* Forget all calls, keep the memory. */
void history_clear(struct history *history);

/* Make room, so that so many appends allocate nothing. Returns false if memory runs out. */
bool tape_reserve(struct tape *tape, size_t calls, size_t steps);

/* Begin a call, of status QUIPU_OK. Steps go to the last call. Both functions return NULL, and
 * change nothing, if memory runs out. What they return is valid until the next append. */
struct history_call *tape_call(struct tape *tape, uint64_t begin, uint64_t end);
struct history_step *tape_step(struct tape *tape, enum history_kind kind);

#endif
