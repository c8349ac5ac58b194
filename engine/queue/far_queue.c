/* far_queue.c - a queue whose ledger is in a daemon; see queue.h, Q6. */
#include "api/connected.h"
#include "base/fork.h"
#include "connect/flights.h"
#include "queue/queue.h"

/* A submit returns what the call on the queue's handle does. The rest comes as an answer. */
quipu_status quipui_far_queue_accept(quipu_queue *queue, void *context)
{
    quipu_status status = pending_next(&queue->pending)->answer.status;

    if (status == QUIPU_OK) quipui_flights_name(queue->flights, context);
    return status;
}

static quipu_status connect_queue(quipu_queue *queue, quipu_ledger *host, uint32_t depth)
{
    quipu_status status;

    *queue = (quipu_queue){
        .host = host, .generation = quipui_fork_generation(), .retry = QUEUE_NO_RETRY};
    status = quipui_connected_beside(host, depth, &queue->ledger);
    if (status != QUIPU_OK) return status;
    queue->flights = quipui_connection_flights(queue->ledger->connection);
    queue->event = quipui_flights_descriptor(queue->flights);
    return QUIPU_OK;
}

quipu_status quipui_far_queue_open(quipu_ledger *host, uint32_t depth, quipu_queue **opened)
{
    char *memory = quipui_memory_take(QUEUE_BYTES + quipui_pending_bytes(1));
    quipu_queue *queue = (quipu_queue *)(void *)memory;
    quipu_status status;

    if (queue == NULL) return QUIPU_NO_MEMORY;
    status = connect_queue(queue, host, depth);
    if (status != QUIPU_OK) {
        quipui_memory_give_back(queue);
        return status;
    }
    quipui_pending_open(&queue->pending, 1, memory + QUEUE_BYTES);
    /* relaxed: only counted; see quipui_connected_close(). */
    (void)add_relaxed(&host->queues, 1);
    *opened = queue;
    return QUIPU_OK;
}

/* Its handle is the last that has the link: nothing is in flight, or this is a child of fork(). */
void quipui_far_queue_close(quipu_queue *queue)
{
    (void)quipui_connected_close(queue->ledger);
}
