/* server_submit.c - jobs as submits of one queue: the loop waits for no sync, and one sync serves
 * all clients. In memory a submit is complete when it returns, and is reaped then. */
#include "server/server_parts.h"

#define EACH(job, type) ((const type *)(const void *)(job)->each)
#define FILTER(job, type) ((const type *)(const void *)(job)->once)
#define OUT(job, type) ((type *)(void *)(job)->out_each)
#define BESIDE(job, type) ((type *)(void *)(job)->out_beside)

enum { REAPED_AT_ONCE = 64 };

bool server_open_queue(struct server *server)
{
    size_t depth = server->options.clients_max * SERVER_JOBS_MAX;

    return quipu_queue_open(server->options.ledger, (uint32_t)depth, &server->queue) == QUIPU_OK;
}

static quipu_status submit_write(quipu_queue *queue, struct job *job)
{
    const quipu_transfer *transfers = EACH(job, quipu_transfer);
    quipu_result *results = OUT(job, quipu_result);
    size_t count = job->request.count;

    switch (job->request.kind) {
    case WIRE_CREATE_ACCOUNTS:
        return quipu_submit_create_accounts(queue, EACH(job, quipu_account), count, results, job);
    case WIRE_CREATE_TRANSFERS:
        return quipu_submit_create_transfers(queue, transfers, count, results, job);
    default:
        return quipu_submit_commit(queue, (const quipu_expectation *)(void *)job->expectations,
                                   job->request.expectation_count, transfers, count, results,
                                   BESIDE(job, quipu_receipt), job);
    }
}

static quipu_status submit_lookup(quipu_queue *queue, struct job *job)
{
    const quipu_uint128 *ids = EACH(job, quipu_uint128);
    size_t count = job->request.count;

    switch (job->request.kind) {
    case WIRE_LOOKUP_ACCOUNTS:
        return quipu_submit_lookup_accounts(queue, ids, count, OUT(job, quipu_account),
                                            BESIDE(job, uint64_t), job);
    case WIRE_LOOKUP_TRANSFERS:
        return quipu_submit_lookup_transfers(queue, ids, count, OUT(job, quipu_transfer),
                                             BESIDE(job, quipu_transfer_versions), job);
    default: return quipu_submit_lookup_holds(queue, ids, count, OUT(job, quipu_hold), job);
    }
}

static quipu_status submit_read(quipu_queue *queue, struct job *job)
{
    const quipu_account_filter *account = FILTER(job, quipu_account_filter);
    const quipu_query_filter *query = FILTER(job, quipu_query_filter);
    quipu_transfer *transfers = OUT(job, quipu_transfer);
    size_t most = wire_part(job->request.count - job->before);

    switch (job->request.kind) {
    case WIRE_GET_ACCOUNT_TRANSFERS:
        return quipu_submit_get_account_transfers(queue, account, transfers, most, job);
    case WIRE_GET_ACCOUNT_BALANCES:
        return quipu_submit_get_account_balances(queue, account, OUT(job, quipu_account_balance),
                                                 most, job);
    case WIRE_GET_ACCOUNT_HOLDS:
        return quipu_submit_get_account_holds(queue, account, OUT(job, quipu_hold), most, job);
    case WIRE_QUERY_ACCOUNTS:
        return quipu_submit_query_accounts(queue, query, OUT(job, quipu_account), most, job);
    case WIRE_QUERY_TRANSFERS:
        return quipu_submit_query_transfers(queue, query, transfers, most, job);
    default:
        return quipu_submit_get_changes(queue, FILTER(job, quipu_change_filter),
                                        OUT(job, quipu_change), most, job);
    }
}

/* There is no submit of quipu_horizon(). A look for changes at the end of time gives it, too. */
static quipu_status submit_horizon(quipu_queue *queue, struct job *job)
{
    job->at_the_end = (quipu_change_filter){.after_timestamp = INT64_MAX, .limit = 1};
    return quipu_submit_get_changes(queue, &job->at_the_end, &job->no_change, 1, job);
}

/* As a submit. The rest waits for nothing. */
static quipu_status submit(struct server *server, struct job *job)
{
    quipu_queue *queue = server->queue;

    if (job->request.kind <= WIRE_COMMIT) return submit_write(queue, job);
    if (job->request.kind <= WIRE_LOOKUP_HOLDS) return submit_lookup(queue, job);
    if (job->request.kind <= WIRE_GET_CHANGES) return submit_read(queue, job);
    if (job->request.kind == WIRE_HORIZON) return submit_horizon(queue, job);
    return quipu_submit_sync(queue, job);
}

/* What a job has come to. */
static struct job *complete(const quipu_completion *completion)
{
    struct job *job = completion->context;

    job->answer.horizon = completion->horizon;
    if (job->request.kind <= WIRE_COMMIT) {
        job_end_write(job, completion->status);
    } else if (job->request.kind <= WIRE_LOOKUP_HOLDS) {
        job_end_read(job, completion->status, job->request.count);
    } else {
        job_end_read(job, completion->status,
                     job->request.kind == WIRE_HORIZON ? 0 : completion->count);
    }
    return job;
}

/* In memory: what was submitted just now is all that there is to reap. The queue's descriptor stays
 * readable, so no call of the system is made. Nobody watches it. */
static bool complete_at_once(struct server *server)
{
    quipu_completion completion;

    if (quipu_reap(server->queue, &completion, 1) != 1) return false;
    (void)complete(&completion);
    return true;
}

/* The disk is behind: the client waits, and so does its next request. */
static void put_off(struct server *server, struct job *job)
{
    job->client->waits = true;
    job->next = NULL;
    *server->last_put_off = job;
    server->last_put_off = &job->next;
}

bool server_submit(struct server *server, struct job *job)
{
    quipu_status status = submit(server, job);

    switch (status) {
    case QUIPU_OK: return server->options.is_durable || !complete_at_once(server);
    case QUIPU_BUSY: put_off(server, job); return true;
    default: job->answer.status = status; return false;
    }
}

/* Submit again what was put off, in the same order. */
static void submit_again(struct server *server)
{
    struct job *job = server->put_off;

    server->put_off = NULL;
    server->last_put_off = &server->put_off;
    while (job != NULL) {
        struct job *next = job->next;

        job->client->waits = false;
        if (!server_submit(server, job)) client_answer(server, job);
        job = next;
    }
}

bool server_reap(struct server *server)
{
    quipu_completion completions[REAPED_AT_ONCE];
    bool any = false;
    size_t count;

    if (server->jobs == 0) return false;
    /* Ends: each turn answers, and nothing is submitted meanwhile. */
    while ((count = quipu_reap(server->queue, completions, REAPED_AT_ONCE)) > 0) {
        for (size_t i = 0; i < count; i++)
            client_answer(server, complete(&completions[i]));
        any = true;
    }
    if (server->put_off != NULL) submit_again(server);
    return any;
}
