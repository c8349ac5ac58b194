/* server_execute.c - what a request asks for, as a call on the ledger. */
#include <string.h>

#include "server/server_parts.h"

/* The arguments of a job, as the calls want them. */
#define EACH(job, type) ((const type *)(const void *)(job)->each)
#define FILTER(job, type) ((const type *)(const void *)(job)->once)
#define OUT(job, type) ((type *)(void *)(job)->out_each)
#define BESIDE(job, type) ((type *)(void *)(job)->out_beside)

static void write_events(quipu_ledger *ledger, struct job *job)
{
    const struct wire_request *request = &job->request;
    quipu_result *results = OUT(job, quipu_result);

    switch (request->kind) {
    case WIRE_CREATE_ACCOUNTS:
        job_end_write(
            job, quipu_create_accounts(ledger, EACH(job, quipu_account), request->count, results));
        break;
    case WIRE_CREATE_TRANSFERS:
        job_end_write(job, quipu_create_transfers(ledger, EACH(job, quipu_transfer), request->count,
                                                  results));
        break;
    default:
        job_end_write(job,
                      quipu_commit(ledger, (const quipu_expectation *)(void *)job->expectations,
                                   request->expectation_count, EACH(job, quipu_transfer),
                                   request->count, results, BESIDE(job, quipu_receipt)));
        break;
    }
}

static void look_up(quipu_ledger *ledger, struct job *job)
{
    const quipu_uint128 *ids = EACH(job, quipu_uint128);
    size_t count = job->request.count;
    quipu_status status;

    switch (job->request.kind) {
    case WIRE_LOOKUP_ACCOUNTS:
        status = quipu_lookup_accounts(ledger, ids, count, OUT(job, quipu_account),
                                       BESIDE(job, uint64_t));
        break;
    case WIRE_LOOKUP_TRANSFERS:
        status = quipu_lookup_transfers(ledger, ids, count, OUT(job, quipu_transfer),
                                        BESIDE(job, quipu_transfer_versions));
        break;
    default: status = quipu_lookup_holds(ledger, ids, count, OUT(job, quipu_hold)); break;
    }
    job_end_read(job, status, count);
}

static void read_filtered(quipu_ledger *ledger, struct job *job)
{
    size_t most = job->request.count, count = 0;
    const quipu_account_filter *account = FILTER(job, quipu_account_filter);
    const quipu_query_filter *query = FILTER(job, quipu_query_filter);
    quipu_status status;

    switch (job->request.kind) {
    case WIRE_GET_ACCOUNT_TRANSFERS:
        status =
            quipu_get_account_transfers(ledger, account, OUT(job, quipu_transfer), most, &count);
        break;
    case WIRE_GET_ACCOUNT_BALANCES:
        status = quipu_get_account_balances(ledger, account, OUT(job, quipu_account_balance), most,
                                            &count);
        break;
    case WIRE_GET_ACCOUNT_HOLDS:
        status = quipu_get_account_holds(ledger, account, OUT(job, quipu_hold), most, &count);
        break;
    case WIRE_QUERY_ACCOUNTS:
        status = quipu_query_accounts(ledger, query, OUT(job, quipu_account), most, &count);
        break;
    case WIRE_QUERY_TRANSFERS:
        status = quipu_query_transfers(ledger, query, OUT(job, quipu_transfer), most, &count);
        break;
    default:
        status = quipu_get_changes(ledger, FILTER(job, quipu_change_filter), OUT(job, quipu_change),
                                   most, &count, &job->answer.horizon);
        break;
    }
    job_end_read(job, status, count);
}

static void tell_of_server(struct server *server, struct job *job)
{
    quipu_daemon *daemon = (quipu_daemon *)(void *)job->out_once;
    quipu_daemon_client *clients = OUT(job, quipu_daemon_client);
    size_t count = 0;

    *daemon = server->counts;
    daemon->clients = 0;
    daemon->descriptors = 0;
    for (size_t i = 0; i < server->count; i++) {
        const struct client *client = server->clients[i];

        daemon->descriptors += 1 + (client->bell >= 0);
        if (client->state != CLIENT_SERVED) continue;
        daemon->clients++;
        if (count < job->request.count) clients[count++] = client->counts;
    }
    job_end_read(job, QUIPU_OK, count);
}

/* What is answered at once, from memory. */
static void tell(struct server *server, struct job *job)
{
    quipu_ledger *ledger = server->options.ledger;

    switch (job->request.kind) {
    case WIRE_HORIZON: job_end_read(job, quipu_horizon(ledger, &job->answer.horizon), 0); break;
    case WIRE_GET_COUNTERS:
        job_end_read(job, quipu_get_counters(ledger, (quipu_counters *)(void *)job->out_once), 0);
        break;
    case WIRE_SYNC: job_end_read(job, quipu_sync(ledger), 0); break;
    default: tell_of_server(server, job); break;
    }
}

/* May the answer to such a request wait for a disk? */
static bool waits(uint32_t kind)
{
    return kind != WIRE_GET_COUNTERS && kind != WIRE_GET_DAEMON;
}

void server_execute(struct server *server, struct job *job)
{
    quipu_ledger *ledger = server->options.ledger;

    if (quipui_wire_shape(job->request.kind)->writes && !job->client->counts.may_write) {
        job->answer.status = QUIPU_UNSUPPORTED;
    } else if (server->queue != NULL && waits(job->request.kind)) {
        if (server_submit(server, job)) return;
    } else if (job->request.kind <= WIRE_COMMIT) {
        write_events(ledger, job);
    } else if (job->request.kind <= WIRE_LOOKUP_HOLDS) {
        look_up(ledger, job);
    } else if (job->request.kind <= WIRE_GET_CHANGES) {
        read_filtered(ledger, job);
    } else {
        tell(server, job);
    }
    client_answer(server, job);
}
