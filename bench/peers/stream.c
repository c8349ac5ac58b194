/* stream.c - the same ledger behind a UNIX stream socket: what a program would write that has no
 * daemon of ours. The same records are sent, a process executes them by the same call, and sends
 * the results. One request of a client is in flight. Each session has a thread there. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "peers/fork.h"
#include "quipu.h"

enum ask { ASK_LOAD, ASK_POST, ASK_BALANCES };

struct head {
    uint64_t ask, count, funds, reserved;
};

/* What was read of one request, and what is sent back. */
union records {
    quipu_transfer events[QUIPU_BATCH_MAX];
    quipu_uint128 ids[QUIPU_BATCH_MAX];
};

union answers {
    quipu_result results[QUIPU_BATCH_MAX];
    struct peer_balance balances[QUIPU_BATCH_MAX];
};

static bool send_all(int socket, const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        ssize_t sent = send(socket, (const char *)from + at, bytes - at, MSG_NOSIGNAL);

        if (sent <= 0) return false;
        at += (size_t)sent;
    }
    return true;
}

static bool receive_all(int socket, void *to, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        ssize_t came = recv(socket, (char *)to + at, bytes - at, 0);

        if (came <= 0) return false;
        at += (size_t)came;
    }
    return true;
}

/* --- the process that has the ledger --- */

struct guest {
    int socket;
    void *ledger;
    struct head head;
    union records records;
    union answers answers;
};

/* Execute what was read. Returns how many bytes the answer has; 0: it failed. */
static size_t execute(struct guest *guest)
{
    const struct head *head = &guest->head;
    union answers *answers = &guest->answers;

    switch (head->ask) {
    case ASK_LOAD:
        return quipu_peer_load(guest->ledger, guest->records.ids, head->count, head->funds)
                   ? sizeof *answers->results
                   : 0;
    case ASK_POST:
        return quipu_peer_post(guest->ledger, guest->records.events, head->count, answers->results)
                   ? head->count * sizeof *answers->results
                   : 0;
    default:
        return quipu_peer_balances(guest->ledger, guest->records.ids, head->count,
                                   answers->balances)
                   ? head->count * sizeof *answers->balances
                   : 0;
    }
}

/* The header of a request comes with its first records: small requests take one read. */
static bool take_request(struct guest *guest)
{
    struct {
        struct head head;
        quipu_transfer first;
    } small;
    ssize_t came = recv(guest->socket, &small, sizeof small, 0);
    size_t each, has, all;

    if (came < (ssize_t)sizeof small.head) return false;
    guest->head = small.head;
    if (small.head.count > QUIPU_BATCH_MAX) return false;
    each = small.head.ask == ASK_POST ? sizeof(quipu_transfer) : sizeof(quipu_uint128);
    has = (size_t)came - sizeof small.head;
    all = small.head.count * each;
    if (has > all) return false;
    memcpy(&guest->records, &small.first, has);
    return receive_all(guest->socket, (char *)&guest->records + has, all - has);
}

static void *wait_upon(void *context)
{
    struct guest *guest = context;
    size_t bytes;

    while (take_request(guest) && (bytes = execute(guest)) > 0)
        if (!send_all(guest->socket, &guest->answers, bytes)) break;
    (void)close(guest->socket);
    free(guest);
    return NULL;
}

static int listen_at(const struct sockaddr_un *address)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || bind(listener, (const struct sockaddr *)address, sizeof *address) != 0 ||
        listen(listener, 64) != 0) {
        return -1;
    }
    return listener;
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);

    if (length < sizeof address.sun_path) memcpy(address.sun_path, path, length);
    return address;
}

static void serve(void *ledger, const char *path, int ready)
{
    struct sockaddr_un address = address_of(path);
    int listener = listen_at(&address);

    if (listener < 0 || write(ready, "", 1) != 1) return;
    for (;;) {
        struct guest *guest = aligned_alloc(128, (sizeof *guest + 127) / 128 * 128);
        pthread_t thread;

        if (guest == NULL) return;
        guest->socket = accept(listener, NULL, NULL);
        guest->ledger = ledger;
        if (guest->socket < 0 || pthread_create(&thread, NULL, wait_upon, guest) != 0) return;
        (void)pthread_detach(thread);
    }
}

/* --- the client --- */

struct session {
    int socket;
};

static bool fail(void)
{
    return peer_fail("stream: %s", errno != 0 ? strerror(errno) : "the other process is gone");
}

static bool stream_open(const struct peer *peer, const struct peer_order *order, void **store)
{
    return fork_open(peer, order, serve, store);
}

static void stream_leave(void *context)
{
    struct session *session = context;

    (void)close(session->socket);
    free(session);
}

static bool stream_enter(void *context, void **made)
{
    const struct fork_store *store = context;
    struct sockaddr_un address = address_of(store->path);
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) return peer_fail("no memory");
    session->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(session->socket, (const struct sockaddr *)&address, sizeof address) == 0) {
        *made = session;
        return true;
    }
    (void)fail();
    stream_leave(session);
    return false;
}

/* One request, in one write, and its answer. */
static bool call(struct session *session, struct head head, const void *records, size_t bytes,
                 void *answer, size_t answer_bytes)
{
    struct iovec parts[] = {{&head, sizeof head}, {.iov_len = bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent;
    size_t beyond;

    errno = 0;
    memcpy(&parts[1].iov_base, &records, sizeof records); /* it is only read */
    sent = sendmsg(session->socket, &message, MSG_NOSIGNAL);
    if (sent < (ssize_t)sizeof head) return fail();
    beyond = (size_t)sent - sizeof head;
    return (send_all(session->socket, (const char *)records + beyond, bytes - beyond) &&
            receive_all(session->socket, answer, answer_bytes)) ||
           fail();
}

static bool stream_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    quipu_result done;

    return call(session, (struct head){ASK_LOAD, count, funds, 0}, ids, count * sizeof *ids, &done,
                sizeof done);
}

static bool stream_post(void *session, const quipu_transfer *events, size_t count,
                        quipu_result *results)
{
    return call(session, (struct head){ASK_POST, count, 0, 0}, events, count * sizeof *events,
                results, count * sizeof *results);
}

static bool stream_balances(void *session, const quipu_uint128 *ids, size_t count,
                            struct peer_balance *balances)
{
    return call(session, (struct head){ASK_BALANCES, count, 0, 0}, ids, count * sizeof *ids,
                balances, count * sizeof *balances);
}

const struct peer peer_stream = {
    .name = "stream",
    .settings = "Quipu behind a UNIX stream socket, protocol optimistic, prefaulted",
    .kind = PEER_QUIPU,
    .variant = QUIPU_OPTIMISTIC,
    .is_server = true,
    .unit_max = {QUIPU_BATCH_MAX, QUIPU_BATCH_MAX},
    .open = stream_open,
    .close = fork_close,
    .enter = stream_enter,
    .leave = stream_leave,
    .load = stream_load,
    .post = stream_post,
    .balances = stream_balances,
};
