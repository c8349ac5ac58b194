/* queue.c - opening and closing a queue; reaping; waiting. See queue.h. */
#include "queue/queue.h"

#include "api/outside.h"
#include "base/event.h"
#include "base/fork.h"
#include "connect/flights.h"

static bool is_aligned(const void *at, size_t alignment)
{
    return at != NULL && (uintptr_t)at % alignment == 0;
}

static quipu_status open_queue(quipu_ledger *ledger, uint32_t depth, quipu_queue **opened)
{
    char *memory = quipui_memory_take(QUEUE_BYTES + quipui_pending_bytes(depth));
    quipu_queue *queue = (quipu_queue *)(void *)memory;
    int event;

    if (queue == NULL) return QUIPU_NO_MEMORY;
    event = quipui_event_open();
    if (event < 0) {
        quipui_memory_give_back(queue);
        return QUIPU_NO_MEMORY;
    }
    *queue = (quipu_queue){.ledger = ledger,
                           .host = ledger,
                           .journal = ledger->store.journal,
                           .generation = quipui_fork_generation(),
                           .event = event,
                           .retry = QUEUE_NO_RETRY};
    quipui_pending_open(&queue->pending, depth, memory + QUEUE_BYTES);
    if (queue->journal != NULL) {
        quipui_watchers_join(quipui_journal_waiters(queue->journal), &queue->watcher, event);
    }
    /* relaxed: only counted; see close_ledger(). */
    (void)add_relaxed(&ledger->queues, 1);
    *opened = queue;
    return QUIPU_OK;
}

quipu_status quipu_queue_open(quipu_ledger *ledger, uint32_t depth, quipu_queue **queue)
{
    struct outside before;
    quipu_status status;

    if (ledger == NULL || !is_aligned(queue, _Alignof(quipu_queue *))) return QUIPU_INVALID;
    *queue = NULL;
    if (depth == 0 || depth > QUIPU_QUEUE_DEPTH_MAX) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status != QUIPU_OK && status != LEDGER_ELSEWHERE) return status;
    before = outside_begin();
    status = status == QUIPU_OK ? open_queue(ledger, depth, queue)
                                : quipui_far_queue_open(ledger, depth, queue);
    outside_end(before);
    return status;
}

/* Is this a child of the process whose queue it is? (Q5) */
static bool is_of_parent(const quipu_queue *queue)
{
    return queue->generation != quipui_fork_generation();
}

static void close_queue(quipu_queue *queue)
{
    if (!is_of_parent(queue)) {
        if (queue->journal != NULL) {
            quipui_watchers_leave(quipui_journal_waiters(queue->journal), &queue->watcher);
        }
        /* relaxed: only counted; see close_ledger(). */
        (void)sub_relaxed(&queue->host->queues, 1);
    }
    if (queue->flights != NULL) {
        quipui_far_queue_close(queue);
    } else {
        quipui_event_close(queue->event);
    }
    quipui_memory_give_back(queue);
}

static uint32_t count_in_flight(const quipu_queue *queue)
{
    return queue->flights != NULL ? quipui_flights_count(queue->flights) : queue->pending.count;
}

quipu_status quipu_queue_close(quipu_queue *queue)
{
    struct outside before;

    if (queue == NULL) return QUIPU_INVALID;
    if (count_in_flight(queue) > 0 && !is_of_parent(queue)) return QUIPU_BUSY;
    before = outside_begin();
    close_queue(queue);
    outside_end(before);
    return QUIPU_OK;
}

int quipu_queue_fd(const quipu_queue *queue)
{
    return queue != NULL ? queue->event : -1;
}

/* What the journal shows. If it has failed, that is known before the horizon is: it is the last. */
struct shown {
    quipu_status failed;
    uint64_t horizon;
};

static struct shown look(const quipu_queue *queue)
{
    struct shown shown = {QUIPU_OK, UINT64_MAX};

    if (queue->journal == NULL) return shown;
    shown.failed = quipui_journal_status(queue->journal);
    shown.horizon = quipui_journal_durable(queue->journal);
    return shown;
}

static bool is_settled(const struct shown *shown, uint64_t needs)
{
    return needs <= shown->horizon || shown->failed != QUIPU_OK;
}

/* Take what is ready. (Q1) */
static size_t take(quipu_queue *queue, quipu_completion *completions, size_t capacity)
{
    struct shown shown = look(queue);
    size_t taken = 0;

    while (taken < capacity && queue->pending.count > 0) {
        uint64_t needs = pending_least(&queue->pending);
        struct pending_entry *entry;

        if (!is_settled(&shown, needs)) break;
        entry = quipui_pending_pop(&queue->pending);
        if (needs > shown.horizon) pending_fail(entry, shown.failed);
        completions[taken++] = (quipu_completion){.context = entry->context,
                                                  .status = entry->answer.status,
                                                  .count = entry->count,
                                                  .horizon = entry->horizon};
    }
    return taken;
}

/* Can a submit that was refused be made again, for the first time? (Q4) */
static bool is_to_retry(quipu_queue *queue)
{
    struct shown shown;

    if (queue->retry == QUEUE_NO_RETRY) return false;
    shown = look(queue);
    if (!is_settled(&shown, queue->retry)) return false;
    queue->retry = QUEUE_NO_RETRY;
    return true;
}

static bool is_ready(quipu_queue *queue)
{
    struct shown shown = look(queue);

    if (is_to_retry(queue)) return true;
    return queue->pending.count > 0 && is_settled(&shown, pending_least(&queue->pending));
}

/* The least horizon that the thread is to be woken for. */
static uint64_t least_of(const quipu_queue *queue)
{
    uint64_t least = pending_least(&queue->pending);

    return least < queue->retry ? least : queue->retry;
}

/* Nothing is ready: the descriptor is to be QUIET. Returns true if something has become ready
 * meanwhile. (Q3) */
static bool go_quiet(quipu_queue *queue)
{
    bool is_there = false;

    if (queue->journal != NULL) {
        is_there = quipui_watcher_sleeps(quipui_journal_waiters(queue->journal), &queue->watcher,
                                         least_of(queue));
    } else if (queue->readable) {
        (void)quipui_event_clear(queue->event);
    }
    queue->readable = is_there;
    return is_there;
}

size_t quipu_reap(quipu_queue *queue, quipu_completion *completions, size_t capacity)
{
    size_t taken;

    if (queue == NULL || !is_aligned(completions, _Alignof(quipu_completion)) || capacity == 0) {
        return 0;
    }
    if (is_of_parent(queue)) return 0;
    if (queue->flights != NULL) return quipui_flights_reap(queue->flights, completions, capacity);
    taken = take(queue, completions, capacity);
    if (taken > 0) return taken;
    if (is_to_retry(queue)) {
        quipui_queue_tell(queue);
        return 0;
    }
    return go_quiet(queue) ? take(queue, completions, capacity) : 0;
}

/* Ready, or asleep until the descriptor is readable. */
static quipu_status wait_for(quipu_queue *queue, uint64_t deadline)
{
    /* Ends: something is ready, or the time is over. */
    while (!is_ready(queue)) {
        if (queue->pending.count == 0 && queue->retry == QUEUE_NO_RETRY) return QUIPU_BUSY;
        if (go_quiet(queue)) continue;
        if (!quipui_event_wait(queue->event, deadline)) return QUIPU_BUSY;
    }
    return QUIPU_OK;
}

quipu_status quipu_queue_wait(quipu_queue *queue, uint64_t timeout_ns)
{
    struct outside before;
    quipu_status status;

    if (queue == NULL) return QUIPU_INVALID;
    if (is_of_parent(queue)) return QUIPU_FENCED;
    if (queue->flights == NULL && is_ready(queue)) return QUIPU_OK;
    before = outside_begin();
    status = queue->flights != NULL ? quipui_flights_wait(queue->flights, timeout_ns)
                                    : wait_for(queue, quipui_event_deadline(timeout_ns));
    outside_end(before);
    return status;
}
