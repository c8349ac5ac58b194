/* queue.h - calls that do not wait: submit one, go on, reap its completion later.
 *
 * A queue belongs to one event loop: one thread at a time. A ledger has any number of queues.
 *
 * A submit does what the call of the same name in quipu.h does, at once and on the caller's thread,
 * and never waits for a disk or a network. Its completion comes when the answer is durable: what
 * the call created is on disk, and so is all that it has seen (options.reads and
 * options.durability say what that means, as for the call itself). In memory that is at once.
 *
 * A submit returns
 *
 *   QUIPU_OK       it is accepted: exactly one completion comes
 *   QUIPU_BUSY     the queue is full, nothing was done: reap, then submit again
 *   QUIPU_INVALID  as the call of the same name; nothing was done, and no completion comes
 *   QUIPU_UNSUPPORTED  as the call of the same name; nothing was done, and no completion comes
 *
 * Everything else that the call would return is the status of the completion.
 *
 * All memory that a submit is given belongs to the library until the completion is reaped: events
 * must stay as they are, and what is in the results means nothing before that. A completion whose
 * status is not QUIPU_OK says of its results what the call would say.
 *
 * Completions come in the order in which the answers become durable, which need not be that of the
 * submits. A loop sleeps on quipu_queue_fd(): it is readable while there is something to reap. A
 * loop that was woken reaps until quipu_reap() returns 0; only after that is a wake-up due again,
 * so one wake-up serves all that one sync of the disk has made durable. With edge-triggered
 * notification (EPOLLET, a multishot poll of io_uring) the same rule misses nothing. A loop may be
 * woken and find nothing.
 *
 *   threads  one at a time per queue; queues of one ledger in any number of threads
 *   fork     a child of fork() has no part in a queue: submits, waits and closes return what calls
 *            on its ledger return there, and quipu_reap() returns 0 */
#ifndef QUIPU_QUEUE_H
#define QUIPU_QUEUE_H

#include "quipu/quipu.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct quipu_queue quipu_queue;

/* The answer to one submit. */
typedef struct quipu_completion {
    void *context;       /* of the submit */
    quipu_status status; /* what the call would have returned */
    uint32_t reserved;   /* zero */
    size_t count;        /* what the call would have put in *count; 0 for calls that have none */
    uint64_t horizon;    /* what the call would have put in *horizon; 0 for calls that have none */
} quipu_completion;

/* The most that may be in flight in one queue. */
#define QUIPU_QUEUE_DEPTH_MAX (UINT32_C(1) << 16)

/* Open a queue. All memory that it ever needs is taken now.
 *
 *   units    depth: how many submits may be in flight, that is not reaped yet;
 *            1..QUIPU_QUEUE_DEPTH_MAX; *queue is NULL unless QUIPU_OK
 *   returns  QUIPU_OK         *queue is open; give it to quipu_queue_close() before the ledger is
 *                             closed
 *            QUIPU_INVALID    NULL, misaligned, depth out of range
 *            QUIPU_NO_MEMORY  memory, or a file descriptor, could not be had
 *            QUIPU_BUSY, QUIPU_FENCED  as quipu_sync()
 *   threads  any
 *   cost     O(depth); one file descriptor */
QUIPU_PUBLIC quipu_status quipu_queue_open(quipu_ledger *ledger, uint32_t depth,
                                           quipu_queue **queue);

/* Close a queue.
 *
 *   returns  QUIPU_OK       the queue is gone, and its descriptor is closed
 *            QUIPU_INVALID  queue is NULL
 *            QUIPU_BUSY     something is in flight: reap it first; the queue is still open
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_queue_close(quipu_queue *queue);

/* A descriptor for poll(), epoll, io_uring or an event loop: readable while there is something to
 * reap. Only wait on it: do not read, write or close it.
 *
 *   returns  the descriptor; -1 if queue is NULL
 *   threads  any */
QUIPU_PUBLIC int quipu_queue_fd(const quipu_queue *queue);

/* Take completions.
 *
 *   units    at most `capacity` completions
 *   returns  how many; 0 if there is nothing to reap, or if an argument is NULL or misaligned
 *   threads  the one of the queue; never waits
 *   order    all that a completion says happens-before its reaping
 *   cost     O(completions); a call that returns 0 may make a system call */
QUIPU_PUBLIC size_t quipu_reap(quipu_queue *queue, quipu_completion *completions, size_t capacity);

/* Wait until there is something to reap: for programs that have no event loop.
 *
 *   units    timeout in ns; 0: do not wait; 2^64-1: for ever
 *   returns  QUIPU_OK       there is something to reap
 *            QUIPU_BUSY     the time is over, or nothing is in flight
 *            QUIPU_INVALID  queue is NULL
 *   threads  the one of the queue; a signal does not end the wait */
QUIPU_PUBLIC quipu_status quipu_queue_wait(quipu_queue *queue, uint64_t timeout_ns);

/* --- submits: arguments, units and cost as those of the calls in quipu.h --- */

QUIPU_PUBLIC quipu_status quipu_submit_create_accounts(quipu_queue *queue,
                                                       const quipu_account *events, size_t count,
                                                       quipu_result *results, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_create_transfers(quipu_queue *queue,
                                                        const quipu_transfer *events, size_t count,
                                                        quipu_result *results, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_commit(quipu_queue *queue,
                                              const quipu_expectation *expectations,
                                              size_t expectation_count,
                                              const quipu_transfer *events, size_t count,
                                              quipu_result *results,
                                              quipu_receipt *receipts /* or NULL */, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_lookup_accounts(quipu_queue *queue, const quipu_uint128 *ids,
                                                       size_t count, quipu_account *accounts,
                                                       uint64_t *versions /* or NULL */,
                                                       void *context);

QUIPU_PUBLIC quipu_status quipu_submit_lookup_transfers(
    quipu_queue *queue, const quipu_uint128 *ids, size_t count, quipu_transfer *transfers,
    quipu_transfer_versions *versions /* or NULL */, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_lookup_holds(quipu_queue *queue, const quipu_uint128 *ids,
                                                    size_t count, quipu_hold *holds, void *context);

/* Of the six below, completion.count says how many records there are. */

QUIPU_PUBLIC quipu_status quipu_submit_get_account_transfers(quipu_queue *queue,
                                                             const quipu_account_filter *filter,
                                                             quipu_transfer *transfers,
                                                             size_t capacity, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_get_account_balances(quipu_queue *queue,
                                                            const quipu_account_filter *filter,
                                                            quipu_account_balance *balances,
                                                            size_t capacity, void *context);

QUIPU_PUBLIC quipu_status quipu_submit_get_account_holds(quipu_queue *queue,
                                                         const quipu_account_filter *filter,
                                                         quipu_hold *holds, size_t capacity,
                                                         void *context);

QUIPU_PUBLIC quipu_status quipu_submit_query_accounts(quipu_queue *queue,
                                                      const quipu_query_filter *filter,
                                                      quipu_account *accounts, size_t capacity,
                                                      void *context);

QUIPU_PUBLIC quipu_status quipu_submit_query_transfers(quipu_queue *queue,
                                                       const quipu_query_filter *filter,
                                                       quipu_transfer *transfers, size_t capacity,
                                                       void *context);

/* completion.horizon is what quipu_get_changes() puts in *horizon. */
QUIPU_PUBLIC quipu_status quipu_submit_get_changes(quipu_queue *queue,
                                                   const quipu_change_filter *filter,
                                                   quipu_change *changes, size_t capacity,
                                                   void *context);

/* Completes when all that calls have returned by now, or were submitted in this queue, is on disk.
 * It waits for nothing itself. */
QUIPU_PUBLIC quipu_status quipu_submit_sync(quipu_queue *queue, void *context);

#ifdef __cplusplus
}
#endif

#endif
