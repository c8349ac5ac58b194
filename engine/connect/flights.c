/* flights.c - see flights.h. */
#include "connect/flights.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/event.h"
#include "base/thread.h"
#include "connect/connection_parts.h"
#include "wire/hello.h"

/* One call. It is in the list of those on their way, or in the list of free ones. */
struct flight {
    struct wire_call call;
    void *context;
    struct flight *next;
};

struct flights {
    struct link_to_daemon *link;
    uint32_t count, depth;
    struct flight *oldest, **end; /* on their way, in the order of submits */
    struct flight *newest;        /* of the last submit */
    struct flight *free;
    uint64_t taken; /* bytes of answers, since a reap found nothing */
    unsigned due;   /* bells, see L3 */
    bool hung_up;   /* the daemon is gone */
    bool ended;     /* and nothing of it is left, or it has broken a rule */
    struct flight all[];
};

struct flights *quipui_flights_open(struct link_to_daemon *link, uint32_t depth)
{
    size_t bytes = sizeof(struct flights) + depth * sizeof(struct flight);
    struct flights *flights = quipui_memory_take(bytes);

    if (flights == NULL) return NULL;
    memset(flights, 0, bytes); /* the pages are there now */
    flights->link = link;
    flights->depth = depth;
    flights->end = &flights->oldest;
    for (uint32_t i = depth; i > 0; i--) {
        flights->all[i - 1].next = flights->free;
        flights->free = &flights->all[i - 1];
    }
    (void)wire_lie_down(&link->shared->client_sleeps); /* L3 */
    return flights;
}

void quipui_flights_close(struct flights *flights)
{
    quipui_memory_give_back(flights);
}

int quipui_flights_descriptor(const struct flights *flights)
{
    return flights->link->socket;
}

uint32_t quipui_flights_count(const struct flights *flights)
{
    return flights->count;
}

/* The daemon has broken a rule. The socket is readable from now on. (L5) */
static void break_off(struct flights *flights)
{
    int error = errno;

    (void)shutdown(flights->link->socket, SHUT_RDWR);
    flights->ended = true;
    errno = error;
}

/* --- submits --- */

/* Can a request of so many bytes be written? QUIPU_OK, or what the submit returns. */
static quipu_status find_room(struct flights *flights, uint64_t bytes)
{
    if (flights->ended) return QUIPU_IO;
    if (flights->free == NULL) return QUIPU_BUSY;
    switch (wire_has_room(&flights->link->requests, bytes)) {
    case WIRE_YES: return QUIPU_OK;
    case WIRE_NO: return QUIPU_BUSY; /* L2 */
    case WIRE_BROKEN: break;
    }
    break_off(flights);
    return QUIPU_IO;
}

quipu_status quipui_flights_submit(struct flights *flights, const struct wire_call *call)
{
    uint64_t bytes = quipui_wire_request_bytes(&call->request);
    quipu_status status = find_room(flights, bytes);
    struct flight *flight = flights->free;

    if (!flights->link->may_write && quipui_wire_shape(call->request.kind)->writes)
        return QUIPU_UNSUPPORTED;
    if (status != QUIPU_OK) return status;
    flights->free = flight->next;
    *flight = (struct flight){.call = *call};
    flight->call.request.bytes = (uint32_t)bytes;
    *flights->end = flight;
    flights->end = &flight->next;
    flights->newest = flight;
    flights->count++;
    quipui_link_ask(flights->link, &flight->call);
    return QUIPU_OK;
}

void quipui_flights_name(struct flights *flights, void *context)
{
    flights->newest->context = context;
}

/* --- reaping --- */

/* Where the call is linked that has this number, or NULL. A daemon has few requests of a client in
 * work, so it is among the oldest. */
static struct flight **find(struct flights *flights, uint64_t number)
{
    /* Ends: at the newest. */
    for (struct flight **at = &flights->oldest; *at != NULL; at = &(*at)->next) {
        if ((*at)->call.request.number == number) return at;
    }
    return NULL;
}

/* A call has come to this status: it is not on its way any more. (L1) */
static quipu_completion complete(struct flights *flights, struct flight **at, quipu_status status)
{
    struct flight *flight = *at;
    const struct wire_call *call = &flight->call;
    bool counts = quipui_wire_shape(call->request.kind)->in_once > 0; /* a read by a filter */

    quipui_call_settle(call, status);
    *at = flight->next;
    if (flights->end == &flight->next) flights->end = at;
    flight->next = flights->free;
    flights->free = flight;
    flights->count--;
    return (quipu_completion){.context = flight->context,
                              .status = status,
                              .count = counts && status == QUIPU_OK ? call->count : 0,
                              .horizon =
                                  call->request.kind == WIRE_GET_CHANGES ? call->horizon : 0};
}

/* Does the answer that is seen next say that another part follows? (L6) */
static bool is_part_next(const struct flights *flights)
{
    struct wire_end answers = flights->link->answers;
    struct wire_answer answer;

    quipui_wire_take(&answers, &answer, sizeof answer);
    return (answer.flags & WIRE_MORE) != 0;
}

enum taken {
    TAKEN_PART,
    TAKEN_WHOLE, /* a call is complete */
    TAKEN_BROKEN /* the daemon has broken a rule */
};

/* Take one answer, of those that were seen. */
static enum taken take_one(struct flights *flights, quipu_completion *completion)
{
    struct wire_answer answer;
    struct flight **at;

    quipui_link_hear(flights->link, &answer);
    at = find(flights, answer.number);
    if (at == NULL || !quipui_link_take(flights->link, &answer, &(*at)->call)) return TAKEN_BROKEN;
    if ((answer.flags & WIRE_MORE) != 0) return TAKEN_PART;
    *completion = complete(flights, at, (quipu_status)answer.status);
    return TAKEN_WHOLE;
}

/* Take answers that were seen, and give back their room: so many, and the parts before the next
 * one. */
static size_t take_seen(struct flights *flights, quipu_completion *completions, size_t capacity)
{
    struct wire_end *answers = &flights->link->answers;
    uint64_t begin = answers->mine;
    size_t taken = 0;

    while (wire_seen(answers) > 0 && (taken < capacity || is_part_next(flights))) {
        quipu_completion completion;

        switch (take_one(flights, &completion)) {
        case TAKEN_PART: break;
        case TAKEN_WHOLE: completions[taken++] = completion; break;
        case TAKEN_BROKEN: break_off(flights); return taken;
        }
    }
    wire_give_back(answers);
    flights->taken += answers->mine - begin;
    return taken;
}

/* No answer comes any more. */
static size_t fail(struct flights *flights, quipu_completion *completions, size_t capacity)
{
    size_t taken = 0;

    while (taken < capacity && flights->count > 0)
        completions[taken++] = complete(flights, &flights->oldest, QUIPU_IO);
    return taken;
}

static size_t take(struct flights *flights, quipu_completion *completions, size_t capacity)
{
    size_t taken = 0;

    if (!flights->ended) {
        switch (wire_see(&flights->link->answers)) {
        case WIRE_YES: taken = take_seen(flights, completions, capacity); break;
        case WIRE_NO: flights->ended = flights->hung_up; break; /* P2 */
        case WIRE_BROKEN: break_off(flights); break;
        }
    }
    return taken == 0 && flights->ended ? fail(flights, completions, capacity) : taken;
}

/* L4: all that was published since the last time is taken, and this bounds what was in the ring
 * meanwhile. */
static void ring_for_room(struct flights *flights)
{
    if (flights->taken > WIRE_ANSWERS_SPARE) quipui_link_ring(flights->link);
    flights->taken = 0;
}

/* L3: an answer has come meanwhile, and the reap may not take all that there is. */
static void leave_one_bell(struct flights *flights)
{
    unsigned others = flights->due - 1;

    if (flights->due <= 1) return;
    (void)quipui_wire_hear_some(flights->link->socket, &others);
    flights->due = others + 1;
}

/* Nothing was found. Returns true if there may be something now; otherwise the socket is QUIET. */
static bool go_quiet(struct flights *flights)
{
    struct link_to_daemon *link = flights->link;

    if (flights->ended) return false;
    flights->due += wire_lie_down(&link->shared->client_sleeps); /* L3 */
    if (wire_see(&link->answers) != WIRE_NO) {
        leave_one_bell(flights);
        return true;
    }
    ring_for_room(flights);
    flights->hung_up = !quipui_wire_hear_some(link->socket, &flights->due);
    return flights->hung_up;
}

size_t quipui_flights_reap(struct flights *flights, quipu_completion *completions, size_t capacity)
{
    size_t taken = take(flights, completions, capacity);
    int error, cancel;
    bool again;

    if (taken > 0) return taken;
    error = errno;
    cancel = thread_must_not_end();
    again = go_quiet(flights);
    thread_may_end(cancel);
    errno = error;
    return again ? take(flights, completions, capacity) : 0;
}

/* --- waiting --- */

static bool is_ready(struct flights *flights)
{
    enum wire_look seen;

    if (flights->ended || flights->hung_up) return flights->count > 0;
    seen = wire_see(&flights->link->answers);
    if (seen != WIRE_YES || !is_part_next(flights)) return seen != WIRE_NO;
    (void)take_seen(flights, NULL, 0); /* L6 */
    return flights->ended || wire_seen(&flights->link->answers) > 0;
}

quipu_status quipui_flights_wait(struct flights *flights, uint64_t timeout)
{
    struct wire_patience *patience = &flights->link->patience;
    uint64_t deadline = quipui_event_deadline(timeout);
    unsigned looks = 0, most = timeout > 0 ? wire_looks(patience) : 0;

    /* Ends: something is ready, or the time is over. */
    while (!is_ready(flights)) {
        if (flights->count == 0) return QUIPU_BUSY;
        if (looks < most) {
            wire_pause(&looks);
        } else if (!go_quiet(flights) && !quipui_event_wait(flights->link->socket, deadline)) {
            return QUIPU_BUSY;
        }
    }
    wire_learn(patience, looks, looks < most);
    return QUIPU_OK;
}
