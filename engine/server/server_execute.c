/* server_execute.c - which requests are submitted; what is answered at once, from memory. */
#include "server/server_parts.h"

static void tell_of_server(struct server *server, struct job *job)
{
    quipu_daemon *daemon = (quipu_daemon *)(void *)job->out_once;
    quipu_daemon_client *clients = (quipu_daemon_client *)(void *)job->out_each;
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

/* What waits for a disk, if there is one, and what reads and writes records. */
static bool is_submitted(const struct server *server, uint32_t kind)
{
    if (kind <= WIRE_GET_CHANGES) return true;
    return server->options.is_durable && kind != WIRE_GET_COUNTERS && kind != WIRE_GET_DAEMON;
}

void server_execute(struct server *server, struct job *job)
{
    if (quipui_wire_shape(job->request.kind)->writes && !job->client->counts.may_write) {
        job->answer.status = QUIPU_UNSUPPORTED;
    } else if (!is_submitted(server, job->request.kind)) {
        tell(server, job);
    } else if (server_submit(server, job)) {
        return;
    }
    client_answer(server, job);
}
