/* daemon.c - the same ledger in a daemon: the loop of `quipu serve`, in a process of its own. A
 * session is a handle of quipu_connect(). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peers/fork.h"
#include "quipu.h"
#include "quipu/connect.h"
#include "server/server.h"

enum { CLIENTS = 64 };

static void say(const char *line)
{
    (void)peer_fail("daemon: %s", line);
}

static void serve(void *ledger, const char *path, int ready)
{
    struct server_options options = {
        .ledger = ledger, .clients_max = CLIENTS, .others = SERVER_OTHERS_NOTHING, .say = say};
    struct server *server;

    options.listener = server_listen(path, 0600);
    server = options.listener >= 0 ? server_open(&options) : NULL;
    if (server != NULL && write(ready, "", 1) == 1) (void)server_run(server);
}

static bool daemon_open(const struct peer *peer, const struct peer_order *order, void **store)
{
    return fork_open(peer, order, serve, store);
}

static bool daemon_enter(void *context, void **session)
{
    const struct fork_store *store = context;
    quipu_ledger *ledger;
    quipu_status status = quipu_connect(store->path, NULL, &ledger);

    *session = ledger;
    return status == QUIPU_OK || peer_fail("quipu_connect: %s", quipu_status_text(status));
}

static void daemon_leave(void *session)
{
    (void)quipu_close(session);
}

const struct peer peer_daemon = {
    .name = "daemon",
    .settings = "Quipu in a daemon, protocol optimistic, prefaulted",
    .kind = PEER_QUIPU,
    .variant = QUIPU_OPTIMISTIC,
    .is_server = true,
    .unit_max = {QUIPU_BATCH_MAX, QUIPU_BATCH_MAX},
    .open = daemon_open,
    .close = fork_close,
    .enter = daemon_enter,
    .leave = daemon_leave,
    .load = quipu_peer_load,
    .post = quipu_peer_post,
    .balances = quipu_peer_balances,
};
