/* test_one_sync.c - a daemon of a durable ledger, whose disk the test holds.
 *
 *   S1  while the disk is held nobody is answered, and the loop goes on: it takes requests, and
 *       answers what waits for no disk
 *   S2  one sync serves all clients: many requests, few appends
 *   S3  a disk that fails is QUIPU_IO for all that waited, and for all later calls
 *   S4  a client that is gone while its requests wait for the disk disturbs nobody */
#include <sched.h>
#include <string.h>

#include "api/ledger.h"
#include "connect/connection_parts.h"
#include "journal/journal_parts.h"
#include "support/daemon.h"
#include "support/held_log.h"
#include "support/ledger.h"

enum { CLIENTS = 8, REQUESTS = 5 };

static struct daemon served;
static quipu_ledger *near, *good;
static struct held_log *held;
static struct link_to_daemon links[CLIENTS];
static uint64_t next_id = 1;

static void begin(void)
{
    const struct server_options durable = {.clients_max = CLIENTS + 1, .is_durable = true};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    held = held_log_new();
    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    cr_assert_eq(quipui_journal_open(&near->store, &held->log, &(struct journal_options){0}, NULL),
                 QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(near, accounts, 2, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, &durable);
    good = daemon_connect(&served);
    for (unsigned i = 0; i < CLIENTS; i++)
        cr_assert_eq(quipui_link_open(&links[i], served.path, 5000), QUIPU_OK);
}

static quipu_status end(void)
{
    quipu_status status;

    for (unsigned i = 0; i < CLIENTS; i++) {
        if (links[i].shared != NULL) quipui_link_close(&links[i]);
    }
    cr_assert_eq(quipu_close(good), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    status = quipui_journal_close(&near->store, NULL);
    ledger_close(near);
    held_log_free(held);
    return status;
}

static void ask(struct link_to_daemon *link)
{
    struct wire_request request = {
        .number = ++link->number, .kind = WIRE_CREATE_TRANSFERS, .count = 1};
    quipu_transfer event = a_transfer(next_id++, 1, 2, 1);

    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    quipui_wire_put(&link->requests, &request, sizeof request);
    quipui_wire_put(&link->requests, &event, sizeof event);
    wire_publish(&link->requests);
    quipui_link_ring(link);
}

/* All of them ask, and all has been taken. */
static void ask_all(void)
{
    quipu_daemon_client clients[CLIENTS + 1];
    quipu_daemon daemon;
    uint64_t taken;
    size_t count;

    for (unsigned j = 0; j < REQUESTS; j++) {
        for (unsigned i = 0; i < CLIENTS; i++)
            ask(&links[i]);
    }
    /* Ends: the loop takes them, though the disk is held. */
    do {
        cr_assert_eq(quipu_get_daemon(good, &daemon, clients, CLIENTS + 1, &count), QUIPU_OK);
        taken = 0;
        for (size_t i = 1; i < count; i++)
            taken += clients[i].requests;
    } while (taken < CLIENTS * REQUESTS);
}

/* The answers of one client; all have this status. */
static void take_answers(struct link_to_daemon *link, quipu_status status)
{
    for (unsigned i = 0; i < REQUESTS; i++) {
        struct wire_answer answer;
        quipu_result result;

        cr_assert(quipui_link_wait_answer(link, 0));
        quipui_wire_take(&link->answers, &answer, sizeof answer);
        cr_assert_eq(answer.status, status);
        cr_assert_eq(answer.count, 1);
        quipui_wire_take(&link->answers, &result, sizeof result);
        cr_assert_eq(result.status, status == QUIPU_OK ? (uint32_t)QUIPU_CREATED : 0);
        wire_skip(&link->answers, answer.bytes - sizeof answer - sizeof result);
        wire_give_back(&link->answers);
    }
}

static void expect_no_answer(void)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        cr_assert_eq(wire_see(&links[i].answers), WIRE_NO);
}

Test(one_sync, serves_many_clients, .timeout = 60)
{
    quipu_counters counters;
    uint64_t before;

    begin();
    held_log_hold(held);
    before = held_log_appends(held);
    ask_all();
    held_log_await(held);
    expect_no_answer();
    cr_assert_eq(quipu_get_counters(good, &counters), QUIPU_OK, "S1");
    cr_assert_eq(counters.transfers, CLIENTS * REQUESTS);
    expect_no_answer();
    held_log_let_go(held);
    for (unsigned i = 0; i < CLIENTS; i++)
        take_answers(&links[i], QUIPU_OK);
    /* The one that was held, one for what came meanwhile, and one for what came before that. */
    cr_assert_leq(held_log_appends(held) - before, 3, "S2: %llu appends for %d requests",
                  (unsigned long long)(held_log_appends(held) - before), CLIENTS * REQUESTS);
    cr_assert_eq(end(), QUIPU_OK);
}

Test(one_sync, that_fails_is_all_clients_failure, .timeout = 60)
{
    quipu_transfer event = a_transfer(50000, 1, 2, 1);
    quipu_result result = {.status = 99};

    begin();
    held_log_hold(held);
    ask_all();
    held_log_await(held);
    held_log_refuse(held, QUIPU_IO);
    held_log_let_go(held);
    for (unsigned i = 0; i < CLIENTS; i++)
        take_answers(&links[i], QUIPU_IO);
    cr_assert_eq(quipu_create_transfers(good, &event, 1, &result), QUIPU_IO);
    cr_assert_eq(result.status, 0);
    cr_assert_eq(end(), QUIPU_IO);
}

Test(one_sync, goes_on_without_clients_that_are_gone, .timeout = 60)
{
    begin();
    held_log_hold(held);
    ask_all();
    held_log_await(held);
    for (unsigned i = 1; i < CLIENTS; i++) {
        quipui_link_close(&links[i]);
        links[i].shared = NULL;
    }
    /* Ends: the server hears of it. */
    while (daemon_look(good).clients > 2)
        sched_yield();
    held_log_let_go(held);
    take_answers(&links[0], QUIPU_OK);
    /* Their descriptors go once the disk has answered. */
    while (daemon_look(good).descriptors > 4)
        sched_yield();
    for (uint64_t id = 1; id < next_id; id++)
        cr_assert(held_log_has(held, id), "S4: what was published is done");
    cr_assert_eq(end(), QUIPU_OK);
}
