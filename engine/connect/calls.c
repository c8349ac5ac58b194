/* calls.c - calls of several threads over one link, all on their way at once.
 *
 *   a caller      writes its request, under the lock, and joins the others
 *   the listener  is one of the callers: it takes answers out of the ring, each to the call that it
 *                 is for, until its own is complete. Then it tells another one to listen
 *   the others    sleep, each on a word of its own, until they are told something
 *
 *           nobody listens, or told to            its answer has come
 *     WAITS ----------------------> LISTENS ----------------------> DONE
 *       |                its answer has come                          ^
 *       +-------------------------------------------------------------+
 *
 * If no answer comes any more, the listener ends all calls that are on their way. A thread that has
 * waited for too long has it do so: it hangs up. */
#include <limits.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/futex.h"
#include "connect/connection_parts.h"

enum role { WAITS, LISTENS, DONE };

/* A call on its way; on the stack of its thread, which leaves when it is DONE. */
struct caller {
    struct wire_call *call;
    struct caller *next;   /* plain, under lock */
    quipu_status status;   /* plain, under lock; as are the next two */
    uint32_t parts;        /* that have come, of those behind which another follows */
    enum role role;        /* LISTENS: only its own thread changes it */
    _Atomic uint32_t told; /* not 0: there is another role to see */
    uint64_t ends;         /* its own thread's: by the steady clock; 0: never */
};

static uint64_t deadline_of(const struct connection *connection)
{
    return connection->timeout == 0 ? 0 : quipui_clock_steady() + connection->timeout;
}

/* ns that a thread may sleep. 0: its time is over. */
static uint64_t time_left(uint64_t ends)
{
    uint64_t now;

    if (ends == 0) return FUTEX_FOR_EVER;
    now = quipui_clock_steady();
    return now < ends ? ends - now : 0;
}

/* --- with the lock --- */

static void join(struct connection *connection, struct caller *caller)
{
    struct caller **last = &connection->oldest;

    while (*last != NULL)
        last = &(*last)->next;
    *last = caller;
    if (connection->is_heard) return;
    connection->is_heard = true;
    caller->role = LISTENS;
}

/* The call on its way that has this number, or NULL. */
static struct caller *find(const struct connection *connection, uint64_t number)
{
    struct caller *caller = connection->oldest;

    while (caller != NULL && caller->call->request.number != number)
        caller = caller->next;
    return caller;
}

/* Returns what to wake once the lock was left. The thread may be gone by then: of what it slept on,
 * only the address is used. */
static _Atomic uint32_t *tell(struct caller *caller, enum role role)
{
    caller->role = role;
    /* relaxed: it only ends a sleep; the role is seen under the lock. */
    store_relaxed(&caller->told, 1);
    return &caller->told;
}

/* A call has come to this status. */
static _Atomic uint32_t *complete(struct connection *connection, struct caller *caller,
                                  quipu_status status)
{
    struct caller **at = &connection->oldest;

    while (*at != caller)
        at = &(*at)->next;
    *at = caller->next;
    caller->status = status;
    return tell(caller, DONE);
}

/* The listener leaves. Returns what to wake, or NULL. */
static _Atomic uint32_t *pass_on(struct connection *connection)
{
    connection->is_heard = connection->oldest != NULL;
    return connection->is_heard ? tell(connection->oldest, LISTENS) : NULL;
}

/* An answer has come, or the link is gone: there may be room. */
static void tell_of_room(struct connection *connection)
{
    if (connection->crowd == 0) return;
    /* relaxed: it only ends a sleep; for room one looks under the lock. */
    (void)add_relaxed(&connection->answered, 1);
    quipui_futex_wake(&connection->answered, INT_MAX);
}

/* P1: of the listener, or where there is none. */
static void end_all(struct connection *connection)
{
    quipui_link_close(&connection->link);
    connection->alive = false;
    connection->is_heard = false;
    while (connection->oldest != NULL)
        quipui_futex_wake(complete(connection, connection->oldest, QUIPU_IO), 1);
    tell_of_room(connection);
}

/* The listener sees it, and ends all. */
static void hang_up(struct connection *connection)
{
    if (connection->alive) (void)shutdown(connection->link.socket, SHUT_RDWR);
}

/* P6: no room. The lock is left meanwhile. */
static void wait_for_room(struct connection *connection, struct caller *caller)
{
    /* relaxed: under the lock. */
    uint32_t seen = load_relaxed(&connection->answered);
    uint64_t left = time_left(caller->ends);

    if (left == 0) {
        hang_up(connection);
        caller->ends = 0;
        left = FUTEX_FOR_EVER;
    }
    connection->crowd++;
    lock_leave(&connection->lock);
    quipui_futex_wait(&connection->answered, seen, left);
    lock_take(&connection->lock);
    connection->crowd--;
}

/* Write the request, when there is room for it. */
static quipu_status ask(struct connection *connection, struct caller *caller)
{
    struct link_to_daemon *link = &connection->link;
    struct wire_request *request = &caller->call->request;
    uint64_t bytes = quipui_wire_request_bytes(request);
    enum wire_look room;

    request->bytes = (uint32_t)bytes;
    /* Ends: answers come, and make room, or the link ends. */
    while (connection->alive) {
        if (!link->may_write && quipui_wire_shape(request->kind)->writes) return QUIPU_UNSUPPORTED;
        room = wire_has_room(&link->requests, bytes);
        if (room == WIRE_YES) {
            quipui_link_ask(link, caller->call);
            join(connection, caller);
            wire_prefetch(&link->requests); /* while the daemon has something to do */
            return QUIPU_OK;
        }
        if (room == WIRE_BROKEN) hang_up(connection);
        if (connection->is_heard) {
            wait_for_room(connection, caller);
        } else {
            end_all(connection); /* all was answered, and there is no room */
        }
    }
    return QUIPU_IO;
}

/* --- the listener --- */

/* The answer to a call was taken, or a part of it. */
static void settle(struct connection *connection, struct caller *self, struct caller *caller,
                   const struct wire_answer *answer)
{
    _Atomic uint32_t *wake = NULL;

    lock_take(&connection->lock);
    if ((answer->flags & WIRE_MORE) != 0) {
        caller->parts++;
    } else {
        wake = complete(connection, caller, (quipu_status)answer->status);
        if (caller == self) {
            wake = pass_on(connection);
            connection->calls--;
        }
    }
    tell_of_room(connection);
    lock_leave(&connection->lock);
    if (wake != NULL) quipui_futex_wake(wake, 1);
}

/* Take an answer that was seen. Returns false if the daemon has broken a rule. */
static bool hear(struct connection *connection, struct caller *self)
{
    struct link_to_daemon *link = &connection->link;
    uint64_t seen = wire_seen(&link->answers);
    struct wire_answer answer;
    struct caller *caller;

    quipui_link_hear(link, &answer);
    lock_take(&connection->lock);
    caller = find(connection, answer.number);
    lock_leave(&connection->lock);
    if (caller == NULL || !quipui_link_take(link, &answer, caller->call)) return false;
    wire_give_back(&link->answers);
    if (seen > WIRE_ANSWERS_SPARE) quipui_link_ring(link); /* M5 */
    settle(connection, self, caller, &answer);
    return true;
}

static void listen_to_daemon(struct connection *connection, struct caller *self)
{
    uint32_t parts = self->parts;

    /* Ends: its own answer comes, or none does any more. */
    while (self->role == LISTENS) {
        if (self->parts != parts) self->ends = deadline_of(connection);
        parts = self->parts;
        if (quipui_link_wait_answer(&connection->link, self->ends) && hear(connection, self))
            continue;
        lock_take(&connection->lock);
        end_all(connection);
        connection->calls--;
        lock_leave(&connection->lock);
    }
}

/* --- the others --- */

/* Sleep until this one is told something. Returns false if its time is over. */
static bool sleep_until_told(struct caller *self)
{
    unsigned looks = 0;

    /* relaxed: what is told is seen under the lock. */
    while (load_relaxed(&self->told) == 0) {
        uint64_t left;

        if (looks < WIRE_LOOKS_SHORT) {
            wire_pause(&looks);
            continue;
        }
        left = time_left(self->ends);
        if (left == 0) return false;
        quipui_futex_wait(&self->told, 0, left);
    }
    return true;
}

/* Until this one is to listen, or its answer has come. */
static void wait_for_role(struct connection *connection, struct caller *self)
{
    uint32_t parts = 0;
    bool waits = true;

    /* Ends: the listener goes on, or ends all. */
    while (waits) {
        bool in_time = sleep_until_told(self);

        lock_take(&connection->lock);
        waits = self->role == WAITS;
        if (self->role == DONE) connection->calls--;
        if (waits && !in_time) {
            if (self->parts == parts) hang_up(connection);
            self->ends = self->parts == parts ? 0 : deadline_of(connection);
            parts = self->parts;
        }
        lock_leave(&connection->lock);
    }
}

quipu_status quipui_connection_exchange(struct connection *connection, struct wire_call *call)
{
    struct caller self = {.call = call, .ends = deadline_of(connection)};
    quipu_status status;
    bool listens;

    lock_take(&connection->lock);
    connection->calls++;
    status = ask(connection, &self);
    if (status != QUIPU_OK) connection->calls--;
    listens = self.role == LISTENS;
    lock_leave(&connection->lock);
    if (status == QUIPU_OK) {
        if (!listens) wait_for_role(connection, &self);
        listen_to_daemon(connection, &self);
        status = self.status;
    }
    quipui_call_settle(call, status);
    return status;
}
