/* server.h - a private server: its own folder and socket, no network, gone when we are.
 *
 * Servers that refuse to run as root run as `nobody`. */
#ifndef QUIPU_BENCH_SERVER_H
#define QUIPU_BENCH_SERVER_H

#include <sys/types.h>

#include "peers/peer.h"

struct peer_server {
    pid_t pid;
    char folder[300]; /* its own, below the scratch folder */
    char log[320];    /* what it said */
};

/* Make its folder. */
bool peer_server_prepare(struct peer_server *server, const char *scratch);

/* Run a program of the server's to its end, as the server would. */
bool peer_server_run(const struct peer_server *server, char *const arguments[]);

bool peer_server_start(struct peer_server *server, char *const arguments[]);

/* Is it still there? If not, its log has been shown. */
bool peer_server_lives(const struct peer_server *server);

/* Ask it to end by this signal; make it if it does not. */
void peer_server_stop(struct peer_server *server, int signal_number);

#endif
