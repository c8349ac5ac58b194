/* test_long_reads.c - reads of more records than an answer has, and snapshots, on a handle.
 *
 *   L1  each read gives the same records as in process, whatever its limit, its order and its span
 *       of time, by a call and by a submit; so does a snapshot, whose visit() may call the handle
 *   L2  accounts of one answer are of one instant, though the answer comes in parts while others
 *       write; and so are holds
 *   L3  V2, V5: a client that does not take its parts stops itself, and nobody else
 *   L4  V6: a client that is gone in the middle leaves nothing behind; and none has two reads in
 *       the daemon's memory at a time
 *   L5  a server that is stopped in the middle ends, and the parts that it had sent are taken
 *   L6  in memory or durable, a read waits for its turn: shorter ones of the same client come by */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"
#include "connect/connection_parts.h"
#include "queue/queue.h"
#include "quipu/queue.h"
#include "support/daemon.h"
#include "support/effort.h"
#include "support/ledger.h"

/* ACCOUNTS are more than the ring of answers holds: a part of 1000 is left. */
enum {
    ACCOUNTS = 4 * QUIPU_BATCH_MAX + 1000,
    SOME = 2 * QUIPU_BATCH_MAX + 1000,
    BUSY = 2 * QUIPU_BATCH_MAX + 1000,
    KINDS = 6
};

/* The largest of what reads find. */
enum { RECORD_BYTES = sizeof(quipu_change), RECORDS_MAX = SOME + BUSY };

static const uint32_t kinds[KINDS] = {WIRE_GET_ACCOUNT_TRANSFERS, WIRE_GET_ACCOUNT_BALANCES,
                                      WIRE_GET_ACCOUNT_HOLDS,     WIRE_QUERY_ACCOUNTS,
                                      WIRE_QUERY_TRANSFERS,       WIRE_GET_CHANGES};
static struct daemon served;
static quipu_ledger *near, *far;
static unsigned char *here, *there;

static void create_accounts(unsigned count)
{
    static quipu_account accounts[1000];
    static quipu_result results[1000];

    for (unsigned done = 0; done < count; done += 1000) {
        unsigned most = count - done < 1000 ? count - done : 1000;

        for (unsigned i = 0; i < most; i++)
            accounts[i] = an_account(done + i + 1);
        cr_assert_eq(quipu_create_accounts(near, accounts, most, results), QUIPU_OK);
    }
}

/* From account 1 to 2, more than two answers have; half of them are holds. */
static void create_transfers(void)
{
    static quipu_transfer events[1000];
    static quipu_result results[1000];

    for (unsigned done = 0; done < BUSY; done += 1000) {
        unsigned count = BUSY - done < 1000 ? BUSY - done : 1000;

        for (unsigned i = 0; i < count; i++) {
            quipu_uint128 id = done + i + 1;

            events[i] = id % 2 == 0 ? a_transfer(id, 1, 2, 3) : a_hold(id, 1, 2, 1, 0);
        }
        cr_assert_eq(quipu_create_transfers(near, events, count, results), QUIPU_OK);
    }
}

static void begin(quipu_protocol protocol, unsigned accounts, bool queued)
{
    const struct server_options options = {.clients_max = 4, .is_durable = queued};

    near = ledger_open(protocol, NULL);
    create_accounts(accounts);
    daemon_begin(&served);
    daemon_start(&served, near, &options);
    far = daemon_connect(&served);
}

static void end(void)
{
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}

/* --- L1 --- */

struct asked {
    uint32_t kind, limit;
    bool reversed;
    uint64_t min, max;
};

static quipu_account_filter account_filter(const struct asked *asked)
{
    return (quipu_account_filter){.account_id = 1,
                                  .limit = asked->limit,
                                  .timestamp_min = asked->min,
                                  .timestamp_max = asked->max,
                                  .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS |
                                           (asked->reversed ? (uint32_t)QUIPU_FILTER_REVERSED : 0)};
}

static quipu_query_filter query_filter(const struct asked *asked)
{
    return (quipu_query_filter){.limit = asked->limit,
                                .timestamp_min = asked->min,
                                .timestamp_max = asked->max,
                                .flags = asked->reversed ? QUIPU_QUERY_REVERSED : 0};
}

static size_t read_by(quipu_ledger *ledger, const struct asked *asked, void *records)
{
    const quipu_account_filter account = account_filter(asked);
    const quipu_query_filter query = query_filter(asked);
    const quipu_change_filter changes = {
        .limit = asked->limit, .after_timestamp = asked->min, .timestamp_max = asked->max};
    uint64_t horizon = 0;
    quipu_status status;
    size_t count = 99;

    switch (asked->kind) {
    case WIRE_GET_ACCOUNT_TRANSFERS:
        status = quipu_get_account_transfers(ledger, &account, records, RECORDS_MAX, &count);
        break;
    case WIRE_GET_ACCOUNT_BALANCES:
        status = quipu_get_account_balances(ledger, &account, records, RECORDS_MAX, &count);
        break;
    case WIRE_GET_ACCOUNT_HOLDS:
        status = quipu_get_account_holds(ledger, &account, records, RECORDS_MAX, &count);
        break;
    case WIRE_QUERY_ACCOUNTS:
        status = quipu_query_accounts(ledger, &query, records, RECORDS_MAX, &count);
        break;
    case WIRE_QUERY_TRANSFERS:
        status = quipu_query_transfers(ledger, &query, records, RECORDS_MAX, &count);
        break;
    default:
        status = quipu_get_changes(ledger, &changes, records, RECORDS_MAX, &count, &horizon);
        cr_assert_neq(horizon, 0);
        break;
    }
    cr_assert_eq(status, QUIPU_OK);
    return count;
}

/* Nothing is written behind the last record. */
static void put_mark(size_t bytes)
{
    memset(there, 0x5a, bytes);
    memset(there + bytes, 0xa5, RECORD_BYTES);
}

static bool is_mark_there(size_t bytes)
{
    for (size_t i = 0; i < RECORD_BYTES; i++) {
        if (there[bytes + i] != 0xa5) return false;
    }
    return true;
}

static void compare(const struct asked *asked)
{
    size_t want = read_by(near, asked, here), got;
    size_t bytes = want * quipui_wire_shape(asked->kind)->out_each;

    put_mark(bytes);
    got = read_by(far, asked, there);
    cr_assert_eq(got, want, "kind %u, limit %u, reversed %d: %zu instead of %zu", asked->kind,
                 asked->limit, asked->reversed, got, want);
    cr_assert(memcmp(here, there, bytes) == 0 && is_mark_there(bytes),
              "kind %u, limit %u, reversed %d", asked->kind, asked->limit, asked->reversed);
}

/* When the first but n transfer was, and so the last. */
static uint64_t time_of(quipu_uint128 id)
{
    quipu_transfer transfer;

    cr_assert_eq(quipu_lookup_transfers(near, &id, 1, &transfer, NULL), QUIPU_OK);
    return transfer.timestamp;
}

static void compare_all(uint32_t kind)
{
    static const uint32_t limits[] = {QUIPU_BATCH_MAX + 1, 2 * QUIPU_BATCH_MAX, UINT32_MAX};
    struct asked asked = {.kind = kind};

    for (unsigned order = 0; order < 2; order++) {
        asked.reversed = order == 1;
        asked.min = asked.max = 0;
        for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
            asked.limit = limits[i];
            compare(&asked);
        }
        asked.min = time_of(2);
        asked.max = time_of(BUSY - 2);
        compare(&asked);
        /* A span that ends where an answer is full. */
        asked.max = time_of(QUIPU_BATCH_MAX + 1);
        compare(&asked);
        if (kind == WIRE_GET_CHANGES) return;
    }
}

/* Bytes of answers that the ring of a queue has had, and those in it. */
static uint64_t answered(const quipu_queue *queue)
{
    /* relaxed: only counts; the connection loads what they carry. */
    return load_relaxed(&queue->ledger->connection->link.answers.words->tail);
}

/* The ring has all parts of an answer that it has room for; the last one waits. */
static void await_full_ring(const quipu_queue *queue)
{
    uint64_t most = sizeof(struct wire_answer) + QUIPU_BATCH_MAX * sizeof(quipu_account);

    while (answered(queue) + most <= WIRE_ANSWERS_BYTES)
        sched_yield();
}

/* By a submit, with a shorter one behind it that comes when there is no room for more parts: it is
 * answered before the last one. */
static void compare_submits(bool queued)
{
    const quipu_uint128 id = 7;
    const struct asked asked = {.kind = WIRE_QUERY_ACCOUNTS, .limit = UINT32_MAX};
    const quipu_query_filter filter = query_filter(&asked);
    quipu_completion completion;
    quipu_account account;
    quipu_queue *queue;
    uint64_t full;
    size_t want = read_by(near, &asked, here), came = 0;

    memset(there, 0xa5, want * sizeof(quipu_account));
    cr_assert_eq(quipu_queue_open(far, 4, &queue), QUIPU_OK);
    cr_assert_eq(quipu_submit_query_accounts(queue, &filter, (void *)there, RECORDS_MAX, there),
                 QUIPU_OK);
    await_full_ring(queue);
    full = answered(queue);
    cr_assert_eq(quipu_submit_lookup_accounts(queue, &id, 1, &account, NULL, &account), QUIPU_OK);
    /* Where answers wait for a disk it may be late, but there is room for it. */
    while (queued && answered(queue) == full)
        sched_yield();
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
        cr_assert_eq(quipu_reap(queue, &completion, 1), 1, "a part completes nothing");
        cr_assert_eq(completion.status, QUIPU_OK);
        if (completion.context == there) came = completion.count;
        if (completion.context == &account)
            cr_assert_eq(i, 0, "L6: it need not wait for all parts");
    }
    cr_assert_eq(came, want);
    cr_assert_eq(memcmp(here, there, want * sizeof(quipu_account)), 0);
    cr_assert_eq(account.id, 7);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
}

static void compare_reads(bool queued)
{
    begin(QUIPU_OPTIMISTIC, SOME, queued);
    create_transfers();
    here = malloc(((size_t)RECORDS_MAX + 1) * RECORD_BYTES);
    there = malloc(((size_t)RECORDS_MAX + 1) * RECORD_BYTES);
    cr_assert(here != NULL && there != NULL);
    for (unsigned i = queued ? KINDS - 1 : 0; i<KINDS; i += EFFORT_SHARE> 1 ? KINDS - 1 : 1)
        compare_all(kinds[i]);
    end();
    begin(QUIPU_OPTIMISTIC, ACCOUNTS, queued);
    compare_submits(queued);
    end();
    free(here);
    free(there);
}

Test(long_reads, l1_give_the_same_as_in_process, .timeout = 120)
{
    compare_reads(false);
}

Test(long_reads, l1_of_a_durable_ledger_too, .timeout = 120)
{
    compare_reads(true);
}

struct visit {
    uint64_t seen, most;
};

static bool visit_account(void *context, const quipu_account *account, uint64_t version)
{
    struct visit *visit = context;
    quipu_uint128 id = account->id;
    quipu_account again;

    cr_assert(account->id == ++visit->seen, "in order of creation");
    cr_assert_eq(version, 1);
    if (visit->seen % QUIPU_BATCH_MAX == 0) {
        cr_assert_eq(quipu_lookup_accounts(far, &id, 1, &again, NULL), QUIPU_OK);
        cr_assert_eq(memcmp(&again, account, sizeof again), 0);
    }
    return visit->seen < visit->most;
}

Test(long_reads, l1_snapshots, .timeout = 60)
{
    struct visit all = {0, UINT64_MAX}, few = {0, QUIPU_BATCH_MAX + 5};

    begin(QUIPU_RCU, SOME, false);
    cr_assert_eq(quipu_snapshot(far, visit_account, &all), QUIPU_OK);
    cr_assert_eq(all.seen, SOME);
    cr_assert_eq(quipu_snapshot(far, visit_account, &few), QUIPU_OK);
    cr_assert_eq(few.seen, few.most);
    cr_assert_eq(quipu_snapshot(far, NULL, NULL), QUIPU_INVALID);
    end();
}

/* --- a client that takes its parts when it wants --- */

static void ask(struct link_to_daemon *link, uint32_t kind, const void *filter)
{
    struct wire_call call = {.request = {.kind = kind, .count = UINT32_MAX}, .once = filter};

    cr_assert_eq(quipui_link_open(link, served.path, 5000), QUIPU_OK);
    call.request.bytes = (uint32_t)quipui_wire_request_bytes(&call.request);
    quipui_link_ask(link, &call);
}

/* Take a part to `there`, behind so many bytes. Returns false if it was the last one. */
static bool take_part(struct link_to_daemon *link, uint32_t kind, size_t *bytes)
{
    struct wire_call call = {.request = {.number = 1, .kind = kind, .count = UINT32_MAX},
                             .out_each = there + *bytes};
    struct wire_answer answer;

    cr_assert(quipui_link_wait_answer(link, 0));
    quipui_link_hear(link, &answer);
    cr_assert(quipui_link_take(link, &answer, &call));
    cr_assert_eq(answer.status, QUIPU_OK);
    wire_give_back(&link->answers);
    quipui_link_ring(link);
    *bytes += (size_t)call.count * quipui_wire_shape(kind)->out_each;
    return (answer.flags & WIRE_MORE) != 0;
}

/* A transfer through the handle: the loop goes on. */
static void pay(quipu_transfer event)
{
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(far, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

/* The first account pays the last one when the first part is there, and no room for the last. */
Test(long_reads, l2_accounts_are_of_one_instant, .timeout = 60)
{
    const quipu_query_filter all = {.limit = UINT32_MAX};
    struct link_to_daemon link;
    const quipu_account *accounts;
    size_t bytes = 0;

    begin(QUIPU_RCU, ACCOUNTS, false);
    there = malloc(ACCOUNTS * sizeof(quipu_account));
    cr_assert_not_null(there);
    ask(&link, WIRE_QUERY_ACCOUNTS, &all);
    cr_assert(quipui_link_wait_answer(&link, 0));
    pay(a_transfer(1, 1, ACCOUNTS, 5));
    while (take_part(&link, WIRE_QUERY_ACCOUNTS, &bytes))
        continue;
    accounts = (const quipu_account *)(const void *)there;
    cr_assert_eq(bytes, ACCOUNTS * sizeof *accounts);
    cr_assert_eq(accounts[0].debits_posted, 0);
    cr_assert_eq(accounts[ACCOUNTS - 1].credits_posted, 0, "L2");
    quipui_link_close(&link);
    free(there);
    end();
}

/* The first and the last hold are resolved meanwhile: both are still there. */
Test(long_reads, l2_holds_are_of_one_instant, .timeout = 60)
{
    enum { HOLDS = 4 * QUIPU_BATCH_MAX + QUIPU_BATCH_MAX / 2 };
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    const quipu_account_filter all = account_filter(&(struct asked){.limit = UINT32_MAX});
    struct link_to_daemon link;
    size_t bytes = 0;

    begin(QUIPU_MUTEX, 1000, false);
    for (unsigned done = 0; done < HOLDS; done += QUIPU_BATCH_MAX / 2) {
        for (unsigned i = 0; i < QUIPU_BATCH_MAX / 2; i++)
            events[i] = a_hold(done + i + 1, 1, 2, 1, 0);
        cr_assert_eq(quipu_create_transfers(near, events, QUIPU_BATCH_MAX / 2, results), QUIPU_OK);
    }
    there = malloc(HOLDS * sizeof(quipu_hold));
    cr_assert_not_null(there);
    ask(&link, WIRE_GET_ACCOUNT_HOLDS, &all);
    cr_assert(quipui_link_wait_answer(&link, 0));
    pay(a_void(HOLDS + 1, 1));
    pay(a_void(HOLDS + 2, HOLDS));
    while (take_part(&link, WIRE_GET_ACCOUNT_HOLDS, &bytes))
        continue;
    cr_assert_eq(bytes, HOLDS * sizeof(quipu_hold), "L2");
    quipui_link_close(&link);
    free(there);
    end();
}

/* --- L3, L4, L5 --- */

static const quipu_change_filter all_changes = {.limit = UINT32_MAX};
static const quipu_query_filter all_accounts = {.limit = UINT32_MAX};

Test(long_reads, l4_a_client_goes_in_the_middle, .timeout = 60)
{
    const struct {
        uint32_t kind;
        const void *filter;
    } reads[] = {{WIRE_GET_CHANGES, &all_changes},
                 {WIRE_QUERY_ACCOUNTS, &all_accounts},
                 {WIRE_SNAPSHOT, NULL}};

    begin(QUIPU_OPTIMISTIC, ACCOUNTS, false);
    for (unsigned i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct link_to_daemon link;

        ask(&link, reads[i].kind, reads[i].filter);
        cr_assert(quipui_link_wait_answer(&link, 0));
        pay(a_transfer(i + 1, 1, 2, 5)); /* L3 */
        quipui_link_close(&link);
        /* Ends: the server hears the hang-up, and gives its descriptors back. */
        while (daemon_look(far).descriptors > 2)
            sched_yield();
    }
    end();
}

/* The second of two snapshots is taken once the first has gone. */
Test(long_reads, l4_one_at_a_time_is_in_memory, .timeout = 60)
{
    struct wire_call call = {.request = {.kind = WIRE_SNAPSHOT, .count = UINT32_MAX}};
    quipu_daemon_client clients[2];
    struct link_to_daemon link;
    struct wire_answer answer;
    quipu_daemon daemon;
    size_t count, seen = 0;

    begin(QUIPU_OPTIMISTIC, ACCOUNTS, false);
    ask(&link, WIRE_SNAPSHOT, NULL);
    call.request.bytes = (uint32_t)quipui_wire_request_bytes(&call.request);
    quipui_link_ask(&link, &call);
    cr_assert(quipui_link_wait_answer(&link, 0));
    /* Ends: a turn has an end. Each round has one for the client. */
    for (uint64_t begun = daemon_look(far).rounds; daemon_look(far).rounds < begun + 3;)
        continue;
    cr_assert_eq(quipu_get_daemon(far, &daemon, clients, 2, &count), QUIPU_OK);
    cr_assert_eq(count, 2);
    cr_assert_eq(clients[1].requests, 1);
    while (seen < (size_t)2 * ACCOUNTS) {
        cr_assert(quipui_link_wait_answer(&link, 0));
        quipui_link_hear(&link, &answer);
        cr_assert_eq(answer.number, seen < ACCOUNTS ? 1 : 2);
        wire_skip(&link.answers, answer.bytes - sizeof answer);
        wire_give_back(&link.answers);
        quipui_link_ring(&link);
        seen += answer.count;
    }
    quipui_link_close(&link);
    end();
}

Test(long_reads, l5_a_server_stops_in_the_middle, .timeout = 60)
{
    struct link_to_daemon link;
    size_t bytes = 0;

    begin(QUIPU_OPTIMISTIC, ACCOUNTS, false);
    there = malloc(ACCOUNTS * sizeof(quipu_account));
    cr_assert_not_null(there);
    ask(&link, WIRE_QUERY_ACCOUNTS, &all_accounts);
    cr_assert(quipui_link_wait_answer(&link, 0));
    daemon_stop(&served);
    /* Ends: not all of them had room. */
    while (wire_see(&link.answers) == WIRE_YES)
        cr_assert(take_part(&link, WIRE_QUERY_ACCOUNTS, &bytes), "there is no hole");
    cr_assert_geq(bytes, QUIPU_BATCH_MAX * sizeof(quipu_account));
    cr_assert_not(quipui_link_is_up(&link));
    quipui_link_close(&link);
    free(there);
    daemon_start(&served, near, NULL);
    end();
}
