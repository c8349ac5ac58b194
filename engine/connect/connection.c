/* connection.c - see connection.h. */
#include "connect/connection.h"

#include <errno.h>
#include <string.h>

#include "base/thread.h"
#include "connect/connection_parts.h"

/* How long the daemon has for its welcome, if no timeout says otherwise. */
#define WELCOME_MS 5000
#define MS_NS UINT64_C(1000000)

/* The daemon is woken before a request is written that is as large as this. */
#define EARLY_BELL_BYTES (128 << 10)

static int welcome_ms(uint64_t timeout)
{
    const uint64_t most = 24 * 3600 * 1000;
    uint64_t ms = timeout / MS_NS + (timeout % MS_NS != 0);

    if (timeout == 0) return WELCOME_MS;
    return (int)(ms < most ? ms : most);
}

quipu_status quipui_connection_open(const char *path, uint64_t timeout,
                                    struct connection **connection)
{
    struct connection *opened = quipui_memory_take(sizeof *opened);
    quipu_status status;

    if (opened == NULL) return QUIPU_NO_MEMORY;
    memset(opened, 0, sizeof *opened);
    memcpy(opened->path, path, strlen(path));
    opened->timeout = timeout;
    status = quipui_link_open(&opened->link, opened->path, welcome_ms(timeout));
    if (status != QUIPU_OK) {
        quipui_memory_give_back(opened);
        return status;
    }
    opened->alive = true;
    *connection = opened;
    return QUIPU_OK;
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

static void put(struct wire_end *end, const void *from, uint64_t bytes)
{
    if (bytes > 0) quipui_wire_put(end, from, bytes);
}

/* Write the request. Returns false if the connection has failed. */
static bool ask(struct connection *connection, struct wire_call *call)
{
    struct link_to_daemon *link = &connection->link;
    struct wire_request *request = &call->request;
    const struct wire_shape *shape = quipui_wire_shape(request->kind);
    uint64_t begin = link->requests.mine;

    request->number = ++link->number;
    request->bytes = (uint32_t)quipui_wire_request_bytes(request);
    /* To wake up takes the daemon as long as to copy so much takes us. */
    if (request->bytes >= EARLY_BELL_BYTES) quipui_link_ring(link);
    if (!quipui_link_wait_room(link, request->bytes, connection->timeout)) return false;
    put(&link->requests, request, sizeof *request);
    put(&link->requests, call->once, shape->in_once);
    put(&link->requests, call->expectations,
        (uint64_t)request->expectation_count * sizeof(quipu_expectation));
    put(&link->requests, call->each, (uint64_t)request->count * shape->in_each);
    wire_skip(&link->requests, begin + request->bytes - link->requests.mine);
    wire_publish(&link->requests);
    quipui_link_ring(link);
    return true;
}

static void take(struct wire_end *end, void *to, uint64_t bytes)
{
    if (bytes > 0 && to != NULL) {
        quipui_wire_take(end, to, bytes);
    } else {
        wire_skip(end, bytes);
    }
}

/* Take the answer. Returns false if the connection has failed. */
static bool hear(struct connection *connection, struct wire_call *call, struct wire_answer *answer)
{
    struct link_to_daemon *link = &connection->link;
    const struct wire_shape *shape = quipui_wire_shape(call->request.kind);
    uint64_t begin = link->answers.mine, seen;

    if (!quipui_link_wait_answer(link, connection->timeout)) return false;
    seen = wire_seen(&link->answers);
    quipui_wire_take(&link->answers, answer, sizeof *answer);
    if (quipui_wire_check_answer(answer, &call->request, seen) != NULL) return false;
    if (answer->status == QUIPU_OK) take(&link->answers, call->out_once, shape->out_once);
    take(&link->answers, call->out_each, (uint64_t)answer->count * shape->out_each);
    if (answer->flags & WIRE_BESIDE)
        take(&link->answers, call->out_beside, (uint64_t)answer->count * shape->out_beside);
    wire_skip(&link->answers, begin + answer->bytes - link->answers.mine);
    wire_give_back(&link->answers);
    if (seen > WIRE_ANSWERS_SPARE) quipui_link_ring(link); /* M5 */
    call->count = answer->count;
    call->horizon = answer->horizon;
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
    return status;
}

quipu_status quipui_connection_call(struct connection *connection, struct wire_call *call)
{
    int error = errno, cancel = thread_must_not_end();
    quipu_status status = call_daemon(connection, call);

    thread_may_end(cancel);
    errno = error;
    return status;
}
