/* connection.c - see connection.h. */
#include "connect/connection.h"

#include <errno.h>
#include <string.h>

#include "base/thread.h"
#include "connect/connection_parts.h"
#include "connect/flights.h"

/* How long the daemon has for its welcome, if no timeout says otherwise. */
#define WELCOME_MS 5000
#define MS_NS UINT64_C(1000000)

static int welcome_ms(uint64_t timeout)
{
    const uint64_t most = 24 * 3600 * 1000;
    uint64_t ms = timeout / MS_NS + (timeout % MS_NS != 0);

    if (timeout == 0) return WELCOME_MS;
    return (int)(ms < most ? ms : most);
}

/* One with a link, and flights if the depth is not 0. */
static quipu_status open_connection(const char *path, uint64_t timeout, uint32_t depth,
                                    struct connection **connection)
{
    struct connection *opened = quipui_memory_take(sizeof *opened);
    quipu_status status;

    if (opened == NULL) return QUIPU_NO_MEMORY;
    memset(opened, 0, sizeof *opened);
    memcpy(opened->path, path, strlen(path));
    opened->timeout = timeout;
    status = quipui_link_open(&opened->link, opened->path, welcome_ms(timeout));
    if (status == QUIPU_OK && depth > 0) {
        opened->flights = quipui_flights_open(&opened->link, depth);
        if (opened->flights == NULL) {
            quipui_link_close(&opened->link);
            status = QUIPU_NO_MEMORY;
        }
    }
    if (status != QUIPU_OK) {
        quipui_memory_give_back(opened);
        return status;
    }
    opened->alive = true;
    *connection = opened;
    return QUIPU_OK;
}

quipu_status quipui_connection_open(const char *path, uint64_t timeout,
                                    struct connection **connection)
{
    return open_connection(path, timeout, 0, connection);
}

quipu_status quipui_connection_beside(const struct connection *other, uint32_t depth,
                                      struct connection **connection)
{
    return open_connection(other->path, other->timeout, depth, connection);
}

struct flights *quipui_connection_flights(const struct connection *connection)
{
    return connection->flights;
}

static void fail(struct connection *connection)
{
    quipui_link_close(&connection->link);
    connection->alive = false;
}

/* With the lock taken: is the daemon there? It may have gone while no call was made. */
static bool is_alive(struct connection *connection)
{
    if (connection->alive && !quipui_link_is_up(&connection->link)) fail(connection);
    return connection->alive;
}

quipu_status quipui_connection_again(struct connection *connection)
{
    struct link_to_daemon link;
    quipu_status status = QUIPU_OK;

    lock_take(&connection->lock);
    if (!is_alive(connection)) {
        status = quipui_link_open(&link, connection->path, welcome_ms(connection->timeout));
        if (status == QUIPU_OK) {
            connection->link = link;
            connection->alive = true;
        }
    }
    lock_leave(&connection->lock);
    return status;
}

bool quipui_connection_close(struct connection *connection, bool alone)
{
    if (!alone && !lock_try(&connection->lock)) return false;
    if (connection->alive) quipui_link_close(&connection->link);
    if (connection->flights != NULL) quipui_flights_close(connection->flights);
    quipui_memory_give_back(connection);
    return true;
}

bool quipui_connection_is_alive(struct connection *connection)
{
    int error = errno, cancel = thread_must_not_end();
    bool alive;

    lock_take(&connection->lock);
    alive = is_alive(connection);
    lock_leave(&connection->lock);
    thread_may_end(cancel);
    errno = error;
    return alive;
}

const char *quipui_connection_path(const struct connection *connection)
{
    return connection->path;
}

/* --- a call --- */

/* Write the request. Returns false if the connection has failed. */
static bool ask(struct connection *connection, struct wire_call *call)
{
    struct link_to_daemon *link = &connection->link;
    uint64_t bytes = quipui_wire_request_bytes(&call->request);

    call->request.bytes = (uint32_t)bytes;
    if (!quipui_link_wait_room(link, bytes, connection->timeout)) return false;
    quipui_link_ask(link, call);
    return true;
}

/* Take a part of the answer. Returns false if the connection has failed. */
static bool hear_part(struct connection *connection, struct wire_call *call,
                      struct wire_answer *answer)
{
    struct link_to_daemon *link = &connection->link;
    uint64_t seen;

    if (!quipui_link_wait_answer(link, connection->timeout)) return false;
    seen = wire_seen(&link->answers);
    quipui_link_hear(link, answer);
    if (!quipui_link_take(link, answer, call)) return false;
    wire_give_back(&link->answers);
    if (seen > WIRE_ANSWERS_SPARE) quipui_link_ring(link); /* M5 */
    return true;
}

static bool hear(struct connection *connection, struct wire_call *call, struct wire_answer *answer)
{
    /* Ends: each part but the last brings some of the records that were wanted. */
    do {
        if (!hear_part(connection, call, answer)) return false;
    } while ((answer->flags & WIRE_MORE) != 0);
    return true;
}

/* As quipui_connection_call(); the thread is not cancelled in the middle. */
static quipu_status call_daemon(struct connection *connection, struct wire_call *call)
{
    struct wire_answer answer;
    quipu_status status = QUIPU_IO;

    lock_take(&connection->lock);
    if (connection->alive) {
        if (!connection->link.may_write && quipui_wire_shape(call->request.kind)->writes) {
            status = QUIPU_UNSUPPORTED;
        } else if (ask(connection, call) && hear(connection, call, &answer)) {
            status = (quipu_status)answer.status;
        } else {
            fail(connection); /* P1 */
        }
    }
    lock_leave(&connection->lock);
    quipui_call_settle(call, status);
    return status;
}

quipu_status quipui_connection_call(struct connection *connection, struct wire_call *call)
{
    int error = errno, cancel = thread_must_not_end();
    quipu_status status = connection->flights != NULL
                              ? quipui_flights_submit(connection->flights, call)
                              : call_daemon(connection, call);

    thread_may_end(cancel);
    errno = error;
    return status;
}
