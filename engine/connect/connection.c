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

/* With the lock taken: is the daemon there? It may have gone while no call was made. While one is
 * on its way, bells are for its thread alone. */
static bool is_alive(struct connection *connection)
{
    if (connection->alive && !connection->is_heard && !quipui_link_is_up(&connection->link))
        fail(connection);
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
    if (!alone) {
        if (!lock_try(&connection->lock)) return false;
        if (connection->calls > 0) {
            lock_leave(&connection->lock);
            return false;
        }
    }
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

quipu_status quipui_connection_call(struct connection *connection, struct wire_call *call)
{
    int error = errno, cancel = thread_must_not_end();
    quipu_status status = connection->flights != NULL
                              ? quipui_flights_submit(connection->flights, call)
                              : quipui_connection_exchange(connection, call);

    thread_may_end(cancel);
    errno = error;
    return status;
}
