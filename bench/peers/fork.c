/* fork.c - see fork.h. */
#define _GNU_SOURCE
#include "peers/fork.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quipu.h"

_Noreturn static void become(const struct peer *peer, const struct peer_order *order,
                             void (*serve)(void *, const char *, int), const char *path, int ready)
{
    void *ledger;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (quipu_peer_open(peer, order, &ledger)) serve(ledger, path, ready);
    _exit(1);
}

bool fork_open(const struct peer *peer, const struct peer_order *order,
               void (*serve)(void *ledger, const char *path, int ready), void **made)
{
    struct fork_store *store = calloc(1, sizeof *store);
    int ready[2];
    char byte;
    bool serves;

    if (store == NULL || pipe(ready) != 0) {
        free(store);
        return peer_fail("no memory, or no descriptors");
    }
    (void)snprintf(store->path, sizeof store->path, "%s/socket", order->scratch);
    store->pid = fork();
    if (store->pid == 0) become(peer, order, serve, store->path, ready[1]);
    (void)close(ready[1]);
    serves = store->pid > 0 && read(ready[0], &byte, 1) == 1;
    (void)close(ready[0]);
    if (serves) {
        *made = store;
        return true;
    }
    if (store->pid > 0) (void)waitpid(store->pid, NULL, 0);
    free(store);
    return peer_fail("%s: its process does not serve", peer->name);
}

void fork_close(void *context)
{
    struct fork_store *store = context;

    (void)kill(store->pid, SIGKILL);
    (void)waitpid(store->pid, NULL, 0);
    free(store);
}
