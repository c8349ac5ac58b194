/* test_queues.c - each call, made by a queue, does and answers what the plain call does.
 *
 * Two ledgers under one clock get the same random calls: one plain, the other by a queue, in
 * memory, with a journal, or in a daemon. Status, count, horizon and every byte of the results are
 * compared. */
#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"
#include "quipu/queue.h"
#include "support/daemon.h"
#include "support/effort.h"
#include "support/generator.h"
#include "support/held_log.h"
#include "support/ledger.h"

enum { SEEDS = 4, ROUNDS = 600, LARGEST = 24, ROOM = 16 };

/* What a call writes, large enough for each. */
struct output {
    _Alignas(16) unsigned char records[LARGEST * sizeof(quipu_change)];
    unsigned char beside[LARGEST * sizeof(quipu_receipt)];
    size_t count;
    uint64_t horizon;
    quipu_status status;
};

/* Where the ledgers are. QUEUED: in a daemon that submits, as for a durable ledger. */
enum place { IN_MEMORY, WITH_A_JOURNAL, IN_A_DAEMON, IN_A_DAEMON_QUEUED };

struct half {
    quipu_ledger *ledger;
    quipu_ledger *far;  /* its handle, if it is in a daemon */
    quipu_queue *queue; /* NULL: plain calls */
    struct held_log *log;
    struct daemon daemon;
    struct output output;
};

struct pair {
    uint64_t now;
    struct generator generator;
    struct half plain, queued;
};

static void open_half(struct pair *pair, struct half *half, int protocol_index, enum place place)
{
    const struct journal_options options = {.buffered = false};

    half->ledger = ledger_open(protocols[protocol_index], &pair->now);
    if (place != WITH_A_JOURNAL) return;
    half->log = held_log_new();
    cr_assert_eq(quipui_journal_open(&half->ledger->store, &half->log->log, &options, NULL),
                 QUIPU_OK);
}

static void open_queue(struct half *half, enum place place)
{
    const struct server_options options = {.clients_max = 2,
                                           .is_durable = place == IN_A_DAEMON_QUEUED};
    quipu_ledger *ledger = half->ledger;

    if (place == IN_A_DAEMON || place == IN_A_DAEMON_QUEUED) {
        daemon_begin(&half->daemon);
        daemon_start(&half->daemon, half->ledger, &options);
        ledger = half->far = daemon_connect(&half->daemon);
    }
    cr_assert_eq(quipu_queue_open(ledger, 1, &half->queue), QUIPU_OK);
}

static void close_half(struct half *half)
{
    if (half->queue != NULL) cr_assert_eq(quipu_queue_close(half->queue), QUIPU_OK);
    if (half->far != NULL) {
        cr_assert_eq(quipu_close(half->far), QUIPU_OK);
        daemon_stop(&half->daemon);
        daemon_end(&half->daemon);
    }
    if (half->log != NULL) {
        cr_assert_eq(quipui_journal_close(&half->ledger->store, NULL), QUIPU_OK);
        held_log_free(half->log);
    }
    ledger_close(half->ledger);
}

/* What a submit came to: its completion's word, or its own. */
static void reap(struct half *half, quipu_status submitted)
{
    struct output *output = &half->output;
    quipu_completion completion;

    output->status = submitted;
    if (submitted != QUIPU_OK) return;
    cr_assert_eq(quipu_queue_wait(half->queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(half->queue, &completion, 1), 1);
    cr_assert_eq(completion.context, half);
    output->status = completion.status;
    output->count = completion.count;
    output->horizon = completion.horizon;
}

/* The call on one half. */
#define MAKE(half, name, ...)                                                                      \
    ((half)->queue == NULL                                                                         \
         ? (void)((half)->output.status = quipu_##name((half)->ledger, __VA_ARGS__))               \
         : reap((half), quipu_submit_##name((half)->queue, __VA_ARGS__, (half))))
#define MAKE_COUNTING(half, name, ...)                                                             \
    ((half)->queue == NULL                                                                         \
         ? (void)((half)->output.status =                                                          \
                      quipu_##name((half)->ledger, __VA_ARGS__, &(half)->output.count))            \
         : reap((half), quipu_submit_##name((half)->queue, __VA_ARGS__, (half))))

/* What is asked: the same of both sides. */
struct question {
    unsigned kind;
    size_t count;
    quipu_account accounts[LARGEST];
    quipu_transfer transfers[LARGEST];
    quipu_uint128 ids[LARGEST];
    quipu_expectation expected;
    quipu_account_filter of_account;
    quipu_query_filter query;
    quipu_change_filter changes;
};

static void make(struct half *half, const struct question *q)
{
    struct output *output = &half->output;
    void *records = output->records, *beside = output->beside;

    memset(output, 0xa5, sizeof *output);
    output->count = 0;
    output->horizon = 0;
    switch (q->kind) {
    case 0: MAKE(half, create_accounts, q->accounts, q->count, records); break;
    case 1: MAKE(half, create_transfers, q->transfers, q->count, records); break;
    case 2:
        MAKE(half, commit, &q->expected, q->expected.version != 0, q->transfers, q->count, records,
             beside);
        break;
    case 3: MAKE(half, lookup_accounts, q->ids, q->count, records, beside); break;
    case 4: MAKE(half, lookup_transfers, q->ids, q->count, records, beside); break;
    case 5: MAKE(half, lookup_holds, q->ids, q->count, records); break;
    case 6: MAKE_COUNTING(half, get_account_transfers, &q->of_account, records, ROOM); break;
    case 7: MAKE_COUNTING(half, get_account_balances, &q->of_account, records, ROOM); break;
    case 8: MAKE_COUNTING(half, get_account_holds, &q->of_account, records, ROOM); break;
    case 9: MAKE_COUNTING(half, query_accounts, &q->query, records, ROOM); break;
    case 10: MAKE_COUNTING(half, query_transfers, &q->query, records, ROOM); break;
    case 11:
        if (half->queue == NULL) {
            output->status = quipu_get_changes(half->ledger, &q->changes, records, ROOM,
                                               &output->count, &output->horizon);
        } else {
            reap(half, quipu_submit_get_changes(half->queue, &q->changes, records, ROOM, half));
        }
        break;
    default:
        if (half->queue == NULL) {
            output->status = quipu_sync(half->ledger);
        } else {
            reap(half, quipu_submit_sync(half->queue, half));
        }
        break;
    }
}

static void draw_ids(struct pair *pair, struct question *q)
{
    struct generator *g = &pair->generator;

    q->count = 1 + random_below(&g->random, LARGEST);
    for (size_t i = 0; i < q->count; i++) {
        const struct recent *recent = random_one_in(&g->random, 2) ? &g->asked : &g->holds;

        q->ids[i] = q->kind == 3 ? generator_account_id(g)
                                 : recent->events[random_below(&g->random, GENERATOR_RECENT)].id;
    }
}

static void draw(struct pair *pair, struct question *q, int round)
{
    struct generator *g = &pair->generator;
    bool reversed = random_one_in(&g->random, 2);

    *q = (struct question){.kind = round < 6 ? 0 : random_below(&g->random, 20)};
    if (q->kind > 12) q->kind = 1;
    if (q->kind == 0) q->count = generator_accounts(g, pair->now, q->accounts, LARGEST);
    if (q->kind == 1 || q->kind == 2) {
        q->count = generator_transfers(g, pair->now, q->transfers, LARGEST);
    }
    if (q->kind == 2 && random_one_in(&g->random, 2)) {
        q->expected.account_id = generator_account_id(g);
        q->expected.version = 1 + random_below(&g->random, 3);
    }
    if (q->kind >= 3 && q->kind <= 5) draw_ids(pair, q);
    q->of_account =
        (quipu_account_filter){.account_id = generator_account_id(g),
                               .limit = random_below(&g->random, ROOM), /* 0 is refused */
                               .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS |
                                        (reversed ? (uint32_t)QUIPU_FILTER_REVERSED : 0)};
    q->query = (quipu_query_filter){.limit = 1 + random_below(&g->random, ROOM),
                                    .flags = reversed ? QUIPU_QUERY_REVERSED : 0};
    q->changes = (quipu_change_filter){.limit = 1 + random_below(&g->random, ROOM)};
}

static void compare(const struct pair *pair, const struct question *q, int round)
{
    const struct output *plain = &pair->plain.output, *queued = &pair->queued.output;

    cr_assert_eq(queued->status, plain->status, "round %d, call %u: %u, the plain call says %u",
                 round, q->kind, queued->status, plain->status);
    cr_assert_eq(queued->count, plain->count, "round %d, call %u", round, q->kind);
    cr_assert_eq(queued->horizon, plain->horizon, "round %d, call %u", round, q->kind);
    cr_assert(memcmp(queued->records, plain->records, sizeof plain->records) == 0,
              "round %d, call %u: other records", round, q->kind);
    cr_assert(memcmp(queued->beside, plain->beside, sizeof plain->beside) == 0,
              "round %d, call %u: others beside them", round, q->kind);
}

static void run(int protocol_index, uint64_t seed, enum place place)
{
    static struct pair pair;
    unsigned made[13] = {0};

    memset(&pair, 0, sizeof pair);
    pair.now = NOON;
    generator_start(&pair.generator, seed);
    open_half(&pair, &pair.plain, protocol_index, place);
    open_half(&pair, &pair.queued, protocol_index, place);
    open_queue(&pair.queued, place);
    for (int round = 0; round < ROUNDS; round++) {
        struct random *random = &pair.generator.random;
        static struct question q;

        pair.now += random_one_in(random, 6) ? SECOND : 10000;
        draw(&pair, &q, round);
        make(&pair.plain, &q);
        make(&pair.queued, &q);
        compare(&pair, &q, round);
        if (pair.plain.output.status == QUIPU_OK) made[q.kind]++;
        if (q.kind == 1) {
            generator_learn(&pair.generator, q.transfers,
                            (const quipu_result *)(void *)pair.plain.output.records, q.count);
        }
    }
    for (unsigned kind = 0; kind < 13; kind++) {
        cr_assert(made[kind] > 0 || (kind == 2 && protocols[protocol_index] == QUIPU_CAS),
                  "call %u was never made", kind);
    }
    close_half(&pair.queued);
    close_half(&pair.plain);
}

EVERY_PROTOCOL(queues, do_what_plain_calls_do)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(*protocol_index, seed, IN_MEMORY);
}

EVERY_PROTOCOL(queues, do_what_plain_calls_do_with_a_journal)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(*protocol_index, seed, WITH_A_JOURNAL);
}

EVERY_PROTOCOL(queues, do_what_plain_calls_do_in_a_daemon, .timeout = 120)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(*protocol_index, seed, seed % 2 == 0 ? IN_A_DAEMON : IN_A_DAEMON_QUEUED);
}
