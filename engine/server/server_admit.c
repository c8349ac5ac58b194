/* server_admit.c - letting clients in: what they may do, and their memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/server_parts.h"
#include "wire/hello.h"

bool server_watch(struct server *server, int descriptor, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    return epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

/* --- at the door --- */

/* A guest that has said nothing yet makes room for one that may. */
static void make_room_for_guest(struct server *server)
{
    struct client *oldest = NULL;
    size_t guests = 0;

    for (size_t i = 0; i < server->count; i++) {
        struct client *client = server->clients[i];

        if (client->state != CLIENT_GUEST) continue;
        if (oldest == NULL) oldest = client;
        guests++;
    }
    if (guests >= SERVER_GUESTS_MAX) oldest->state = CLIENT_GONE;
}

static void seat(struct server *server, int socket)
{
    struct client *client = client_new(socket);

    if (client == NULL) {
        (void)close(socket);
        return;
    }
    if (!server_watch(server, socket, EPOLLIN | EPOLLRDHUP, client)) {
        client_free(server, client);
        return;
    }
    client->counts.number = ++server->counts.connected;
    make_room_for_guest(server);
    server->clients[server->count++] = client;
}

/* There are no descriptors: look at the door again when there may be some. */
static void be_deaf(struct server *server)
{
    (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->options.listener, NULL);
    server->is_deaf = true;
}

void server_answer_the_door(struct server *server)
{
    size_t most = server->options.clients_max + 2 * SERVER_GUESTS_MAX;

    /* Ends: nobody knocks, or the places are taken: those that are gone are freed after this. */
    while (server->count < most) {
        int socket = accept4(server->options.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (socket >= 0) {
            seat(server, socket);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            if (errno != EAGAIN) be_deaf(server);
            return;
        }
    }
}

/* --- rights --- */

static bool is_named(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) return true;
    }
    return false;
}

/* Returns false if the user may not even read. */
static bool find_rights(const struct server *server, struct client *client)
{
    const struct server_options *options = &server->options;
    struct ucred peer;
    socklen_t bytes = sizeof peer;

    if (getsockopt(client->socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return false;
    client->counts.pid = (uint64_t)peer.pid;
    client->counts.uid = peer.uid;
    client->counts.gid = peer.gid;
    client->counts.may_write = peer.uid == geteuid() || options->others == SERVER_OTHERS_WRITE ||
                               is_named(options->write_uids, options->write_uid_count, peer.uid) ||
                               is_named(options->write_gids, options->write_gid_count, peer.gid);
    return client->counts.may_write != 0 || options->others == SERVER_OTHERS_READ;
}

/* --- the welcome --- */

static size_t count_served(const struct server *server)
{
    size_t count = 0;

    for (size_t i = 0; i < server->count; i++)
        count += server->clients[i]->state == CLIENT_SERVED;
    return count;
}

/* Its rings. The descriptor of the memory is in *memory, and is needed once. */
static bool make_rings(struct server *server, struct client *client, int *memory)
{
    void *shared = MAP_FAILED;

    *memory = quipui_wire_make_memory();
    if (*memory < 0) return false;
    client->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* M6: it is watched, and never read. */
    if (client->bell >= 0 && server_watch(server, client->bell, EPOLLIN | EPOLLET, NULL)) {
        shared = mmap(NULL, WIRE_SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, *memory, 0);
    }
    if (shared == MAP_FAILED) return false;
    client->shared = shared;
    client->requests = wire_requests(shared);
    client->answers = wire_answers(shared);
    return true;
}

static quipu_status welcome(struct server *server, struct client *client, int descriptors[])
{
    if (!find_rights(server, client)) return QUIPU_UNSUPPORTED;
    if (count_served(server) >= server->options.clients_max) return QUIPU_BUSY;
    if (!make_rings(server, client, &descriptors[WIRE_MEMORY])) return QUIPU_NO_MEMORY;
    descriptors[WIRE_BELL] = client->bell;
    return QUIPU_OK;
}

static void answer_hello(struct server *server, struct client *client, quipu_status status)
{
    int descriptors[WIRE_DESCRIPTORS] = {-1, -1};
    struct wire_welcome answer = {
        .magic = WIRE_MAGIC,
        .version = WIRE_VERSION,
        .requests_bytes = WIRE_REQUESTS_BYTES,
        .answers_bytes = WIRE_ANSWERS_BYTES,
    };
    bool sent;

    if (status == QUIPU_OK) status = welcome(server, client, descriptors);
    answer.status = status;
    answer.may_write = client->counts.may_write;
    sent = quipui_wire_send(client->socket, &answer, sizeof answer, descriptors,
                            status == QUIPU_OK ? WIRE_DESCRIPTORS : 0);
    if (descriptors[WIRE_MEMORY] >= 0) (void)close(descriptors[WIRE_MEMORY]);
    if (status == QUIPU_OK && sent) {
        client->state = CLIENT_SERVED;
        client->hears = true;
        return;
    }
    client->state = CLIENT_GONE;
    server->counts.refused++;
    if (status != QUIPU_OK) server_say(server, client, "refused: %s", quipu_status_text(status));
}

void server_hear_guest(struct server *server, struct client *client)
{
    struct wire_hello hello;

    switch (quipui_wire_receive(client->socket, &hello, sizeof hello, NULL, NULL)) {
    case WIRE_NOTHING: return;
    case WIRE_PACKET: break;
    default: client->state = CLIENT_GONE; return;
    }
    answer_hello(server, client,
                 hello.magic == WIRE_MAGIC && hello.version == WIRE_VERSION ? QUIPU_OK
                                                                            : QUIPU_UNSUPPORTED);
}
