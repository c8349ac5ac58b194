/* test_model.c - random batches, judged event by event and account by account by the model.
 *
 * The seeds are fixed; QUIPU_SEED=n runs that one alone. A failure names its seed. The clock jumps,
 * at times right before or onto the instant at which a hold is due. Under every third seed a ledger
 * remembers only a few failed ids. */
#include "support/effort.h"
#include "support/generator.h"
#include "support/twin.h"

#include <stdlib.h>

enum { SEEDS = 36, ROUNDS = 1000, LARGEST = 40 };

/* By code; QUIPU_CREATED is counted as 0, which no outcome is, and codes of ours behind the
 * others. */
enum { SHARED = 128, OURS = 0x10000, CODES = SHARED + 16 };

struct coverage {
    unsigned accounts[CODES], transfers[CODES];
    unsigned conflicts;
};

static uint32_t place_of(uint32_t status)
{
    if (status == QUIPU_CREATED) return 0;
    return status < SHARED ? status : status - OURS + SHARED;
}

static void count(unsigned *seen, const quipu_result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t place = place_of(results[i].status);

        cr_assert_lt(place, CODES);
        seen[place]++;
    }
}

/* To the instant at which some hold is due, or to shortly before: a batch may straddle it. */
static void jump(struct twin *twin, struct generator *g)
{
    const quipu_transfer *hold = &g->holds.events[random_below(&g->random, GENERATOR_RECENT)];
    quipu_transfer stored;
    uint64_t due;

    if (hold->id == 0 || hold->timeout == 0 || hold->timeout > 10) return;
    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &hold->id, 1, &stored, NULL), QUIPU_OK);
    due = stored.timestamp + stored.timeout * SECOND - random_below(&g->random, 4);
    if (stored.id != 0 && due > twin->now) {
        twin->now = due;
        twin->step = 0;
    }
}

static void pass_time(struct twin *twin, struct generator *g)
{
    twin->step = random_one_in(&g->random, 4) ? 0 : 10000;
    if (random_one_in(&g->random, 6)) twin_pass(twin, SECOND);
    if (random_one_in(&g->random, 200)) twin_pass(twin, 100 * SECOND);
    if (random_one_in(&g->random, 5)) jump(twin, g);
}

static void commit(struct twin *twin, struct generator *g, const quipu_transfer *events, size_t n,
                   struct coverage *coverage)
{
    static quipu_result results[LARGEST];
    static quipu_receipt receipts[LARGEST];
    quipu_expectation expected[3];
    size_t count_expected = random_below(&g->random, 4);
    bool wants_receipts = !random_one_in(&g->random, 3);
    quipu_status status;

    for (size_t i = 0; i < count_expected; i++) {
        quipu_uint128 id = generator_account_id(g);
        quipu_account account;
        uint64_t version;

        cr_assert_eq(quipu_lookup_accounts(twin->ledger, &id, 1, &account, &version), QUIPU_OK);
        if (version == 0 || random_one_in(&g->random, 10)) version++;
        expected[i] = (quipu_expectation){id, version, 0};
    }
    status = twin_commit(twin, expected, count_expected, events, n, results,
                         wants_receipts ? receipts : NULL);
    if (status == QUIPU_OK) {
        count(coverage->transfers, results, n);
        generator_learn(g, events, results, n);
    }
    if (status == QUIPU_CONFLICT) coverage->conflicts++;
}

static void run(uint64_t seed, int protocol_index, struct coverage *coverage)
{
    static quipu_account accounts[LARGEST];
    static quipu_transfer transfers[LARGEST];
    static quipu_result results[LARGEST];
    struct generator g;
    struct twin twin;

    twin_open_small(&twin, protocol_index, 0, 0, seed % 3 == 0 ? seed : 0);
    twin.seed = seed;
    generator_start(&g, seed);
    if (seed % 4 == 0) twin.now = 5000000000 * SECOND; /* the longest time-outs overflow */
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t base;
        size_t n;

        pass_time(&twin, &g);
        base = twin.now + twin.step;
        if (round < 8 || random_one_in(&g.random, 10)) {
            n = generator_accounts(&g, base, accounts, LARGEST);
            twin_accounts(&twin, accounts, n, results);
            count(coverage->accounts, results, n);
        } else {
            n = generator_transfers(&g, base, transfers, LARGEST);
            if (twin.protocol != QUIPU_CAS && random_one_in(&g.random, 6)) {
                commit(&twin, &g, transfers, n, coverage);
            } else {
                twin_transfers(&twin, transfers, n, results);
                count(coverage->transfers, results, n);
                generator_learn(&g, transfers, results, n);
            }
        }
        twin_audit_accounts(&twin);
        if (round % 100 == 99) twin_audit(&twin);
    }
    twin_close(&twin);
}

/* Every outcome must have been there, or the comparison says nothing about it. */
static void check_coverage(const struct coverage *coverage, quipu_protocol protocol)
{
    static const struct {
        const char *name;
        uint32_t code;
    } accounts[] =
        {
#define X(name, number, kind, text) {#name, number},
            QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
        },
      transfers[] = {
#define X(name, number, kind, text) {#name, number},
          QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
      };

    cr_expect_gt(coverage->accounts[0], 0);
    cr_expect_gt(coverage->transfers[0], 0);
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        cr_expect_gt(coverage->accounts[place_of(accounts[i].code)], 0, "no account became %s",
                     accounts[i].name);
    }
    for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++) {
        cr_expect_gt(coverage->transfers[place_of(transfers[i].code)], 0, "no transfer became %s",
                     transfers[i].name);
    }
    if (protocol != QUIPU_CAS) cr_expect_gt(coverage->conflicts, 0);
}

EVERY_PROTOCOL(model, agrees, .timeout = 240)
{
    static struct coverage coverage;
    const char *chosen = getenv("QUIPU_SEED");

    if (chosen != NULL) {
        run(strtoull(chosen, NULL, 10), *protocol_index, &coverage);
        return;
    }
    for (uint64_t seed = 1; seed <= EFFORT(SEEDS); seed++)
        run(seed, *protocol_index, &coverage);
    if (EFFORT_SHARE == 1) check_coverage(&coverage, protocols[*protocol_index]);
}
