/* server_loop.c - rounds of turns, while there is something to do; asleep while there is not.
 *
 *   awake    turns of all clients; a look at the sockets now and then
 *   waiting  nothing to do: some more rounds, as many as wire_looks() says
 *   asleep   every client is told so (M5), one more round finds nothing, epoll_wait() */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/server_parts.h"

enum {
    EVENTS_MAX = 64,
    LOOKS_EVERY = 16, /* rounds that find something to do */
    DEAF_MS = 100,
    DRAIN_MS = 100,
    LINE_BYTES = 200
};

void server_say(struct server *server, const struct client *client, const char *format, ...)
{
    char words[LINE_BYTES], line[LINE_BYTES + 80];
    va_list arguments;

    if (server->options.say == NULL) return;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    (void)snprintf(line, sizeof line, "client %llu (process %llu, user %u): %s",
                   (unsigned long long)client->counts.number,
                   (unsigned long long)client->counts.pid, client->counts.uid, words);
    server->options.say(line);
}

/* --- sockets --- */

/* Something about the socket of a client: a guest speaks, or a client hangs up. */
static void hear(struct server *server, struct client *client, uint32_t events)
{
    if (client->state == CLIENT_GUEST) {
        server_hear_guest(server, client);
        if (client->state == CLIENT_GUEST && (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0)
            client->state = CLIENT_GONE;
        return;
    }
    (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, client->socket, NULL);
    if (client->state != CLIENT_SERVED) return;
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) {
        client_end(server, client, false); /* V4 */
    } else {
        client_drop(server, client, "it speaks on the socket");
    }
}

/* Wait for at most `ms` (-1: for ever), and see to what has happened. */
static void look_at_sockets(struct server *server, int ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count;

    if (server->is_deaf && !server->stopping) {
        server->is_deaf = !server_watch(server, server->options.listener, EPOLLIN, server);
        if (server->is_deaf && (ms < 0 || ms > DEAF_MS)) ms = DEAF_MS;
    }
    count = epoll_wait(server->epoll, events, EVENTS_MAX, ms);
    for (int i = 0; i < count; i++) {
        void *what = events[i].data.ptr;

        if (what == server) {
            server_answer_the_door(server);
        } else if (what == &server->stop) {
            server->stopping = true;
        } else if (what != NULL) {
            hear(server, what, events[i].events);
        }
    }
}

/* --- rounds --- */

/* Free those that are gone. */
static void sweep(struct server *server)
{
    size_t kept = 0;

    for (size_t i = 0; i < server->count; i++) {
        struct client *client = server->clients[i];

        if (client->state == CLIENT_GONE && client->jobs == 0) {
            client_free(server, client);
        } else {
            server->clients[kept++] = client;
        }
    }
    server->count = kept;
}

/* Answers that have become durable, then a turn for each client. Returns true if there was
 * something to do. */
static bool do_round(struct server *server)
{
    bool worked = server_reap(server), gone = false;

    worked = server_take_back(server) || worked;
    server->counts.rounds++;
    for (size_t i = 0; i < server->count; i++) {
        struct client *client = server->clients[i];

        if (client->state == CLIENT_SERVED || client->state == CLIENT_ENDING)
            worked = client_turn(server, client) || worked;
        gone = gone || client->state == CLIENT_GONE;
    }
    if (gone) sweep(server);
    return worked;
}

static void lie_down(struct server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        if (server->clients[i]->state == CLIENT_SERVED)
            wire_lie_down(&server->clients[i]->shared->server_sleeps);
    }
}

static void get_up(struct server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        if (server->clients[i]->state == CLIENT_SERVED)
            wire_get_up(&server->clients[i]->shared->server_sleeps);
    }
}

static bool is_anybody_served(const struct server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        if (server->clients[i]->state == CLIENT_SERVED) return true;
    }
    return false;
}

/* Nothing was to do for a while. Returns true if there is now. */
static bool sleep_until_called(struct server *server)
{
    bool worked;

    lie_down(server);
    worked = do_round(server); /* M5 */
    if (!worked) {
        server->counts.sleeps++;
        look_at_sockets(server, -1);
    }
    get_up(server);
    return worked;
}

static void serve_until_stopped(struct server *server)
{
    unsigned looks = 0, rounds = 0;

    /* Ends: server_stop(). */
    while (!server->stopping) {
        if (do_round(server)) {
            wire_learn(&server->patience, looks, true);
            looks = 0;
            if (++rounds % LOOKS_EVERY == 0) look_at_sockets(server, 0);
        } else if (is_anybody_served(server) && looks < wire_looks(&server->patience)) {
            wire_pause(&looks);
        } else {
            wire_learn(&server->patience, looks, false);
            (void)sleep_until_called(server);
            looks = 0;
        }
    }
}

/* What was published by now is executed and answered. */
static void drain(struct server *server)
{
    for (size_t i = 0; i < server->count; i++)
        client_end(server, server->clients[i], true);
    /* Ends: nothing more is looked at, and each turn takes something or lets a client go. */
    while (server->count > 0) {
        if (!do_round(server) && server->jobs > 0) look_at_sockets(server, DRAIN_MS);
    }
}

bool server_run(struct server *server)
{
    serve_until_stopped(server);
    (void)close(server->options.listener);
    server->options.listener = -1;
    (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->stop, NULL);
    drain(server);
    return true;
}

void server_stop(struct server *server)
{
    const uint64_t once = 1;
    int saved = errno;

    (void)!write(server->stop, &once, sizeof once);
    errno = saved;
}

/* --- open and close --- */

static uint64_t *copy_of(const uint64_t *ids, size_t count)
{
    uint64_t *copies = calloc(count + 1, sizeof *copies);

    if (copies != NULL && count > 0) memcpy(copies, ids, count * sizeof *copies);
    return copies;
}

static bool take_memory(struct server *server, const struct server_options *options)
{
    server->clients =
        calloc(options->clients_max + (size_t)2 * SERVER_GUESTS_MAX, sizeof(struct client *));
    server->uids = copy_of(options->write_uids, options->write_uid_count);
    server->gids = copy_of(options->write_gids, options->write_gid_count);
    server->options.write_uids = server->uids;
    server->options.write_gids = server->gids;
    return server->clients != NULL && server->uids != NULL && server->gids != NULL;
}

static void begin_counts(struct server *server)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    server->counts.pid = (uint64_t)getpid();
    server->counts.started_at = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    server->counts.clients_max = server->options.clients_max;
}

/* The queue's descriptor wakes the loop, and says nothing more. */
static bool begin_queue(struct server *server)
{
    server->last_put_off = &server->put_off;
    if (!server_open_queue(server)) return false;
    return !server->options.is_durable ||
           server_watch(server, quipu_queue_fd(server->queue), EPOLLIN, NULL);
}

struct server *server_open(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    int error;

    if (server == NULL) {
        (void)close(options->listener);
        return NULL;
    }
    server->options = *options;
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    begin_counts(server);
    if (take_memory(server, options) && server->epoll >= 0 && server->stop >= 0 &&
        server_watch(server, server->stop, EPOLLIN, &server->stop) &&
        server_watch(server, options->listener, EPOLLIN, server) && begin_queue(server) &&
        server_open_asides(server)) {
        return server;
    }
    error = errno;
    server_close(server);
    errno = error;
    return NULL;
}

void server_close(struct server *server)
{
    server_close_asides(server);
    for (size_t i = 0; i < server->count; i++)
        client_free(server, server->clients[i]);
    if (server->queue != NULL) (void)quipu_queue_close(server->queue);
    if (server->options.listener >= 0) (void)close(server->options.listener);
    if (server->epoll >= 0) (void)close(server->epoll);
    if (server->stop >= 0) (void)close(server->stop);
    free(server->clients);
    free(server->uids);
    free(server->gids);
    free(server);
}
