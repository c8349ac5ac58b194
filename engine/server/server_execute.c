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

/* A call that takes long. Returns false if no thread can be had: it has its answer then. */
static bool is_handed_over(struct server *server, struct job *job)
{
    bool keeps = job->request.kind == WIRE_CHECKPOINT || job->request.kind == WIRE_BACKUP;

    if (server_hand_over(server, keeps ? SERVER_KEEPER : SERVER_COPIER, job)) return true;
    job->answer.status = QUIPU_NO_MEMORY;
    return false;
}

static bool takes_long(const struct job *job)
{
    return job->request.kind == WIRE_CHECKPOINT || job->request.kind == WIRE_BACKUP ||
           job_is_copied(&job->request);
}

void server_go_on(struct server *server, struct job *job)
{
    if (job_is_copied(&job->request)) {
        job_cut_part(job);
    } else if (server_submit(server, job)) {
        return;
    }
    client_answer(server, job);
}

void server_execute(struct server *server, struct job *job)
{
    if (quipui_wire_shape(job->request.kind)->writes && !job->client->counts.may_write) {
        job->answer.status = QUIPU_UNSUPPORTED;
    } else if (takes_long(job)) {
        if (!job->client->hears) { /* V6 */
            client_forget(server, job);
            return;
        }
        if (is_handed_over(server, job)) return;
    } else if (!is_submitted(server, job->request.kind)) {
        tell(server, job);
    } else if (server_submit(server, job)) {
        return;
    }
    client_answer(server, job);
}
