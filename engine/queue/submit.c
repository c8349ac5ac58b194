/* submit.c - the submits: each is the first half of a call, see queue.h. */
#include "api/execute.h"
#include "queue/queue.h"

/* The entry for the answer of a call, or NULL: *status says why there is none. */
static struct pending_entry *begin(quipu_queue *queue, quipu_status *status)
{
    struct pending_entry *entry;

    *status = queue != NULL ? quipui_queue_status(queue) : QUIPU_INVALID;
    if (*status != QUIPU_OK) return NULL;
    entry = pending_next(&queue->pending);
    *entry = (struct pending_entry){.count = 0};
    return entry;
}

/* One submit, in a function that has `queue` and `context`: execute the call, and accept what it
 * has come to. */
#define SUBMIT(of, call, ...)                                                                      \
    do {                                                                                           \
        quipu_status status;                                                                       \
        struct pending_entry *entry = begin(queue, &status);                                       \
                                                                                                   \
        if (entry == NULL) return status;                                                          \
        entry->results = (of);                                                                     \
        entry->answer = quipui_execute_##call(queue->ledger, __VA_ARGS__);                         \
        return quipui_queue_accept(queue, context);                                                \
    } while (false)

#define SUBMIT_READ(...) SUBMIT(((struct answer_results){NULL, NULL, 0}), __VA_ARGS__)

quipu_status quipu_submit_create_accounts(quipu_queue *queue, const quipu_account *events,
                                          size_t count, quipu_result *results, void *context)
{
    const struct answer_results of = {results, NULL, count};

    SUBMIT(of, create_accounts, events, count, results, true);
}

quipu_status quipu_submit_create_transfers(quipu_queue *queue, const quipu_transfer *events,
                                           size_t count, quipu_result *results, void *context)
{
    const struct answer_results of = {results, NULL, count};

    SUBMIT(of, create_transfers, events, count, results, true);
}

quipu_status quipu_submit_commit(quipu_queue *queue, const quipu_expectation *expectations,
                                 size_t expectation_count, const quipu_transfer *events,
                                 size_t count, quipu_result *results, quipu_receipt *receipts,
                                 void *context)
{
    const struct answer_results of = {results, receipts, count};

    SUBMIT(of, commit, expectations, expectation_count, events, count, results, receipts, true);
}

quipu_status quipu_submit_lookup_accounts(quipu_queue *queue, const quipu_uint128 *ids,
                                          size_t count, quipu_account *accounts, uint64_t *versions,
                                          void *context)
{
    SUBMIT_READ(lookup_accounts, ids, count, accounts, versions);
}

quipu_status quipu_submit_lookup_transfers(quipu_queue *queue, const quipu_uint128 *ids,
                                           size_t count, quipu_transfer *transfers,
                                           quipu_transfer_versions *versions, void *context)
{
    SUBMIT_READ(lookup_transfers, ids, count, transfers, versions);
}

quipu_status quipu_submit_lookup_holds(quipu_queue *queue, const quipu_uint128 *ids, size_t count,
                                       quipu_hold *holds, void *context)
{
    SUBMIT_READ(lookup_holds, ids, count, holds);
}

quipu_status quipu_submit_get_account_transfers(quipu_queue *queue,
                                                const quipu_account_filter *filter,
                                                quipu_transfer *transfers, size_t capacity,
                                                void *context)
{
    SUBMIT_READ(get_account_transfers, filter, transfers, capacity, &entry->count);
}

quipu_status quipu_submit_get_account_balances(quipu_queue *queue,
                                               const quipu_account_filter *filter,
                                               quipu_account_balance *balances, size_t capacity,
                                               void *context)
{
    SUBMIT_READ(get_account_balances, filter, balances, capacity, &entry->count);
}

quipu_status quipu_submit_get_account_holds(quipu_queue *queue, const quipu_account_filter *filter,
                                            quipu_hold *holds, size_t capacity, void *context)
{
    SUBMIT_READ(get_account_holds, filter, holds, capacity, &entry->count);
}

quipu_status quipu_submit_query_accounts(quipu_queue *queue, const quipu_query_filter *filter,
                                         quipu_account *accounts, size_t capacity, void *context)
{
    SUBMIT_READ(query_accounts, filter, accounts, capacity, &entry->count);
}

quipu_status quipu_submit_query_transfers(quipu_queue *queue, const quipu_query_filter *filter,
                                          quipu_transfer *transfers, size_t capacity, void *context)
{
    SUBMIT_READ(query_transfers, filter, transfers, capacity, &entry->count);
}

quipu_status quipu_submit_get_changes(quipu_queue *queue, const quipu_change_filter *filter,
                                      quipu_change *changes, size_t capacity, void *context)
{
    SUBMIT_READ(get_changes, filter, changes, capacity, &entry->count, &entry->horizon);
}

quipu_status quipu_submit_sync(quipu_queue *queue, void *context)
{
    quipu_status status;
    struct pending_entry *entry = begin(queue, &status);

    if (entry == NULL) return status;
    entry->answer = quipui_execute_sync(queue->ledger);
    return quipui_queue_accept(queue, context);
}
