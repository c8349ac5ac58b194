/* queue.h - submits and their completions; include/quipu/queue.h says what they promise.
 *
 * A submit executes its call at once, on the caller's thread, by the same code as the plain call
 * (api/execute.h), and keeps the answer as *pending*: it needs a horizon. Nobody touches it until
 * it is reaped. Whether it is ready is decided by reaping, which compares with the horizon that the
 * journal shows; so the flusher has only to wake the thread, by the queue's descriptor.
 *
 *        submit, something is ready                     the flusher: least is served (Y3)
 *     +------------------------------> READABLE <-------------------------------+
 *   QUIET                                                                     QUIET
 *     +<------------------------------ READABLE
 *        a reap finds nothing: the descriptor is read, then the horizon is compared (Y4)
 *
 *   Q1  an entry is given to one completion, when the horizon that it needs is shown or the journal
 *       has failed; by order of need (P1)
 *   Q2  while something is ready that no reap has seen, the descriptor is READABLE, or a write to
 *       it is on its way. In memory only the queue's own thread writes it; with a journal the rules
 *       are those of watchers.h, Y1 to Y6
 *   Q3  a reap that finds something leaves the descriptor as it is. One that finds nothing leaves
 *       it QUIET
 *   Q4  a submit waits for no sync: where its call would wait for room in a ring it returns
 *       QUIPU_BUSY, and `retry` is the horizon at which there is room: the thread is woken then. A
 *       reap that finds `retry` settled leaves the descriptor READABLE once more: the thread may
 *       have reaped before it was woken
 *   Q5  a queue is of the process that opened it: a child of fork() has the same descriptor, which
 *       is the parent's
 *   Q6  a queue whose ledger is in a daemon (*far*) has a handle of its own, beside the host's. A
 *       call on that handle is checked as any call, and then submitted: connect/flights.h has the
 *       rules L1 to L5. Of `pending` such a queue uses one entry: what a submit leaves behind */
#ifndef QUIPU_QUEUE_QUEUE_H
#define QUIPU_QUEUE_QUEUE_H

#include "queue/pending.h"
#include "quipu/queue.h"

#define QUEUE_NO_RETRY WATCHER_NOTHING

struct quipu_queue {
    quipu_ledger *ledger;    /* that submits are made on */
    quipu_ledger *host;      /* that it was opened on */
    struct flights *flights; /* of a far queue, or NULL (Q6) */
    struct journal *journal; /* or NULL */
    uint64_t generation;     /* of forks (Q5) */
    int event;
    bool readable; /* surely; with a journal it may be without this */
    uint64_t retry;
    struct pending pending;
    struct watcher watcher; /* of a queue with a journal */
};

/* Can a submit be made? QUIPU_OK, or what it returns. */
quipu_status quipui_queue_status(const quipu_queue *queue);

/* Something is ready: the descriptor is to be READABLE. (Q2) */
void quipui_queue_tell(quipu_queue *queue);

/* The answer in pending_next() is what a submit's call has come to; returns what the submit
 * does. */
quipu_status quipui_queue_accept(quipu_queue *queue, void *context);

/* far_queue.c: the same of a far queue; and opening one, whose arguments were checked. */
quipu_status quipui_far_queue_accept(quipu_queue *queue, void *context);
quipu_status quipui_far_queue_open(quipu_ledger *host, uint32_t depth, quipu_queue **opened);
void quipui_far_queue_close(quipu_queue *queue);

/* So that what is behind it is aligned, too. */
#define QUEUE_BYTES ((sizeof(quipu_queue) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE)

#endif
