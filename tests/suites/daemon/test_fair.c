/* test_fair.c - one client does not live at the cost of another. Judged by counts, not by time.
 *
 *   F1  V1: while a client's ring is full, another one's requests wait for a turn of it each
 *   F2  V2: a client that does not take its answers stops itself; once it takes them, all come, in
 *       order
 *   F3  SIGTERM's way: what was published is answered before the daemon ends, and taken after it */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "connect/connection_parts.h"
#include "support/daemon.h"
#include "support/ledger.h"

static struct daemon served;

static quipu_ledger *begin(void)
{
    quipu_ledger *near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(near, accounts, 2, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, NULL);
    return near;
}

static void end(quipu_ledger *near)
{
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}

/* Write a request whose records are given once and again. Returns false if there is no room. */
static bool put(struct link_to_daemon *link, uint32_t kind, uint32_t count, const void *record)
{
    struct wire_request request = {.kind = kind, .count = count};
    const struct wire_shape *shape = quipui_wire_shape(kind);
    uint64_t begin = link->requests.mine;

    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    if (wire_has_room(&link->requests, request.bytes) != WIRE_YES) return false;
    request.number = ++link->number;
    quipui_wire_put(&link->requests, &request, sizeof request);
    if (shape->in_once > 0) quipui_wire_put(&link->requests, record, shape->in_once);
    for (uint32_t i = 0; i < count && shape->in_each > 0; i++)
        quipui_wire_put(&link->requests, record, shape->in_each);
    wire_skip(&link->requests, begin + request.bytes - link->requests.mine);
    return true;
}

/* What was written is there, all of it at once. */
static void publish(struct link_to_daemon *link)
{
    wire_publish(&link->requests);
    quipui_link_ring(link);
}

static bool ask(struct link_to_daemon *link, uint32_t kind, uint32_t count, const void *record)
{
    if (!put(link, kind, count, record)) return false;
    publish(link);
    return true;
}

static void take_answer(struct link_to_daemon *link, uint64_t number)
{
    struct wire_answer answer;

    cr_assert(quipui_link_wait_answer(link, 0));
    quipui_wire_take(&link->answers, &answer, sizeof answer);
    cr_assert_eq(answer.number, number);
    wire_skip(&link->answers, answer.bytes - sizeof answer);
    wire_give_back(&link->answers);
    quipui_link_ring(link);
}

/* How many requests the daemon has taken of the client that connected first. */
static uint64_t taken_of_first(quipu_ledger *far)
{
    quipu_daemon_client clients[2];
    quipu_daemon daemon;
    size_t count;

    cr_assert_eq(quipu_get_daemon(far, &daemon, clients, 2, &count), QUIPU_OK);
    cr_assert_eq(count, 2);
    return clients[0].requests;
}

/* Take an answer of WIRE_GET_DAEMON: how many requests of the first client had been taken then. */
static uint64_t take_count(struct link_to_daemon *link, uint64_t number)
{
    struct wire_answer answer;
    quipu_daemon daemon;
    quipu_daemon_client first;

    cr_assert(quipui_link_wait_answer(link, 0));
    quipui_wire_take(&link->answers, &answer, sizeof answer);
    cr_assert_eq(answer.number, number);
    cr_assert_eq(answer.count, 2);
    quipui_wire_take(&link->answers, &daemon, sizeof daemon);
    quipui_wire_take(&link->answers, &first, sizeof first);
    wire_skip(&link->answers, answer.bytes - sizeof answer - sizeof daemon - sizeof first);
    wire_give_back(&link->answers);
    return first.requests;
}

/* A turn is 1024 records or what is begun by then: eleven requests of a hundred records and one
 * each, and two of a thousand. So between two requests of the modest client that wait in its ring,
 * the greedy one has a turn at most. */
Test(fair, f1_a_greedy_client_starves_nobody, .timeout = 120)
{
    enum { TIMES = 20, WAITING = 20, TURN = 11 };
    quipu_ledger *near = begin();
    quipu_transfer event = a_transfer(1, 1, 2, 5);
    struct link_to_daemon greedy, modest;
    uint64_t answered = 0, seen = 0, turns = 0;

    cr_assert_eq(quipui_link_open(&greedy, served.path, 5000), QUIPU_OK);
    cr_assert_eq(quipui_link_open(&modest, served.path, 5000), QUIPU_OK);
    for (unsigned i = 0; i < TIMES; i++) {
        while (ask(&greedy, WIRE_CREATE_TRANSFERS, 100, &event))
            continue;
        /* At once: this thread may stand still between two. */
        for (unsigned j = 0; j < WAITING; j++)
            cr_assert(put(&modest, WIRE_GET_DAEMON, 1000, NULL));
        publish(&modest);
        for (unsigned j = 0; j < WAITING; j++) {
            uint64_t taken = take_count(&modest, (uint64_t)i * WAITING + j + 1);

            if (j > 0) cr_assert_leq(taken - seen, TURN);
            turns += j > 0 && taken > seen;
            seen = taken;
        }
        while (wire_see(&greedy.answers) == WIRE_YES)
            take_answer(&greedy, ++answered);
    }
    cr_assert_gt(turns, 0, "they never were there together");
    quipui_link_close(&greedy);
    quipui_link_close(&modest);
    end(near);
}

Test(fair, f2_a_slow_reader_stops_itself, .timeout = 120)
{
    enum { MANY = 40 };
    quipu_ledger *near = begin(), *other;
    quipu_query_filter filter = {.limit = QUIPU_BATCH_MAX};
    struct link_to_daemon slow;
    uint64_t taken, asked = 0;

    cr_assert_eq(quipui_link_open(&slow, served.path, 5000), QUIPU_OK);
    other = daemon_connect(&served);
    while (asked < MANY && ask(&slow, WIRE_QUERY_ACCOUNTS, QUIPU_BATCH_MAX, &filter))
        asked++;
    cr_assert_eq(asked, MANY);
    /* An answer may be 1 MB; two accounts are 320 bytes, so room for the largest ends before the
     * ring does. It says so by `full`. */
    /* Ends: the answers fill the ring up to that. */
    for (;;) {
        quipu_daemon_client clients[2];
        quipu_daemon daemon;
        size_t count;

        cr_assert_eq(quipu_get_daemon(other, &daemon, clients, 2, &count), QUIPU_OK);
        if (clients[0].requests == asked || clients[0].full > 0) break;
    }
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(quipu_sync(other), QUIPU_OK, "others go on");
    taken = taken_of_first(other);
    cr_assert_leq(taken, asked);
    for (uint64_t i = 1; i <= asked; i++)
        take_answer(&slow, i);
    cr_assert_eq(taken_of_first(other), asked);
    quipui_link_close(&slow);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    end(near);
}

/* Its answers are as large as they can be: the ring has room for one, and then for none. */
Test(fair, f2_with_full_answers, .timeout = 120)
{
    enum { ACCOUNTS = 4000, MANY = 30 };
    static quipu_account accounts[ACCOUNTS];
    static quipu_result results[ACCOUNTS];
    quipu_ledger *near = begin(), *other;
    quipu_query_filter filter = {.limit = QUIPU_BATCH_MAX};
    struct link_to_daemon slow;
    uint64_t taken;

    for (size_t i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account(i + 10);
    cr_assert_eq(quipu_create_accounts(near, accounts, ACCOUNTS, results), QUIPU_OK);
    cr_assert_eq(quipui_link_open(&slow, served.path, 5000), QUIPU_OK);
    other = daemon_connect(&served);
    for (unsigned i = 0; i < MANY; i++)
        cr_assert(ask(&slow, WIRE_QUERY_ACCOUNTS, QUIPU_BATCH_MAX, &filter));
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(quipu_sync(other), QUIPU_OK, "others go on");
    /* 512 KB each, and 1 MB must be free: seven fit 4 MiB. */
    do {
        taken = taken_of_first(other);
    } while (taken < 7);
    cr_assert_eq(taken, 7);
    /* Ends: a turn has an end. Each round has one for the slow client. */
    for (uint64_t begun = daemon_look(other).rounds; daemon_look(other).rounds < begun + MANY;)
        continue;
    cr_assert_eq(taken_of_first(other), 7, "it stays so");
    for (uint64_t i = 1; i <= MANY; i++)
        take_answer(&slow, i);
    cr_assert_eq(taken_of_first(other), MANY);
    quipui_link_close(&slow);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    end(near);
}

Test(fair, f3_what_was_published_is_answered, .timeout = 60)
{
    quipu_ledger *near = begin();
    quipu_transfer event = a_transfer(1, 1, 2, 5);
    struct link_to_daemon link;
    uint64_t asked = 0;

    cr_assert_eq(quipui_link_open(&link, served.path, 5000), QUIPU_OK);
    while (ask(&link, WIRE_CREATE_TRANSFERS, 100, &event))
        asked++;
    daemon_stop(&served);
    for (uint64_t i = 1; i <= asked; i++)
        take_answer(&link, i);
    cr_assert_not(quipui_link_wait_answer(&link, 0), "and then it is gone");
    quipui_link_close(&link);
    daemon_end(&served);
    ledger_close(near);
}
