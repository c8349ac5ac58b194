/* test_calls.c - calls of several threads over one link, to a daemon that is this test: calls.c.
 *
 *   U1  all are on their way at once; each is completed by its own answer, in whichever order
 *       answers come (P4)
 *   U2  a call that is complete returns, and another thread listens (P5)
 *   U3  a call that waits for too long ends all, whether its thread listens or not; a part of an
 *       answer is a new beginning
 *   U4  a daemon that breaks a rule, or ends, ends all (P1); the connection is not closed while one
 *       is in flight */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connect/connection_parts.h"
#include "support/ledger.h"
#include "support/threads.h"
#include "wire/hello.h"

enum { CALLS = 4 };

struct asked {
    struct wire_call call;
    quipu_transfer event;
    quipu_result result;
    quipu_query_filter filter;
    quipu_status status;
    uint64_t is_back; /* shared */
    pthread_t thread;
};

static struct connection *connection;
static struct wire_shared *shared;
static struct wire_end requests, answers;
static int door; /* the daemon's end of the socket */
static struct asked asked[CALLS];
static quipu_account accounts[1 << 16];

static struct wire_shared *map(int memory)
{
    void *mapped = mmap(NULL, WIRE_SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

    cr_assert_neq(mapped, MAP_FAILED);
    return mapped;
}

static void begin(uint64_t timeout)
{
    int pair[2], memory = quipui_wire_make_memory();
    struct wire_shared *clients;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    shared = map(memory);
    clients = map(memory);
    cr_assert_eq(close(memory), 0);
    door = pair[1];
    requests = wire_requests(shared);
    answers = wire_answers(shared);
    connection = quipui_memory_take(sizeof *connection);
    cr_assert_not_null(connection);
    memset(connection, 0, sizeof *connection);
    connection->alive = true;
    connection->timeout = timeout;
    connection->link = (struct link_to_daemon){.socket = pair[0],
                                               .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                               .may_write = true,
                                               .shared = clients,
                                               .requests = wire_requests(clients),
                                               .answers = wire_answers(clients)};
}

static void end(void)
{
    cr_assert(quipui_connection_close(connection, false));
    if (door >= 0) cr_assert_eq(close(door), 0);
    cr_assert_eq(munmap(shared, WIRE_SHARED_BYTES), 0);
}

static void *make_call(void *context)
{
    struct asked *one = context;

    one->status = quipui_connection_call(connection, &one->call);
    shared_raise(&one->is_back, 1);
    return NULL;
}

/* The daemon takes the request of this call. Returns false if that has ended without one. */
static bool take_request(unsigned index)
{
    struct wire_request request;
    uint64_t from = requests.mine;

    /* Ends: its thread is about to write it, or returns. */
    while (wire_see(&requests) != WIRE_YES) {
        if (shared_read(&asked[index].is_back) != 0) return false;
        sched_yield();
    }
    quipui_wire_take(&requests, &request, sizeof request);
    wire_skip(&requests, from + request.bytes - requests.mine);
    wire_give_back(&requests);
    cr_assert_eq(request.number, index + 1);
    return true;
}

/* A transfer, or a read that has no end. The daemon has its request then, unless it has ended. */
static bool ask(unsigned index, bool reads)
{
    struct asked *one = &asked[index];

    one->event = a_transfer(index + 1, 1, 2, 5);
    one->filter = (quipu_query_filter){.limit = UINT32_MAX};
    one->result.status = 99;
    one->is_back = 0;
    one->call =
        (struct wire_call){.request = {.kind = reads ? WIRE_QUERY_ACCOUNTS : WIRE_CREATE_TRANSFERS,
                                       .count = reads ? UINT32_MAX : 1},
                           .once = &one->filter,
                           .each = &one->event,
                           .out_each = reads ? (void *)accounts : (void *)&one->result};
    cr_assert_eq(pthread_create(&one->thread, NULL, make_call, one), 0);
    return take_request(index);
}

static void finish(unsigned index, quipu_status status)
{
    struct asked *one = &asked[index];

    cr_assert_eq(pthread_join(one->thread, NULL), 0);
    cr_assert_eq(one->status, status, "call %u: %s", index, quipu_status_text(one->status));
    if (one->call.request.kind == WIRE_QUERY_ACCOUNTS) return;
    cr_assert_eq(one->result.status, status == QUIPU_OK ? index + 1 : 0, "call %u", index);
}

static void put_answer(const struct wire_answer *answer, const void *record, size_t bytes)
{
    uint64_t from = answers.mine;

    cr_assert_eq(wire_has_room(&answers, answer->bytes), WIRE_YES);
    quipui_wire_put(&answers, answer, sizeof *answer);
    quipui_wire_put(&answers, record, bytes);
    wire_skip(&answers, from + answer->bytes - answers.mine);
    wire_publish(&answers);
    if (wire_must_ring(&shared->client_sleeps)) (void)quipui_wire_send(door, "", 1, NULL, 0);
}

static void answer(uint64_t number)
{
    struct wire_answer answer = {.number = number, .kind = WIRE_CREATE_TRANSFERS, .count = 1};
    const quipu_result result = {.status = (uint32_t)number};

    answer.bytes = (uint32_t)quipui_wire_answer_bytes(&answer);
    put_answer(&answer, &result, sizeof result);
}

static void answer_in_part(uint64_t number)
{
    struct wire_answer answer = {
        .number = number, .kind = WIRE_QUERY_ACCOUNTS, .count = 1, .flags = WIRE_MORE};
    const quipu_account account = an_account(7);

    answer.bytes = (uint32_t)quipui_wire_answer_bytes(&answer);
    put_answer(&answer, &account, sizeof account);
}

Test(calls, u1_each_has_its_own_answer, .timeout = 20)
{
    begin(0);
    for (unsigned i = 0; i < CALLS; i++)
        cr_assert(ask(i, false));
    cr_assert_not(quipui_connection_close(connection, false), "U4");
    for (unsigned i = CALLS; i > 0; i--)
        answer(i);
    for (unsigned i = 0; i < CALLS; i++)
        finish(i, QUIPU_OK);
    end();
}

Test(calls, u2_who_is_done_returns, .timeout = 20)
{
    static const unsigned order[CALLS] = {1, 0, 3, 2};

    begin(0);
    for (unsigned i = 0; i < CALLS; i++)
        cr_assert(ask(i, false));
    for (unsigned i = 0; i < CALLS; i++) {
        answer(order[i] + 1);
        finish(order[i], QUIPU_OK);
        for (unsigned j = i + 1; j < CALLS; j++)
            cr_assert_eq(shared_read(&asked[order[j]].is_back), 0);
    }
    end();
}

/* A call that is on its way looks at it next when a part has come. */
static void set_timeout(uint64_t timeout)
{
    lock_take(&connection->lock);
    connection->timeout = timeout;
    lock_leave(&connection->lock);
}

/* Call `reads` gets parts, as long as it waits. The other one gets nothing, and has little time. */
static void let_one_wait(unsigned reads)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    bool both;

    begin(reads == 0 ? 0 : SECOND / 20);
    cr_assert(ask(0, reads == 0));
    set_timeout(SECOND / 20);
    both = ask(1, reads == 1);
    set_timeout(reads == 0 ? 0 : SECOND / 20);
    /* Ends: the time of the other call is over, however often a part comes. */
    while (shared_read(&asked[1 - reads].is_back) == 0) {
        if (both && wire_has_room(&answers, 1024) == WIRE_YES) answer_in_part(reads + 1);
        (void)nanosleep(&moment, NULL);
    }
    finish(1 - reads, QUIPU_IO);
    finish(reads, QUIPU_IO);
    cr_assert_not(quipui_connection_is_alive(connection));
    end();
}

Test(calls, u3_too_long_beside_the_listener, .timeout = 20)
{
    let_one_wait(0);
}

Test(calls, u3_too_long_as_the_listener, .timeout = 20)
{
    let_one_wait(1);
}

Test(calls, u4_a_daemon_that_breaks_a_rule, .timeout = 20)
{
    begin(0);
    for (unsigned i = 0; i < CALLS; i++)
        cr_assert(ask(i, false));
    answer(3);
    answer(CALLS + 1);
    for (unsigned i = 0; i < CALLS; i++)
        finish(i, i == 2 ? QUIPU_OK : QUIPU_IO);
    end();
}

Test(calls, u4_a_daemon_that_ends, .timeout = 20)
{
    begin(0);
    for (unsigned i = 0; i < CALLS; i++)
        cr_assert(ask(i, false));
    answer(2);
    cr_assert_eq(close(door), 0);
    door = -1;
    for (unsigned i = 0; i < CALLS; i++)
        finish(i, i == 1 ? QUIPU_OK : QUIPU_IO);
    end();
}
