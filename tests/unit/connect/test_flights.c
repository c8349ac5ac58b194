/* test_flights.c - calls of a queue on their way, to a daemon that is this test: flights.h.
 *
 *   T1  an answer completes the call whose number it has; completions come in the order of the
 *       answers (L1)
 *   T2  so many calls are on their way and no more, and no more than the ring has room for (L2)
 *   T3  the socket is readable while there is an answer that no reap has seen, and quiet after a
 *       reap that found nothing; a bell that comes late is taken by the next (L3)
 *   T4  a daemon that waits for room is rung by the reap that finds nothing, and no other (L4)
 *   T5  a daemon that ends: what it had answered completes, then the rest with QUIPU_IO (L5)
 *   T6  a daemon that breaks a rule has ended (L5)
 *   T7  without the right to write no call that writes is submitted
 *   T8  a wait ends when something is ready, nothing is on its way, or the time is over */
#include "connect/flights.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connect/connection_parts.h"
#include "support/ledger.h"
#include "wire/hello.h"

enum { DEPTH = 8 };

static struct link_to_daemon link_of_test;
static struct flights *flights;
static struct wire_shared *shared;
static int door; /* the daemon's end of the socket */
static struct wire_end requests, answers;
static quipu_result results[DEPTH + 1];

static void begin(void)
{
    int pair[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    shared = aligned_alloc(4096, WIRE_SHARED_BYTES);
    cr_assert_not_null(shared);
    memset(shared, 0, WIRE_SHARED_BYTES);
    door = pair[1];
    requests = wire_requests(shared);
    answers = wire_answers(shared);
    link_of_test = (struct link_to_daemon){.socket = pair[0],
                                           .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                           .may_write = true,
                                           .shared = shared,
                                           .requests = requests,
                                           .answers = answers};
    memset(results, 0xa5, sizeof results);
    flights = quipui_flights_open(&link_of_test, DEPTH);
    cr_assert_not_null(flights);
    cr_assert_eq(quipui_flights_descriptor(flights), pair[0]);
}

static void end(void)
{
    quipui_flights_close(flights);
    if (door >= 0) cr_assert_eq(close(door), 0);
    cr_assert_eq(close(link_of_test.socket), 0);
    cr_assert_eq(close(link_of_test.bell), 0);
    free(shared);
}

static quipu_status submit(unsigned index)
{
    const quipu_transfer event = a_transfer(index + 1, 1, 2, 5);
    struct wire_call call = {.request = {.kind = WIRE_CREATE_TRANSFERS, .count = 1},
                             .each = &event,
                             .out_each = &results[index]};
    quipu_status status = quipui_flights_submit(flights, &call);

    if (status == QUIPU_OK) quipui_flights_name(flights, &results[index]);
    return status;
}

static void submit_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cr_assert_eq(submit(i), QUIPU_OK);
}

/* A large answer, which nobody wants to keep. */
static quipu_status submit_large(void)
{
    static quipu_uint128 ids[QUIPU_BATCH_MAX];
    struct wire_call call = {.request = {.kind = WIRE_LOOKUP_ACCOUNTS, .count = QUIPU_BATCH_MAX},
                             .each = ids};

    return quipui_flights_submit(flights, &call);
}

/* The daemon publishes an answer to the request of this number. */
static void answer_as(uint64_t number, enum wire_kind kind, uint32_t count)
{
    struct wire_answer answer = {.number = number, .kind = kind, .count = count};
    const quipu_result result = {.status = (uint32_t)number};
    uint64_t from = answers.mine;

    answer.bytes = (uint32_t)quipui_wire_answer_bytes(&answer);
    cr_assert_eq(wire_has_room(&answers, answer.bytes), WIRE_YES);
    quipui_wire_put(&answers, &answer, sizeof answer);
    if (kind == WIRE_CREATE_TRANSFERS) quipui_wire_put(&answers, &result, sizeof result);
    wire_skip(&answers, from + answer.bytes - answers.mine);
    wire_publish(&answers);
}

static void answer(uint64_t number)
{
    answer_as(number, WIRE_CREATE_TRANSFERS, 1);
}

static void send_bell(void)
{
    cr_assert(quipui_wire_send(door, "", 1, NULL, 0));
}

static bool ring(void)
{
    if (!wire_must_ring(&shared->client_sleeps)) return false;
    send_bell();
    return true;
}

static bool is_readable(int descriptor)
{
    struct pollfd look = {.fd = descriptor, .events = POLLIN};

    return poll(&look, 1, 0) == 1;
}

static size_t reap(quipu_completion *completions, size_t capacity)
{
    size_t count;

    errno = 4711;
    count = quipui_flights_reap(flights, completions, capacity);
    cr_assert_eq(errno, 4711);
    return count;
}

/* The next completion is of this call. */
static void expect(unsigned index, quipu_status status)
{
    quipu_completion completion;

    cr_assert_eq(reap(&completion, 1), 1);
    cr_assert_eq(completion.context, &results[index]);
    cr_assert_eq(completion.status, status);
    cr_assert_eq(completion.count, 0);
    cr_assert_eq(results[index].status, status == QUIPU_OK ? index + 1 : 0);
}

static void expect_none(void)
{
    quipu_completion completion;

    cr_assert_eq(reap(&completion, 1), 0);
}

Test(flights, t1_answers_in_any_order)
{
    quipu_completion completions[DEPTH];

    begin();
    submit_all(5);
    answer(4);
    answer(1);
    expect(3, QUIPU_OK);
    expect(0, QUIPU_OK);
    expect_none();
    cr_assert_eq(results[1].status, 0xa5a5a5a5, "it was not answered");
    answer(5);
    expect(4, QUIPU_OK);
    cr_assert_eq(submit(0), QUIPU_OK);
    answer(6);
    answer(2);
    answer(3);
    cr_assert_eq(reap(completions, DEPTH), 3);
    cr_assert_eq(completions[0].context, &results[0]);
    cr_assert_eq(completions[1].context, &results[1]);
    cr_assert_eq(completions[2].context, &results[2]);
    cr_assert_eq(quipui_flights_count(flights), 0);
    expect_none();
    end();
}

Test(flights, t2_a_queue_that_is_full)
{
    begin();
    submit_all(DEPTH);
    cr_assert_eq(submit(DEPTH), QUIPU_BUSY);
    answer(1);
    cr_assert_eq(submit(DEPTH), QUIPU_BUSY, "it is not reaped yet");
    expect(0, QUIPU_OK);
    cr_assert_eq(submit(DEPTH), QUIPU_OK);
    cr_assert_eq(submit(0), QUIPU_BUSY);
    cr_assert_eq(quipui_flights_count(flights), DEPTH);
    end();
}

Test(flights, t2_a_ring_that_is_full)
{
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result many[QUIPU_BATCH_MAX];
    const struct wire_call call = {
        .request = {.kind = WIRE_CREATE_TRANSFERS, .count = QUIPU_BATCH_MAX},
        .each = events,
        .out_each = many};
    struct wire_request request;

    begin();
    cr_assert_eq(quipui_flights_submit(flights, &call), QUIPU_OK);
    cr_assert_eq(quipui_flights_submit(flights, &call), QUIPU_OK);
    cr_assert_eq(quipui_flights_submit(flights, &call), QUIPU_BUSY);
    cr_assert_eq(quipui_flights_count(flights), 2, "nothing was done");
    cr_assert_eq(wire_see(&requests), WIRE_YES);
    quipui_wire_take(&requests, &request, sizeof request);
    cr_assert_eq(request.number, 1);
    wire_skip(&requests, request.bytes - sizeof request);
    wire_give_back(&requests);
    cr_assert_eq(quipui_flights_submit(flights, &call), QUIPU_OK);
    quipui_wire_take(&requests, &request, sizeof request);
    wire_skip(&requests, request.bytes - sizeof request);
    cr_assert_eq(wire_see(&requests), WIRE_YES);
    quipui_wire_take(&requests, &request, sizeof request);
    cr_assert_eq(request.number, 3, "the one that was refused has no number");
    end();
}

Test(flights, t3_readable_and_quiet)
{
    begin();
    submit_all(4);
    cr_assert_not(is_readable(link_of_test.socket));
    answer(1);
    cr_assert(ring(), "no reap was needed for that");
    answer(2);
    cr_assert_not(ring(), "one bell for all that comes");
    cr_assert(is_readable(link_of_test.socket));
    expect(0, QUIPU_OK);
    cr_assert(is_readable(link_of_test.socket), "there is more");
    expect(1, QUIPU_OK);
    expect_none();
    cr_assert_not(is_readable(link_of_test.socket));
    answer(3);
    cr_assert(ring());
    cr_assert(is_readable(link_of_test.socket));
    expect(2, QUIPU_OK);
    expect_none();
    expect_none();
    cr_assert_not(is_readable(link_of_test.socket));
    end();
}

Test(flights, t3_a_bell_that_comes_late)
{
    begin();
    submit_all(3);
    answer(1);
    cr_assert(wire_must_ring(&shared->client_sleeps), "its bell is on the way");
    expect(0, QUIPU_OK);
    expect_none();
    send_bell();
    cr_assert(is_readable(link_of_test.socket), "woken for nothing");
    answer(2);
    cr_assert(ring());
    expect(1, QUIPU_OK);
    expect_none();
    cr_assert_not(is_readable(link_of_test.socket), "both were taken");
    end();
}

/* A thread: the daemon answers the request of this number, and rings. */
static void *answer_later(void *number)
{
    answer(*(const uint64_t *)number);
    (void)ring();
    return NULL;
}

/* The reap takes old bells while a new one comes. */
Test(flights, t3_an_answer_that_comes_meanwhile, .timeout = 60)
{
    begin();
    for (uint64_t number = 1; number <= 300; number++) {
        quipu_completion completion;
        pthread_t thread;
        size_t reaped;

        cr_assert_eq(submit(0), QUIPU_OK);
        cr_assert_eq(pthread_create(&thread, NULL, answer_later, &number), 0);
        reaped = reap(&completion, 1);
        cr_assert_eq(pthread_join(thread, NULL), 0);
        if (reaped > 0) continue;
        cr_assert(is_readable(link_of_test.socket), "its bell was taken, and it was not seen");
        cr_assert_eq(reap(&completion, 1), 1);
    }
    end();
}

Test(flights, t4_a_daemon_that_waits_for_room)
{
    quipu_completion completion;

    begin();
    cr_assert_eq(submit_large(), QUIPU_OK);
    cr_assert_eq(submit(1), QUIPU_OK);
    answer_as(1, WIRE_LOOKUP_ACCOUNTS, QUIPU_BATCH_MAX);
    cr_assert_not(is_readable(link_of_test.bell));
    (void)wire_lie_down(&shared->server_sleeps);
    cr_assert_eq(reap(&completion, 1), 1);
    cr_assert_not(is_readable(link_of_test.bell), "no system call");
    expect_none();
    cr_assert(is_readable(link_of_test.bell));
    (void)eventfd_read(link_of_test.bell, &(eventfd_t){0});
    answer(2);
    (void)wire_lie_down(&shared->server_sleeps);
    expect(1, QUIPU_OK);
    expect_none();
    cr_assert_not(is_readable(link_of_test.bell), "there was room for any answer");
    end();
}

static void expect_ended(void)
{
    expect_none();
    cr_assert_eq(quipui_flights_count(flights), 0);
    cr_assert(is_readable(link_of_test.socket));
    cr_assert_eq(submit(0), QUIPU_IO);
    cr_assert_eq(quipui_flights_wait(flights, UINT64_MAX), QUIPU_BUSY);
}

Test(flights, t5_a_daemon_that_ends)
{
    begin();
    submit_all(6);
    answer(2);
    answer(6);
    cr_assert_eq(close(door), 0);
    door = -1;
    cr_assert(is_readable(link_of_test.socket));
    expect(1, QUIPU_OK);
    cr_assert_eq(submit(6), QUIPU_OK, "nobody has noticed yet");
    expect(5, QUIPU_OK);
    expect(0, QUIPU_IO);
    answer(4);
    for (unsigned i = 2; i < 5; i++)
        expect(i, QUIPU_IO);
    expect(6, QUIPU_IO);
    expect_ended();
    end();
}

static void break_rule(void (*break_it)(void))
{
    begin();
    submit_all(2);
    break_it();
    expect(0, QUIPU_IO);
    expect(1, QUIPU_IO);
    expect_ended();
    end();
}

static void answer_nothing(void)
{
    answer(3);
}

static void answer_something_else(void)
{
    answer_as(1, WIRE_LOOKUP_HOLDS, 1);
}

static void move_out_of_range(void)
{
    wire_skip(&answers, 2 * WIRE_ANSWERS_BYTES);
    wire_publish(&answers);
}

Test(flights, t6_a_daemon_that_breaks_a_rule)
{
    break_rule(answer_nothing);
    break_rule(answer_something_else);
    break_rule(move_out_of_range);
}

Test(flights, t6_an_answer_that_comes_twice)
{
    begin();
    submit_all(2);
    answer(2);
    answer(2);
    expect(1, QUIPU_OK);
    expect(0, QUIPU_IO);
    expect_ended();
    end();
}

Test(flights, t7_no_right_to_write)
{
    begin();
    link_of_test.may_write = false;
    cr_assert_eq(submit(0), QUIPU_UNSUPPORTED);
    cr_assert_eq(quipui_flights_count(flights), 0);
    cr_assert_eq(submit_large(), QUIPU_OK);
    end();
}

Test(flights, t8_waits, .timeout = 30)
{
    uint64_t number = 1;
    pthread_t thread;

    begin();
    cr_assert_eq(quipui_flights_wait(flights, UINT64_MAX), QUIPU_BUSY, "nothing is on its way");
    cr_assert_eq(submit(0), QUIPU_OK);
    cr_assert_eq(quipui_flights_wait(flights, 0), QUIPU_BUSY);
    cr_assert_eq(quipui_flights_wait(flights, 1), QUIPU_BUSY);
    cr_assert_eq(pthread_create(&thread, NULL, answer_later, &number), 0);
    cr_assert_eq(quipui_flights_wait(flights, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    expect(0, QUIPU_OK);
    cr_assert_eq(submit(1), QUIPU_OK);
    cr_assert_eq(close(door), 0);
    door = -1;
    cr_assert_eq(quipui_flights_wait(flights, UINT64_MAX), QUIPU_OK);
    expect(1, QUIPU_IO);
    end();
}
