/* fork.h - a ledger in a process of its own, reached at a socket of the file system. */
#ifndef QUIPU_BENCH_FORK_H
#define QUIPU_BENCH_FORK_H

#include <sys/types.h>

#include "peers/peer.h"

struct fork_store {
    pid_t pid;
    char path[300]; /* of the socket */
};

/* Start a process that opens a ledger as the in-process contender does, and calls serve(), which
 * listens at the path, writes a byte to `ready`, and does not return. Return when that byte has
 * come. */
bool fork_open(const struct peer *peer, const struct peer_order *order,
               void (*serve)(void *ledger, const char *path, int ready), void **store);

/* End it at once: there is nothing to save. */
void fork_close(void *store);

#endif
