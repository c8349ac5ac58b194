/* server_client.c - a client's turn: its requests are taken, checked, executed and answered. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/server_parts.h"

struct client *client_new(int socket)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL) return NULL;
    client->socket = socket;
    client->bell = -1;
    return client;
}

void client_free(struct server *server, struct client *client)
{
    if (client->shared != NULL) (void)munmap(client->shared, WIRE_SHARED_BYTES);
    if (client->bell >= 0) {
        /* The client has it, too: closed here alone, it would go on waking us. */
        (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, client->bell, NULL);
        (void)close(client->bell);
    }
    (void)close(client->socket);
    free(client->spare);
    free(client);
}

void client_forget(struct server *server, struct job *job)
{
    struct client *client = job->client;

    client->jobs--;
    server->jobs--;
    client->promised -= job->promised;
    if (job_is_copied(&job->request)) client->copies = false;
    job_free(job);
}

/* V6: of a client that is gone. */
static void forget_all(struct server *server, struct client *client)
{
    struct job *job;

    server_leave_out(server, client);
    while ((job = client->parts) != NULL) {
        client->parts = job->next;
        client_forget(server, job);
    }
}

void client_end(struct server *server, struct client *client, bool hears)
{
    client->hears = client->hears && hears;
    if (!hears) forget_all(server, client);
    if (client->state == CLIENT_GUEST) client->state = CLIENT_GONE;
    if (client->state != CLIENT_SERVED) return;
    /* V4: this is the last look. */
    client->state = wire_see(&client->requests) == WIRE_BROKEN ? CLIENT_GONE : CLIENT_ENDING;
}

void client_drop(struct server *server, struct client *client, const char *why)
{
    server_say(server, client, "dropped: %s", why);
    server->counts.dropped++;
    client->hears = false;
    client->state = CLIENT_GONE;
    forget_all(server, client);
    (void)shutdown(client->socket, SHUT_RDWR);
}

/* M6: a byte on the socket. If there is no room for it, the client has one to read. */
static void ring(struct client *client)
{
    if (!client->hears || !wire_must_ring(&client->shared->client_sleeps)) return;
    (void)send(client->socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    client->counts.bells++;
}

/* Is there a request? Its header is taken and checked then. */
static bool has_request(struct server *server, struct client *client)
{
    enum wire_look look = WIRE_YES;
    const char *why;
    uint64_t seen;

    if (client->has_request) return true;
    if (client->state == CLIENT_SERVED) look = wire_see(&client->requests);
    if (look == WIRE_BROKEN) {
        client_drop(server, client, "a position that makes no sense");
        return false;
    }
    seen = wire_seen(&client->requests);
    if (seen == 0) return false;
    quipui_wire_take(&client->requests, &client->next, sizeof client->next);
    why = quipui_wire_check_request(&client->next, client->number + 1, seen);
    if (why != NULL) {
        client_drop(server, client, why);
        return false;
    }
    client->number++;
    client->has_request = true;
    return true;
}

/* V2: is there room for an answer of so many bytes? */
static bool has_room(struct server *server, struct client *client, uint64_t most)
{
    if (!client->hears || client->state != CLIENT_SERVED) return true;
    switch (wire_has_room(&client->answers, client->promised + most)) {
    case WIRE_YES: client->is_full = false; return true;
    case WIRE_BROKEN: client_drop(server, client, "a position that makes no sense"); return false;
    case WIRE_NO: break;
    }
    if (!client->is_full) client->counts.full++;
    client->is_full = true;
    return false;
}

static void take(struct wire_end *end, unsigned char *to, uint64_t bytes)
{
    if (bytes == 0) return;
    if (to != NULL) {
        quipui_wire_take(end, to, bytes);
    } else {
        wire_skip(end, bytes);
    }
}

/* Take the request whose header was taken. NULL: there is no memory for it. */
static struct job *take_request(struct client *client)
{
    const struct wire_request *request = &client->next;
    const struct wire_shape *shape = quipui_wire_shape(request->kind);
    struct job *job = job_new(client, request);
    struct wire_end *end = &client->requests;
    uint64_t begin = end->mine - sizeof *request, seen = end->theirs - begin;

    if (job != NULL) {
        take(end, job->once, shape->in_once);
        take(end, job->expectations, request->expectation_count * sizeof(quipu_expectation));
        take(end, job->each, (uint64_t)request->count * shape->in_each);
    }
    wire_skip(end, begin + request->bytes - end->mine);
    wire_give_back(end);
    wire_prefetch(&client->answers);              /* while the request is executed */
    if (seen > WIRE_REQUESTS_SPARE) ring(client); /* M5 */
    client->has_request = false;
    client->counts.requests++;
    client->counts.records += wire_part(request->count);
    client->counts.bytes_in += request->bytes;
    return job;
}

static void put(struct wire_end *end, const void *from, uint64_t bytes)
{
    if (bytes > 0) quipui_wire_put(end, from, bytes);
}

/* Write an answer and its records; there is room, unless the client is ending. Returns false if the
 * client does not get it. */
static bool send_answer(struct client *client, struct wire_answer *answer, const struct job *job)
{
    const struct wire_shape *shape = quipui_wire_shape(answer->kind);
    struct wire_end *end = &client->answers;
    uint64_t begin = end->mine;

    answer->bytes = (uint32_t)quipui_wire_answer_bytes(answer);
    if (!client->hears || wire_has_room(end, answer->bytes) != WIRE_YES) return false;
    put(end, answer, sizeof *answer);
    if (answer->status == QUIPU_OK) put(end, job->out_once, shape->out_once);
    put(end, job->out_each, (uint64_t)answer->count * shape->out_each);
    if (answer->flags & WIRE_BESIDE)
        put(end, job->out_beside, (uint64_t)answer->count * shape->out_beside);
    wire_skip(end, begin + answer->bytes - end->mine);
    wire_publish(end);
    client->counts.bytes_out += answer->bytes;
    ring(client);
    return true;
}

/* The next part waits until there is room for it. */
static void wait_for_room(struct client *client, struct job *job)
{
    struct job **last = &client->parts;

    while (*last != NULL)
        last = &(*last)->next;
    client->promised -= job->promised;
    job->promised = 0;
    job->next = NULL;
    *last = job;
}

void client_answer(struct server *server, struct job *job)
{
    struct client *client = job->client;
    bool more = job_has_more(job);

    if (more) job->answer.flags |= WIRE_MORE;
    if (send_answer(client, &job->answer, job) && more) {
        job_turn_page(job);
        wait_for_room(client, job);
        return;
    }
    server->counts.requests++;
    client_forget(server, job);
}

/* Keep room for the next answer of a job. */
static void promise(struct client *client, struct job *job, uint64_t bytes)
{
    job->promised = bytes;
    client->promised += bytes;
}

/* Go on with the read that has waited for the longest, if one does. Returns false if there is no
 * room for its next part: then there is none for other answers, either (V7). */
static bool serve_part(struct server *server, struct client *client)
{
    struct job *job = client->parts;
    struct wire_request rest;
    uint64_t most;

    if (job == NULL) return true;
    rest = job->request;
    rest.count -= job->before;
    most = quipui_wire_answer_most(&rest);
    if (!has_room(server, client, most)) return false;
    client->parts = job->next;
    client->counts.records += wire_part(rest.count);
    client->is_owed = true;
    promise(client, job, most);
    server_go_on(server, job);
    return true;
}

/* One request. */
static void serve(struct server *server, struct client *client)
{
    struct wire_request request = client->next;
    struct job *job = take_request(client);

    if (job == NULL) {
        struct wire_answer none = {
            .number = request.number, .kind = request.kind, .status = QUIPU_NO_MEMORY};

        server->counts.requests++;
        (void)send_answer(client, &none, NULL);
        return;
    }
    promise(client, job, quipui_wire_answer_most(&request));
    client->copies = client->copies || job_is_copied(&request);
    client->jobs++;
    server->jobs++;
    server_execute(server, job);
}

/* May the next request be taken, if there is room for its answer? */
static bool is_ready(struct server *server, struct client *client)
{
    if (client->state != CLIENT_SERVED && client->state != CLIENT_ENDING) return false;
    if (client->jobs == SERVER_JOBS_MAX || client->waits || !has_request(server, client))
        return false;
    return !client->copies || !job_is_copied(&client->next); /* V6 */
}

/* As many as a turn has, and there is room for. Returns false if the next one waits for room: then
 * no part may take it (V7). */
static bool serve_requests(struct server *server, struct client *client)
{
    uint64_t begin = client->counts.records + client->counts.requests;

    /* Ends: V1. */
    while (client->counts.records + client->counts.requests - begin < SERVER_TURN_RECORDS &&
           is_ready(server, client)) {
        if (!has_room(server, client, quipui_wire_answer_most(&client->next))) return false;
        client->is_owed = false;
        serve(server, client);
    }
    return true;
}

/* What it had published is executed, and what it hears of that is written. */
static bool is_through(const struct client *client)
{
    return client->state == CLIENT_ENDING && !client->has_request &&
           wire_seen(&client->requests) == 0 && client->jobs == 0;
}

bool client_turn(struct server *server, struct client *client)
{
    uint64_t begin = client->counts.records, requests = client->counts.requests;

    if (client->is_owed) {
        if (serve_requests(server, client)) (void)serve_part(server, client);
    } else if (serve_part(server, client)) {
        (void)serve_requests(server, client);
    }
    if (is_through(client)) client->state = CLIENT_GONE;
    return client->counts.records != begin || client->counts.requests != requests;
}
