/* daemon.h - a daemon for a test: a server's loop in a thread of this process, or in a process of
 * its own, behind a socket in a directory of the test. */
#ifndef QUIPU_TESTS_DAEMON_H
#define QUIPU_TESTS_DAEMON_H

#include <pthread.h>
#include <sys/types.h>

#include "server/server.h"
#include "support/scratch.h"

struct daemon {
    char folder[SCRATCH_PATH], path[SCRATCH_PATH + 8];
    struct server *server; /* of a thread */
    pthread_t thread;
    pid_t pid; /* of a process */
};

/* A folder for the socket; daemon_end() removes it. */
void daemon_begin(struct daemon *daemon);
void daemon_end(struct daemon *daemon);

/* Serve this ledger from a thread. `options`: all but ledger and listener; NULL: 64 clients. */
void daemon_start(struct daemon *daemon, quipu_ledger *ledger,
                  const struct server_options *options);
void daemon_stop(struct daemon *daemon);

/* Serve from a process, which opens the ledger. It can be connected to at once. */
void daemon_fork(struct daemon *daemon, const quipu_options *options);

/* End the process by this signal; returns what waitpid() says of it. */
int daemon_kill(struct daemon *daemon, int signal);

/* A handle, or the test fails. */
quipu_ledger *daemon_connect(const struct daemon *daemon);

/* What the daemon says of itself. Returns how many clients it has. */
quipu_daemon daemon_look(quipu_ledger *far);

#endif
