/* accept.c - from the answer of a call to a pending completion; see queue.h. */
#include "base/event.h"
#include "base/fork.h"
#include "queue/queue.h"

quipu_status quipui_queue_status(const quipu_queue *queue)
{
    if (queue->generation != quipui_fork_generation()) return QUIPU_FENCED; /* Q5 */
    return pending_is_full(&queue->pending) ? QUIPU_BUSY : QUIPU_OK;
}

void quipui_queue_tell(quipu_queue *queue)
{
    if (queue->readable) return;
    queue->readable = true;
    if (queue->journal == NULL) {
        quipui_event_set(queue->event);
    } else {
        quipui_watcher_tell_itself(quipui_journal_waiters(queue->journal), &queue->watcher);
    }
}

/* The thread is woken at this horizon, or now. */
static void expect(quipu_queue *queue, uint64_t needs)
{
    if (!quipui_journal_expect(queue->journal, &queue->watcher, needs)) quipui_queue_tell(queue);
}

/* There is room in the ring when all that was drawn by now is in the log. (Q4) */
static quipu_status refuse_for_room(quipu_queue *queue)
{
    queue->retry = clock_last(&queue->ledger->store.clock) + 1;
    expect(queue, queue->retry);
    return QUIPU_BUSY;
}

/* A buffered journal keeps no answer back, unless it has failed. */
static void settle_buffered(quipu_queue *queue, struct pending_entry *entry)
{
    quipu_status status;

    if (entry->answer.after != ANSWER_KEPT || !quipui_journal_is_buffered(queue->journal)) return;
    entry->answer.after = ANSWER_NOW;
    status = quipui_journal_status(queue->journal);
    if (status != QUIPU_OK) pending_fail(entry, status);
}

/* Of a durable ledger. What hangs on nothing is in its place among what hangs on a horizon. */
static void accept_durable(quipu_queue *queue, struct pending_entry *entry)
{
    const struct answer *answer = &entry->answer;
    uint64_t durable = quipui_journal_durable(queue->journal);

    settle_buffered(queue, entry);
    if (answer->after == ANSWER_NOW || answer->hangs_on < durable) {
        quipui_pending_push(&queue->pending,
                            answer->after == ANSWER_NOW ? durable : answer->hangs_on + 1);
        quipui_queue_tell(queue);
    } else {
        quipui_pending_push(&queue->pending, answer->hangs_on + 1);
        expect(queue, answer->hangs_on + 1);
    }
}

quipu_status quipui_queue_accept(quipu_queue *queue, void *context)
{
    struct pending_entry *entry = pending_next(&queue->pending);
    quipu_status status = entry->answer.status;

    if (queue->flights != NULL) return quipui_far_queue_accept(queue, context);
    if (status == QUIPU_INVALID || status == QUIPU_UNSUPPORTED) return status;
    if (status == QUIPU_BUSY) return refuse_for_room(queue);
    entry->context = context;
    if (queue->journal != NULL) {
        accept_durable(queue, entry);
    } else {
        quipui_pending_push(&queue->pending, 0);
        quipui_queue_tell(queue);
    }
    return QUIPU_OK;
}
