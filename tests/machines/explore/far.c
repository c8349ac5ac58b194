/* far.c - see far.h. */
#include "machines/explore/far.h"

#include <stdlib.h>
#include <string.h>

#include "connect/connection_parts.h"
#include "machines/explore/points.h"
#include "machines/explore/program.h"
#include "wire/hello.h"

enum { LINKS = 3, BELLS_MAX = 3 };

/* The daemon's side of a link. */
struct served {
    struct wire_end requests, answers;
    unsigned bells; /* on the client's socket */
};

struct words {
    char bytes[sizeof(struct wire_shared)];
};

static _Alignas(4096) char memory[LINKS][WIRE_SHARED_BYTES];
static struct {
    struct served served[LINKS];
    int count;
    bool called, stopping;
} far, kept;
static struct words kept_words[LINKS];

static struct wire_shared *shared_of(int link)
{
    return (struct wire_shared *)(void *)memory[link];
}

void far_forget(void)
{
    memset(&far, 0, sizeof far);
}

void far_keep(void)
{
    kept = far;
    for (int i = 0; i < far.count; i++)
        memcpy(&kept_words[i], memory[i], sizeof kept_words[i]);
}

/* What is in the rings does not matter: each schedule writes it before it reads it. */
void far_restore(void)
{
    far = kept;
    for (int i = 0; i < far.count; i++)
        memcpy(memory[i], &kept_words[i], sizeof kept_words[i]);
}

/* --- the client's side --- */

quipu_status quipui_link_open(struct link_to_daemon *link, const char *path, int wait_ms)
{
    int own = far.count++;
    struct wire_shared *shared = shared_of(own);

    (void)path;
    (void)wait_ms;
    if (own >= LINKS) abort();
    memset(shared, 0, sizeof *shared);
    far.served[own] = (struct served){wire_requests(shared), wire_answers(shared), 0};
    *link = (struct link_to_daemon){.socket = FAR_SOCKETS + own,
                                    .may_write = true,
                                    .shared = shared,
                                    .requests = wire_requests(shared),
                                    .answers = wire_answers(shared)};
    return QUIPU_OK;
}

void quipui_link_close(struct link_to_daemon *link)
{
    (void)link;
}

bool quipui_link_is_up(const struct link_to_daemon *link)
{
    (void)link;
    return true;
}

static void call_daemon(void)
{
    explore_point(&far.called, true, __func__, __LINE__);
    far.called = true;
    explore_wrote(&far.called);
}

void quipui_link_ring(struct link_to_daemon *link)
{
    if (wire_must_ring(&link->shared->server_sleeps)) call_daemon();
}

bool quipui_wire_hear_some(int socket, unsigned *bells)
{
    struct served *served = &far.served[socket - FAR_SOCKETS];

    for (;;) {
        explore_point(&served->bells, true, __func__, __LINE__);
        if (*bells == 0 || served->bells == 0) return true;
        served->bells--;
        --*bells;
    }
}

void far_await(int socket)
{
    struct served *served = &far.served[socket - FAR_SOCKETS];

    explore_point(&served->bells, false, __func__, __LINE__);
    while (served->bells == 0)
        explore_await(&served->bells, __func__);
}

/* As in connect/link_wait.c, of a thread that does not look for long. Nobody waits for a time. */
bool quipui_link_wait_answer(struct link_to_daemon *link, uint64_t ends)
{
    struct served *served = &far.served[link->socket - FAR_SOCKETS];
    bool seen = wire_see(&link->answers) == WIRE_YES;

    if (ends != 0) abort();
    while (!seen) {
        wire_lie_down(&link->shared->client_sleeps);
        seen = wire_see(&link->answers) == WIRE_YES;
        if (!seen) {
            far_await(link->socket);
            served->bells = 0;
        }
        wire_get_up(&link->shared->client_sleeps);
    }
    return true;
}

/* --- the daemon --- */

static void ring(int link)
{
    struct served *served = &far.served[link];

    if (!wire_must_ring(&shared_of(link)->client_sleeps)) return;
    explore_point(&served->bells, true, __func__, __LINE__);
    if (served->bells == BELLS_MAX) abort();
    served->bells++;
    explore_wrote(&served->bells);
}

static void answer(int link, struct wire_answer *answer, const quipu_result *results)
{
    struct wire_end *end = &far.served[link].answers;
    uint64_t begin = end->mine;

    answer->bytes = (uint32_t)quipui_wire_answer_bytes(answer);
    if (wire_has_room(end, answer->bytes) != WIRE_YES) abort();
    quipui_wire_put(end, answer, sizeof *answer);
    if (answer->count > 0) quipui_wire_put(end, results, answer->count * sizeof *results);
    wire_skip(end, begin + answer->bytes - end->mine);
    wire_publish(end);
    ring(link);
}

/* A request, if there is one: transfers, or a sync. */
static bool serve(quipu_ledger *ledger, int link)
{
    struct wire_end *end = &far.served[link].requests;
    uint64_t begin = end->mine;
    struct wire_request request;
    struct wire_answer given;
    quipu_transfer events[EVENTS_MAX];
    quipu_result results[EVENTS_MAX];

    if (wire_see(end) != WIRE_YES) return false;
    quipui_wire_take(end, &request, sizeof request);
    if (request.count > EVENTS_MAX) abort();
    if (request.count > 0) quipui_wire_take(end, events, request.count * sizeof *events);
    wire_skip(end, begin + request.bytes - end->mine);
    wire_give_back(end);
    given = (struct wire_answer){
        .number = request.number, .kind = request.kind, .count = request.count};
    if (request.kind == WIRE_CREATE_TRANSFERS)
        given.status = quipu_create_transfers(ledger, events, request.count, results);
    answer(link, &given, results);
    return true;
}

static bool do_round(quipu_ledger *ledger)
{
    bool worked = false;

    for (int i = 0; i < far.count; i++)
        worked = serve(ledger, i) || worked;
    return worked;
}

static void await_call(void)
{
    explore_point(&far.called, true, __func__, __LINE__);
    while (!far.called)
        explore_await(&far.called, __func__);
    far.called = false;
}

/* As sleep_until_called() of server/server_loop.c. */
static void sleep_until_called(quipu_ledger *ledger)
{
    for (int i = 0; i < far.count; i++)
        wire_lie_down(&shared_of(i)->server_sleeps);
    if (!do_round(ledger)) await_call();
    for (int i = 0; i < far.count; i++)
        wire_get_up(&shared_of(i)->server_sleeps);
}

void far_run(quipu_ledger *ledger)
{
    /* Ends: far_stop(). */
    for (;;) {
        bool last = far.stopping;

        if (do_round(ledger)) continue;
        if (last) return;
        sleep_until_called(ledger);
    }
}

void far_stop(void)
{
    far.stopping = true;
    call_daemon();
}
