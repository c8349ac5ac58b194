/* test_twins.c - a ledger in a daemon answers as the same ledger in this process.
 *
 *   D1  random batches through a daemon are judged by the reference model, event by event; so is
 *       every read. At the end the ledger itself is audited, too
 *   D2  the largest batch of each kind goes through
 *   D3  several threads on one handle, and on one each, get answers to their own calls */
#include <string.h>

#include "support/checks.h"
#include "support/daemon.h"
#include "support/effort.h"
#include "support/generator.h"
#include "support/threads.h"
#include "support/twin.h"

enum { SEEDS = 4, ROUNDS = 250, LARGEST = 40 };

static struct daemon daemon_of_test;

/* `queued`: the server submits, as for a durable ledger. */
static quipu_ledger *move_out(struct twin *twin, bool queued)
{
    const struct server_options options = {.clients_max = 4, .is_durable = queued};
    quipu_ledger *near = twin->ledger;

    daemon_begin(&daemon_of_test);
    daemon_start(&daemon_of_test, near, &options);
    twin->ledger = daemon_connect(&daemon_of_test);
    return near;
}

static void move_back(struct twin *twin, quipu_ledger *near)
{
    cr_assert_eq(quipu_close(twin->ledger), QUIPU_OK);
    daemon_stop(&daemon_of_test);
    daemon_end(&daemon_of_test);
    twin->ledger = near;
}

static void commit(struct twin *twin, struct generator *g, const quipu_transfer *events, size_t n,
                   quipu_result *results)
{
    static quipu_receipt receipts[LARGEST];
    quipu_expectation expected[2];
    size_t count = random_below(&g->random, 3);

    for (size_t i = 0; i < count; i++) {
        quipu_uint128 id = generator_account_id(g);
        quipu_account account;
        uint64_t version;

        cr_assert_eq(quipu_lookup_accounts(twin->ledger, &id, 1, &account, &version), QUIPU_OK);
        if (version == 0 || random_one_in(&g->random, 10)) version++;
        expected[i] = (quipu_expectation){id, version, 0};
    }
    if (twin_commit(twin, expected, count, events, n, results,
                    random_one_in(&g->random, 2) ? receipts : NULL) == QUIPU_OK) {
        generator_learn(g, events, results, n);
    }
}

static void run(uint64_t seed, int protocol_index)
{
    static quipu_account accounts[LARGEST];
    static quipu_transfer transfers[LARGEST];
    static quipu_result results[LARGEST];
    struct generator g;
    struct twin twin;
    quipu_ledger *near;

    twin_open(&twin, protocol_index);
    twin.seed = seed;
    near = move_out(&twin, seed % 2 == 1);
    generator_start(&g, seed);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t base;
        size_t n;

        if (random_one_in(&g.random, 6)) twin_pass(&twin, SECOND);
        base = twin.now + twin.step;
        if (round < 8 || random_one_in(&g.random, 10)) {
            n = generator_accounts(&g, base, accounts, LARGEST);
            twin_accounts(&twin, accounts, n, results);
        } else {
            n = generator_transfers(&g, base, transfers, LARGEST);
            if (twin.protocol != QUIPU_CAS && random_one_in(&g.random, 6)) {
                commit(&twin, &g, transfers, n, results);
            } else {
                twin_transfers(&twin, transfers, n, results);
                generator_learn(&g, transfers, results, n);
            }
        }
        twin_audit_accounts(&twin);
        if (round % 100 == 99) twin_audit(&twin);
    }
    twin_audit(&twin);
    move_back(&twin, near);
    twin_close(&twin);
}

EVERY_PROTOCOL(daemon, d1_answers_as_the_ledger_itself, .timeout = 240)
{
    for (uint64_t seed = 1; seed <= EFFORT(SEEDS); seed++)
        run(seed, *protocol_index);
}

/* --- D2 --- */

/* One less than a batch: an audit also looks for one account that there is not. */
enum { MANY = QUIPU_BATCH_MAX - 1 };

static void largest_batches(struct twin *twin)
{
    static quipu_account accounts[QUIPU_BATCH_MAX];
    static quipu_transfer transfers[QUIPU_BATCH_MAX];
    static quipu_expectation expected[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    static quipu_receipt receipts[QUIPU_BATCH_MAX];
    static quipu_change changes[QUIPU_BATCH_MAX];
    quipu_change_filter filter = {.limit = UINT32_MAX};
    size_t count = 0;

    for (size_t i = 0; i < QUIPU_BATCH_MAX; i++) {
        quipu_uint128 id = i % MANY + 1;

        accounts[i] = an_account(id);
        transfers[i] = a_transfer(i + 1, id, id == 1 ? 2 : id - 1, 7);
        expected[i] = (quipu_expectation){id, 1, 0};
    }
    twin_accounts(twin, accounts, QUIPU_BATCH_MAX, results);
    if (twin->protocol == QUIPU_CAS) {
        twin_transfers(twin, transfers, QUIPU_BATCH_MAX, results);
    } else {
        cr_assert_eq(twin_commit(twin, expected, QUIPU_BATCH_MAX, transfers, QUIPU_BATCH_MAX,
                                 results, receipts),
                     QUIPU_OK);
    }
    cr_assert_eq(quipu_get_changes(twin->ledger, &filter, changes, QUIPU_BATCH_MAX, &count, NULL),
                 QUIPU_OK);
    cr_assert_eq(count, QUIPU_BATCH_MAX);
}

/* The wire is the same under all protocols: where a sanitizer makes it slow, one is enough. */
EVERY_PROTOCOL(daemon, d2_the_largest_batches_go_through, .timeout = 600)
{
    struct twin twin;
    quipu_ledger *near;

    if (EFFORT_SHARE > 1 && protocols[*protocol_index] != QUIPU_RCU) return;
    twin_open(&twin, *protocol_index);
    near = move_out(&twin, false);
    largest_batches(&twin);
    move_back(&twin, near);
    twin_close(&twin);
}

/* --- D3 --- */

enum { THREADS = 6, CALLS = 600, ACCOUNTS = 8 };

struct crowd {
    struct daemon *daemon;
    quipu_ledger *shared;
    uint64_t next_id;
};

static void transfer(quipu_ledger *far, quipu_uint128 id, unsigned index)
{
    quipu_transfer event =
        a_transfer(id, index % ACCOUNTS + 1, (index + 1) % ACCOUNTS + 1, 1 + index);
    quipu_transfer found;
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(far, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert_eq(quipu_lookup_transfers(far, &id, 1, &found, NULL), QUIPU_OK);
    cr_assert(found.id == id && found.amount == 1 + index, "the answer is another call's");
    cr_assert_eq(quipu_create_transfers(far, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_EXISTS);
}

static void act(void *context, unsigned index)
{
    struct crowd *crowd = context;
    quipu_ledger *far = index % 2 == 0 ? crowd->shared : daemon_connect(crowd->daemon);

    for (unsigned i = 0; i < threads_work(CALLS); i++)
        transfer(far, shared_add(&crowd->next_id, 1), index);
    if (far != crowd->shared) cr_assert_eq(quipu_close(far), QUIPU_OK);
}

EVERY_PROTOCOL(daemon, d3_threads_get_their_own_answers, .timeout = 120)
{
    struct daemon daemon;
    struct crowd crowd = {&daemon, NULL, 1};
    quipu_ledger *near = ledger_open(protocols[*protocol_index], NULL);
    const char *wrong;

    for (unsigned i = 0; i < ACCOUNTS; i++) {
        quipu_account account = an_account(i + 1);
        quipu_result result;

        cr_assert_eq(quipu_create_accounts(near, &account, 1, &result), QUIPU_OK);
    }
    daemon_begin(&daemon);
    daemon_start(&daemon, near, NULL);
    crowd.shared = daemon_connect(&daemon);
    threads_run(THREADS, act, &crowd);
    cr_assert_eq(quipu_close(crowd.shared), QUIPU_OK);
    daemon_stop(&daemon);
    daemon_end(&daemon);
    wrong = check_ledger(near, ACCOUNTS, false);
    cr_assert_null(wrong, "%s", wrong);
    ledger_close(near);
}
