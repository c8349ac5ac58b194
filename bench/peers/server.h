/* server.h - a private server: its own folder and socket, no network, gone when we are.
 *
 * Servers that refuse to run as root run as `nobody`. */
#ifndef QUIPU_BENCH_SERVER_H
#define QUIPU_BENCH_SERVER_H

#include <sys/types.h>

#include "peers/peer.h"

struct server {
    pid_t pid;
    char folder[300]; /* its own, below the scratch folder */
    char log[320];    /* what it said */
};

/* Make its folder. */
bool server_prepare(struct server *server, const char *scratch);

/* Run a program of the server's to its end, as the server would. */
bool server_run(const struct server *server, char *const arguments[]);

bool server_start(struct server *server, char *const arguments[]);

/* Is it still there? If not, its log has been shown. */
bool server_lives(const struct server *server);

/* Ask it to end by this signal; make it if it does not. */
void server_stop(struct server *server, int signal_number);

#endif
