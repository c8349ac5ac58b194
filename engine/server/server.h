/* server.h - a ledger for other processes: one loop that owns it, and clients with rings.
 *
 * The loop lets clients in, takes requests in turns, executes them and answers. Calls that take
 * long are made by two threads beside it: one makes checkpoints and backups, the other snapshots
 * and long reads that are of one instant. docs/daemon.md says what clients may rely on.
 *
 *   V1  fair: in each round every client has a turn, of so many records, or one request, or one
 *       part of an answer and as much again
 *   V2  a request is taken only if there is room for the largest answer that it can have: a
 *       client that does not take its answers stops itself, and nobody else
 *   V3  a client that breaks a rule of the wire (wire_ring.h, message.h) is dropped with a
 *       reason, which is said. What it had published before that is executed
 *   V4  of a client that is gone, what it had published by then is executed
 *   V5  the loop waits for no client, for no system call on what a client shares, and for no call
 *       that is made beside it
 *   V6  a client has one read in the daemon's memory as a whole: the next one is made when the
 *       client has taken that. Of a client that is gone, calls that take long are not begun, and
 *       parts of answers are not made
 *   V7  parts of long answers and other requests of a client take turns at the room for answers:
 *       what waits for room has it before the other has room again */
#ifndef QUIPU_SERVER_SERVER_H
#define QUIPU_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "quipu/connect.h"

/* What users may do that are not named as writers. The server's own user may always write. */
enum server_others { SERVER_OTHERS_WRITE, SERVER_OTHERS_READ, SERVER_OTHERS_NOTHING };

#define SERVER_CLIENTS_MAX 4096

struct server_options {
    quipu_ledger *ledger; /* stays the caller's */
    bool is_durable;      /* it has a path: its answers wait for a disk */
    int listener;         /* of server_listen(), or the like; it is the server's from now on */
    size_t clients_max;   /* 1..SERVER_CLIENTS_MAX */
    enum server_others others;
    const uint64_t *write_uids, *write_gids; /* users, and primary groups, that may write */
    size_t write_uid_count, write_gid_count;
    void (*say)(const char *line); /* what happened to a client; NULL: nobody wants to know */
};

struct server;

/* A socket that listens at a path, with this mode. One that is there, at which nobody listens, is
 * replaced. Returns -1 if it cannot be had (errno; EADDRINUSE: somebody listens there). */
int server_listen(const char *path, mode_t mode);

/* Returns NULL if memory or descriptors run out (errno); the listener is closed then, too. */
struct server *server_open(const struct server_options *options);
void server_close(struct server *server);

/* Serve until server_stop(). Then what clients have published is executed and answered, and they
 * are let go. Returns false if the system failed (errno). */
bool server_run(struct server *server);

/* From any thread or signal handler. */
void server_stop(struct server *server);

#endif
