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

struct connection {
    struct lock lock;
    bool alive;                 /* plain, under lock */
    struct link_to_daemon link; /* plain, under lock; only while it is alive */
    struct flights *flights;    /* of a queue: all that is plain belongs to its thread; or NULL */
    uint64_t timeout;           /* ns; 0: none */
    char path[CONNECTION_PATH_BYTES];
};

/* Say hello. `wait_ms` is how long the daemon has. */
quipu_status quipui_link_open(struct link_to_daemon *link, const char *path, int wait_ms);
void quipui_link_close(struct link_to_daemon *link);

/* Is the daemon there? */
bool quipui_link_is_up(const struct link_to_daemon *link);

/* Wait until there is an answer, or room for a request of `bytes`. Returns false if there never
 * will be: the daemon is gone, it broke a rule, or the time is over. */
WIRE_HOT bool quipui_link_wait_answer(struct link_to_daemon *link, uint64_t timeout);
WIRE_HOT bool quipui_link_wait_room(struct link_to_daemon *link, uint64_t bytes, uint64_t timeout);

/* Wake the daemon if it sleeps. */
WIRE_HOT void quipui_link_ring(struct link_to_daemon *link);

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
