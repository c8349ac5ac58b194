/* connection_parts.h - what the files of connect/ share. */
#ifndef QUIPU_CONNECT_CONNECTION_PARTS_H
#define QUIPU_CONNECT_CONNECTION_PARTS_H

#include "connect/connection.h"

/* Longer than the path of a socket. */
#define CONNECTION_PATH_BYTES 108

/* What is there while a daemon is. */
struct link_to_daemon {
    int socket, bell;
    bool may_write;
    struct wire_shared *shared;
    struct wire_end requests, answers;
    struct wire_patience patience;
    uint64_t number; /* of the last request */
};

struct caller;

struct connection {
    struct lock lock;
    bool alive;                 /* plain, under lock */
    bool is_heard;              /* plain, under lock: a thread listens */
    struct link_to_daemon link; /* only while it is alive. Plain, under lock; but what comes from
                                   the daemon (answers, patience) is the listener's, if one is */
    struct caller *oldest;      /* plain, under lock: calls on their way, in order of requests */
    uint32_t calls;             /* plain, under lock: in flight */
    uint32_t crowd;             /* plain, under lock: those that wait for room */
    _Atomic uint32_t answered;  /* counts, while there is a crowd */
    struct flights *flights;    /* of a queue: all that is plain belongs to its thread; or NULL */
    uint64_t timeout;           /* ns; 0: none */
    char path[CONNECTION_PATH_BYTES];
};

/* Say hello. `wait_ms` is how long the daemon has. */
quipu_status quipui_link_open(struct link_to_daemon *link, const char *path, int wait_ms);
void quipui_link_close(struct link_to_daemon *link);

/* Is the daemon there? */
bool quipui_link_is_up(const struct link_to_daemon *link);

/* Wait until there is an answer, or until this instant by the steady clock (0: for ever). Returns
 * false if there is none: the daemon is gone, it broke a rule, or the time is over. */
WIRE_HOT bool quipui_link_wait_answer(struct link_to_daemon *link, uint64_t ends);

/* Wake the daemon if it sleeps. */
WIRE_HOT void quipui_link_ring(struct link_to_daemon *link);

/* calls.c: as quipui_connection_call(), of a connection that is no queue's. */
quipu_status quipui_connection_exchange(struct connection *connection, struct wire_call *call);

/* --- link_exchange.c: messages --- */

/* Write the request of a call. There is room, for call->request.bytes. */
void quipui_link_ask(struct link_to_daemon *link, struct wire_call *call);

/* Take the header of an answer that was seen; then check it as the answer to a call, or the next
 * part of that, and take the rest. The latter returns false if the daemon has broken a rule. Room
 * is not given back. */
void quipui_link_hear(struct link_to_daemon *link, struct wire_answer *answer);
bool quipui_link_take(struct link_to_daemon *link, const struct wire_answer *answer,
                      struct wire_call *call);

/* A call has come to this status. Without an answer a call that writes has no results: they are
 * zeroed. */
void quipui_call_settle(const struct wire_call *call, quipu_status status);

#endif
