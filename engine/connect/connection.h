/* connection.h - a client's side of the wire: calls of any threads, from request to answer.
 *
 * A call writes its request under the lock, rings if the daemon sleeps, and waits for the answer.
 * Of the threads that wait one listens: awake for some microseconds, then asleep on the socket,
 * which also tells of the daemon's death. calls.c says how.
 *
 *   P1  a connection that has failed stays so until quipui_connection_again(): what the rings hold
 *       then is not looked at any more
 *   P2  an answer that was published before the daemon ended is taken
 *   P3  what a call returns of an answer was checked against its own request (message.h)
 *   P4  any number of calls are on their way at once. An answer completes the call whose number it
 *       has, and a call waits for no other one's answer
 *   P5  while calls are on their way one of their threads listens. No other one takes answers or
 *       bells, and none of them closes the link
 *   P6  a call whose request has no room waits until an answer has come. The room of a request was
 *       given back before its answer came: after the last one there is room for any */
#ifndef QUIPU_CONNECT_CONNECTION_H
#define QUIPU_CONNECT_CONNECTION_H

#include "base/lock.h"
#include "wire/message.h"

struct connection;

/* One call. What comes back is copied to where these point; NULL: it is not wanted. */
struct wire_call {
    struct wire_request request; /* kind, count, expectation_count, flags; the rest is ours */
    const void *once;            /* a filter */
    const void *expectations;
    const void *each;                       /* events or ids */
    void *out_once, *out_each, *out_beside; /* of a snapshot: made when it comes, or NULL */
    uint32_t count;                         /* of records that came back, in all parts */
    uint64_t horizon;
};

/* As quipu_connect(). `path` and `timeout` are kept. */
quipu_status quipui_connection_open(const char *path, uint64_t timeout,
                                    struct connection **connection);

/* One of its own for a queue of so many calls, to where the other one goes. Its calls are submits:
 * flights.h. */
quipu_status quipui_connection_beside(const struct connection *other, uint32_t depth,
                                      struct connection **connection);
struct flights *quipui_connection_flights(const struct connection *connection);

/* As quipu_reconnect(). */
quipu_status quipui_connection_again(struct connection *connection);

/* Give everything back. Returns false if a call is in flight: then nothing was done. `alone`: in a
 * child of fork(), where a call in flight is the parent's. */
bool quipui_connection_close(struct connection *connection, bool alone);

/* Make a call: what it would return in the daemon, or QUIPU_IO. Results of a call that writes are 0
 * where there is no answer. Of a queue's connection: submit it. */
WIRE_HOT quipu_status quipui_connection_call(struct connection *connection, struct wire_call *call);

/* Is the daemon there, as far as is known? */
bool quipui_connection_is_alive(struct connection *connection);
const char *quipui_connection_path(const struct connection *connection);

#endif
