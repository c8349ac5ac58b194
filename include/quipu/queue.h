/* queue.h - calls that do not wait: submit one, go on, reap its completion later.
 *
 * A queue belongs to one event loop: one thread at a time. A ledger has any number of queues.
 *
 * A submit does what the call of the same name in quipu.h does, at once and on the caller's thread,
 * and returns without waiting for the disk. Its completion comes when the answer is durable: what
 * the call created is on disk, and so is all that it has seen (options.reads and
 * options.durability say what that means, as for the call itself). In memory that is at once.
 *
 * A submit returns
 *
 *   QUIPU_OK           it is accepted: exactly one completion comes
 *   QUIPU_BUSY         nothing was done (results may have been zeroed), and no completion comes. If
 *                      `depth` submits are in flight: reap, then submit again. Otherwise the disk
 *                      is behind by thousands of events, and the descriptor becomes readable when
 *                      it has caught up: submit again then
 *   QUIPU_INVALID      as the call of the same name, or queue is NULL; nothing was done, and no
 *                      completion comes
 *   QUIPU_UNSUPPORTED  as the call of the same name; nothing was done, and no completion comes
 *   QUIPU_FENCED       this is a child of fork(); see below
 *
 * Everything else that the call would return is the status of the completion. (Of a connected
 * ledger see below.)
 *
 * A submit takes as long as the call takes in memory: locks, and calls of other threads that have
 * them, are waited for. Three waits can last as long as a sync of the disk, all of them rare:
 * behind a plain call of another thread that itself waits for room, having filled its share of
 * the journal with thousands of events, while it creates accounts, imports, or writes under rcu;
 * where more than 16,000 holds fall due during one sync; and, of imports, for a checkpoint that is
 * copying (quipu_checkpoint()).
 *
 * All memory that a submit is given belongs to the library until the completion is reaped: events
 * must stay as they are, and what is in the results means nothing before that. A completion whose
 * status is not QUIPU_OK says of its results what the call would say.
 *
 * Completions come in the order in which the answers become durable, which need not be that of the
 * submits; in memory it is. A loop sleeps on quipu_queue_fd(), which is readable while there is
 * something to reap. A loop that was woken reaps until quipu_reap() returns 0; only after that is a
 * wake-up due again, so one wake-up serves all that one sync of the disk has made durable. With
 * edge-triggered notification (EPOLLET, a multishot poll of io_uring) the same rule misses nothing.
 * A loop may be woken and find nothing.
 *
 * On a handle of quipu_connect() a queue has a connection of its own. A submit writes a request,
 * and the daemon executes it before its completion comes: those of one queue in the order of
 * submits, at no certain time relative to calls on the handle. What differs:
 *
 *   reads     an answer of more than QUIPU_BATCH_MAX records comes in parts; its completion comes
 *             with the last one, and shorter calls may complete before it
 *   busy      QUIPU_BUSY also says that requests in flight fill the memory that passes them on (2
 *             MiB): reap, then submit again
 *   status    what only the daemon can tell comes with the completion. Submits of calls that write
 *             return QUIPU_UNSUPPORTED if there is no right to write, and of a commit with more
 *             than 16 expectations QUIPU_NO_MEMORY if memory for a copy could not be had
 *   death     if the daemon ends, what it has answered completes as it should. All else that is in
 *             flight completes with QUIPU_IO, and results of 0; it may have been executed (see
 *             connect.h). From then on submits return QUIPU_IO, having done nothing, and the
 *             descriptor stays readable until the queue is closed. Open another queue then
 *   timeout   quipu_connect_options.timeout holds for opening a queue, not for what is in flight
 *
 *   threads  one at a time per queue; queues of one ledger in any number of threads. Handing a
 *            queue from one thread to another is the host's to order
 *   fork     a queue stays with the process that opened it. In a child of fork(), submits and
 *            quipu_queue_wait() return QUIPU_FENCED and quipu_reap() 0; quipu_queue_close() gives
 *            back the child's copy, also with submits in flight. What the parent's queue does is
 *            not disturbed. Queues of the parent do not keep a child from closing its copy of the
 *            ledger, nor from opening queues on it */
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
 *   units    depth: how many submits may be in flight, that is, not reaped yet:
 *            1..QUIPU_QUEUE_DEPTH_MAX; *queue is NULL unless QUIPU_OK
 *   returns  QUIPU_OK         *queue is open; give it to quipu_queue_close() before the ledger is
 *                             closed
 *            QUIPU_INVALID    NULL, misaligned, depth out of range
 *            QUIPU_NO_MEMORY  memory, or a file descriptor, could not be had
 *            QUIPU_BUSY, QUIPU_FENCED  as quipu_sync()
 *            QUIPU_BUSY, QUIPU_IO, QUIPU_UNSUPPORTED  on a handle of quipu_connect(), and as that
 *                             call: the queue is one more client of the daemon
 *   threads  any; while a queue is open quipu_close() returns QUIPU_BUSY
 *   cost     O(depth), some 200 bytes each; one file descriptor. On a handle of quipu_connect() as
 *            that call, too */
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

/* Take completions that are ready.
 *
 *   units    at most `capacity` completions
 *   returns  how many; 0 if there is nothing to reap, or if an argument is NULL, misaligned or 0
 *   threads  the one of the queue; never waits
 *   order    all that a completion says happens-before its reaping
 *   cost     O(completions log depth); only a call that returns 0 makes a system call */
QUIPU_PUBLIC size_t quipu_reap(quipu_queue *queue, quipu_completion *completions, size_t capacity);

/* Wait until there is something to reap: for programs that have no event loop.
 *
 *   units    timeout in ns; 0: do not wait; 2^64-1: for ever
 *   returns  QUIPU_OK       there is something to reap, or a submit for which the disk was behind
 *                           can be made again
 *            QUIPU_BUSY     the time is over, or nothing is in flight
 *            QUIPU_INVALID  queue is NULL
 *            QUIPU_FENCED   this is a child of fork()
 *   threads  the one of the queue; a signal does not end the wait */
QUIPU_PUBLIC quipu_status quipu_queue_wait(quipu_queue *queue, uint64_t timeout_ns);

/* --- submits: arguments, units and cost as those of the calls in quipu.h --- */

/* As quipu_create_accounts().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_create_accounts(quipu_queue *queue,
                                                       const quipu_account *events, size_t count,
                                                       quipu_result *results, void *context);

/* As quipu_create_transfers().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_create_transfers(quipu_queue *queue,
                                                        const quipu_transfer *events, size_t count,
                                                        quipu_result *results, void *context);

/* As quipu_commit().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_commit(quipu_queue *queue,
                                              const quipu_expectation *expectations,
                                              size_t expectation_count,
                                              const quipu_transfer *events, size_t count,
                                              quipu_result *results,
                                              quipu_receipt *receipts /* or NULL */, void *context);

/* As quipu_lookup_accounts().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_lookup_accounts(quipu_queue *queue, const quipu_uint128 *ids,
                                                       size_t count, quipu_account *accounts,
                                                       uint64_t *versions /* or NULL */,
                                                       void *context);

/* As quipu_lookup_transfers().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_lookup_transfers(
    quipu_queue *queue, const quipu_uint128 *ids, size_t count, quipu_transfer *transfers,
    quipu_transfer_versions *versions /* or NULL */, void *context);

/* As quipu_lookup_holds().
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_lookup_holds(quipu_queue *queue, const quipu_uint128 *ids,
                                                    size_t count, quipu_hold *holds, void *context);

/* As quipu_get_account_transfers(); completion.count says how many records there are.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_get_account_transfers(quipu_queue *queue,
                                                             const quipu_account_filter *filter,
                                                             quipu_transfer *transfers,
                                                             size_t capacity, void *context);

/* As quipu_get_account_balances(); completion.count says how many records there are.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_get_account_balances(quipu_queue *queue,
                                                            const quipu_account_filter *filter,
                                                            quipu_account_balance *balances,
                                                            size_t capacity, void *context);

/* As quipu_get_account_holds(); completion.count says how many records there are.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_get_account_holds(quipu_queue *queue,
                                                         const quipu_account_filter *filter,
                                                         quipu_hold *holds, size_t capacity,
                                                         void *context);

/* As quipu_query_accounts(); completion.count says how many records there are.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_query_accounts(quipu_queue *queue,
                                                      const quipu_query_filter *filter,
                                                      quipu_account *accounts, size_t capacity,
                                                      void *context);

/* As quipu_query_transfers(); completion.count says how many records there are.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_query_transfers(quipu_queue *queue,
                                                       const quipu_query_filter *filter,
                                                       quipu_transfer *transfers, size_t capacity,
                                                       void *context);

/* As quipu_get_changes(); completion.count says how many records there are, completion.horizon
 * what the call puts in *horizon.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_get_changes(quipu_queue *queue,
                                                   const quipu_change_filter *filter,
                                                   quipu_change *changes, size_t capacity,
                                                   void *context);

/* Completes when all that calls have returned by now, or that was submitted in this queue, is on
 * disk; in memory, at once.
 *
 *   returns  as every submit (see the head of this file)
 *   threads  the one of the queue */
QUIPU_PUBLIC quipu_status quipu_submit_sync(quipu_queue *queue, void *context);

#ifdef __cplusplus
}
#endif

#endif
