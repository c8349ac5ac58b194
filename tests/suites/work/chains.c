/* chains.c - a chain of n events costs O(n log n) at most, whatever its events have in common.
 *
 * Work is basic blocks of the engine that ran, counted by the compiler's hook: exact, the same on
 * every machine but for the hash's seed. A chain that is eight times as long may cost eight times
 * as much, and a third more for the logarithm (13 / 10) and for tables that grow, half in all; what
 * is O(n^2) costs 64 times as much. */
#include <stdlib.h>

#include "support/ledger.h"

enum { SHORT = 1000, LONG = 8 * SHORT, FACTOR = 8 };

static uint64_t work;

void __sanitizer_cov_trace_pc(void); /* the name is the compiler's */
void __sanitizer_cov_trace_pc(void)
{
    work++;
}

static quipu_transfer events[LONG];
static quipu_account accounts[LONG];
static quipu_result results[LONG];
static quipu_expectation expectations[LONG];
static uint64_t next_id;

/* --- chains --- */

static void post_apart(size_t i, size_t count)
{
    (void)count;
    events[i] = a_transfer(++next_id, 1 + i, 1 + (i + 1) % LONG, 1);
}

static void post_between_two(size_t i, size_t count)
{
    (void)count;
    events[i] = a_transfer(++next_id, 1, 2, 1);
}

static void hold(size_t i, size_t count)
{
    (void)count;
    events[i] = a_hold(++next_id, 1, 2, 1, 1000);
}

/* Holds that are open: before the chain, and in it. */
static quipu_uint128 first_hold;

static void post_holds(size_t i, size_t count)
{
    (void)count;
    events[i] = a_post(++next_id, first_hold + i, QUIPU_AMOUNT_MAX);
}

static void void_holds(size_t i, size_t count)
{
    (void)count;
    events[i] = a_void(++next_id, first_hold + i);
}

static void post_own_holds(size_t i, size_t count)
{
    if (i < count / 2) {
        hold(i, count);
    } else {
        events[i] = a_void(++next_id, events[i - count / 2].id);
    }
}

/* All want one hold, which the last leg opens: each has to learn that it does not come before. */
static void post_before_its_hold(size_t i, size_t count)
{
    (void)count;
    events[i] = a_hold(next_id + 7, 1, 2, 1, 0);
    if (i < count / 2) events[i] = a_post(next_id + 8 + i, next_id + 7, 1);
}

static void say_one_thing(size_t i, size_t count)
{
    (void)count;
    events[i] = a_transfer(next_id + 7, 1, 2, 1);
    (void)i;
}

static const struct chain {
    const char *name;
    void (*make)(size_t i, size_t count);
    bool holds; /* there are to be */
} chains[] = {
    {"transfers between accounts of their own", post_apart, false},
    {"transfers between two accounts", post_between_two, false},
    {"holds", hold, false},
    {"posts of holds", post_holds, true},
    {"voids of holds", void_holds, true},
    {"holds and their voids", post_own_holds, false},
    {"posts that come before their hold", post_before_its_hold, false},
    {"one transfer again and again", say_one_thing, false},
};

static uint64_t measure_transfers(quipu_ledger *ledger, const struct chain *chain, size_t count)
{
    uint64_t before;

    if (chain->holds) {
        first_hold = next_id + 1;
        for (size_t i = 0; i < count; i++)
            hold(i, count);
        cr_assert_eq(quipu_create_transfers(ledger, events, count, results), QUIPU_OK);
        cr_assert_eq(results[count - 1].status, QUIPU_CREATED);
    }
    for (size_t i = 0; i < count; i++) {
        chain->make(i, count);
        if (i + 1 < count) events[i].flags |= QUIPU_TRANSFER_LINKED;
    }
    next_id += 2 * count + 10;
    before = work;
    cr_assert_eq(quipu_create_transfers(ledger, events, count, results), QUIPU_OK);
    return work - before;
}

static uint64_t measure_commit(quipu_ledger *ledger, size_t count)
{
    uint64_t before;

    for (size_t i = 0; i < count; i++) {
        post_apart(i, count);
        expectations[i] = (quipu_expectation){1 + i, 0, 0};
        (void)ledger_account(ledger, 1 + i, &expectations[i].version);
    }
    before = work;
    cr_assert_eq(quipu_commit(ledger, expectations, count, events, count, results, NULL), QUIPU_OK);
    return work - before;
}

/* `again`: the last says what the first does. */
static uint64_t measure_accounts(quipu_ledger *ledger, size_t count, bool again)
{
    uint64_t before;

    for (size_t i = 0; i < count; i++) {
        accounts[i] = an_account(++next_id);
        if (i + 1 < count) accounts[i].flags = QUIPU_ACCOUNT_LINKED;
    }
    if (again) accounts[count - 1].id = accounts[0].id;
    before = work;
    cr_assert_eq(quipu_create_accounts(ledger, accounts, count, results), QUIPU_OK);
    cr_assert_eq(results[count - 1].status,
                 again ? (uint32_t)QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_FLAGS
                       : QUIPU_CREATED);
    return work - before;
}

static void judge(quipu_protocol protocol, const char *name, uint64_t of_short, uint64_t of_long)
{
    cr_log_info("%s, %s: %llu, %llu", protocol_name(protocol), name, (unsigned long long)of_short,
                (unsigned long long)of_long);
    cr_assert_gt(of_short, SHORT, "%s: nothing was counted", name);
    cr_assert_lt(of_long, FACTOR * of_short * 3 / 2, "%s: a chain of %s: %llu blocks, and %llu",
                 protocol_name(protocol), name, (unsigned long long)of_short,
                 (unsigned long long)of_long);
}

static void set_up(quipu_ledger *ledger)
{
    for (size_t i = 0; i < LONG; i++)
        accounts[i] = an_account(1 + i);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, LONG, results), QUIPU_OK);
    next_id = LONG;
}

EVERY_PROTOCOL(chains, cost_what_their_length_is, .timeout = 240)
{
    quipu_protocol protocol = protocols[*protocol_index];
    uint64_t now = NOON, costs[2];
    quipu_ledger *ledger = ledger_open(protocol, &now);
    static const size_t lengths[] = {SHORT, LONG};

    set_up(ledger);
    for (size_t c = 0; c < sizeof chains / sizeof *chains; c++) {
        for (size_t i = 0; i < 2; i++)
            costs[i] = measure_transfers(ledger, &chains[c], lengths[i]);
        judge(protocol, chains[c].name, costs[0], costs[1]);
    }
    if (protocol != QUIPU_CAS) {
        for (size_t i = 0; i < 2; i++)
            costs[i] = measure_commit(ledger, lengths[i]);
        judge(protocol, "a commit", costs[0], costs[1]);
    }
    for (size_t i = 0; i < 2; i++)
        costs[i] = measure_accounts(ledger, lengths[i], false);
    judge(protocol, "accounts", costs[0], costs[1]);
    for (size_t i = 0; i < 2; i++)
        costs[i] = measure_accounts(ledger, lengths[i], true);
    judge(protocol, "accounts, one of them twice", costs[0], costs[1]);
    ledger_close(ledger);
}
