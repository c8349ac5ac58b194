/* test_changing.c - another thread changes what a call was given, while the call reads it.
 *
 * Shared memory with a client, say. The call must use some value that was there for each field, and
 * the same wherever it looks: ids are found under their own hashes, chains are cut alike wherever
 * their legs are counted. Then, with any outcome of the events:
 *
 *   T1  nothing is read or written out of bounds (asan)
 *   T2  the books balance, histories have no gap, totals are what transfers make (checks.h)
 *   T3  every record is found by its id, once, and as many are stored as results said
 *
 * Bounded by calls; the other thread goes on until they are made. Not under ThreadSanitizer: the
 * race is the caller's, and it would be reported. */
#include <stdlib.h>
#include <string.h>

#include "base/tsan.h"
#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { EVENTS = 512, ACCOUNTS = 50, NEW_ACCOUNTS = 64, CHAIN = 200, WORDS = 16 };

typedef uint64_t __attribute__((may_alias)) word;

/* Words of a record that are changed: the low half of each id, and what holds the flags. */
enum {
    ID = 0,
    DEBIT = 2,
    CREDIT = 4,
    AMOUNT = 6,
    PENDING_ID = 8,
    TIMEOUT = 13,
    FLAGS = 14,
    STAMP = 15
};
#define FLAG(flag) ((uint64_t)(flag) << 48)

struct given {
    quipu_ledger *ledger;
    uint64_t created, created_accounts, stop;
    quipu_transfer events[EVENTS];
    quipu_account accounts[NEW_ACCOUNTS];
    quipu_expectation expectations[EVENTS];
    quipu_uint128 ids[EVENTS];
    quipu_account_filter filter;
};

static void put(word *at, uint64_t value)
{
    __atomic_store_n(at, value, __ATOMIC_RELAXED);
}

static void change(word *at, uint64_t bits)
{
    put(at, __atomic_load_n(at, __ATOMIC_RELAXED) ^ bits);
}

static void change_event(struct given *given, struct random *random)
{
    word *at = (word *)(void *)&given->events[random_below(random, EVENTS)];

    switch (random_below(random, 9)) {
    case 0: change(at + ID, (uint64_t)1 << 40); break;
    case 1: change(at + FLAGS, FLAG(QUIPU_TRANSFER_PENDING)); break;
    case 2: change(at + FLAGS, FLAG(QUIPU_TRANSFER_LINKED)); break;
    case 3:
        change(at + FLAGS, FLAG(QUIPU_TRANSFER_POST_PENDING_TRANSFER));
        put(at + PENDING_ID, *(word *)(void *)&given->events[random_below(random, EVENTS)].id);
        break;
    case 4: change(at + FLAGS, FLAG(QUIPU_TRANSFER_VOID_PENDING_TRANSFER)); break;
    case 5: put(at + DEBIT, 1 + random_below(random, ACCOUNTS)); break;
    case 6: put(at + CREDIT, 1 + random_below(random, ACCOUNTS + 1)); break;
    case 7: put(at + AMOUNT, random_below(random, 9)); break;
    default: change(at + TIMEOUT, (uint64_t)1 << 32); break;
    }
}

static void change_others(struct given *given, struct random *random)
{
    word *account = (word *)(void *)&given->accounts[random_below(random, NEW_ACCOUNTS)];
    word *expected = (word *)(void *)&given->expectations[random_below(random, EVENTS)];
    word *id = (word *)(void *)&given->ids[random_below(random, EVENTS)];
    word *filter = (word *)(void *)&given->filter;

    switch (random_below(random, 6)) {
    case 0: change(account + ID, (uint64_t)1 << 40); break;
    case 1: change(account + FLAGS, FLAG(QUIPU_ACCOUNT_LINKED)); break;
    case 2: put(expected, random_below(random, ACCOUNTS + 2)); break;
    case 3: put(expected + 2, random_below(random, 3)); break;
    case 4: put(id, random_below(random, ACCOUNTS + 2)); break;
    default: put(filter, random_below(random, ACCOUNTS + 2)); break;
    }
}

/* Flags that make the whole batch another kind are changed seldom. */
static void go_on_changing(struct given *given)
{
    struct random random = {4711};

    while (shared_read(&given->stop) == 0) {
        for (unsigned i = 0; i < 64; i++) {
            change_event(given, &random);
            change_others(given, &random);
        }
        if (random_one_in(&random, 64)) {
            change((word *)(void *)&given->events[0] + FLAGS, FLAG(QUIPU_TRANSFER_IMPORTED));
        }
    }
}

/* --- the calls --- */

static void fill_events(struct given *given, uint64_t *id)
{
    for (unsigned i = 0; i < EVENTS; i++) {
        given->events[i] = a_transfer(++*id, 1 + i % ACCOUNTS, 1 + (i + 1) % ACCOUNTS, 1);
        if (i >= EVENTS - CHAIN && i + 1 < EVENTS) given->events[i].flags = QUIPU_TRANSFER_LINKED;
    }
}

static void post(struct given *given, uint64_t *id)
{
    quipu_result results[EVENTS];

    fill_events(given, id);
    cr_assert_eq(quipu_create_transfers(given->ledger, given->events, EVENTS, results), QUIPU_OK);
    for (unsigned i = 0; i < EVENTS; i++) {
        cr_assert_neq(results[i].status, 0, "an event without an answer");
        given->created += results[i].status == QUIPU_CREATED;
    }
}

static void commit(struct given *given, uint64_t *id)
{
    static quipu_receipt receipts[EVENTS];
    quipu_result results[EVENTS];
    size_t expected = EVENTS / 2, count = 1 + *id % 100;
    quipu_status status;

    fill_events(given, id);
    for (unsigned i = 0; i < expected; i++) {
        given->expectations[i] = (quipu_expectation){1 + i % ACCOUNTS, 1, 0};
        (void)ledger_account(given->ledger, 1 + i % ACCOUNTS, &given->expectations[i].version);
    }
    status = quipu_commit(given->ledger, given->expectations, expected, given->events, count,
                          results, receipts);
    if (status != QUIPU_OK) return; /* what is expected is changed, too */
    for (unsigned i = 0; i < count; i++)
        given->created += results[i].status == QUIPU_CREATED;
}

static void open_accounts(struct given *given, uint64_t *id)
{
    quipu_result results[NEW_ACCOUNTS];

    for (unsigned i = 0; i < NEW_ACCOUNTS; i++)
        given->accounts[i] = an_account(++*id);
    cr_assert_eq(quipu_create_accounts(given->ledger, given->accounts, NEW_ACCOUNTS, results),
                 QUIPU_OK);
    for (unsigned i = 0; i < NEW_ACCOUNTS; i++)
        given->created_accounts += results[i].status == QUIPU_CREATED;
}

static void look(struct given *given)
{
    static quipu_account accounts[EVENTS];
    static quipu_transfer transfers[EVENTS];
    static uint64_t versions[EVENTS];
    size_t found;

    cr_assert_eq(quipu_lookup_accounts(given->ledger, given->ids, EVENTS, accounts, versions),
                 QUIPU_OK);
    cr_assert_eq(quipu_lookup_accounts(given->ledger, given->ids, 20, accounts, versions),
                 QUIPU_OK);
    cr_assert_eq(quipu_lookup_transfers(given->ledger, given->ids, EVENTS, transfers, NULL),
                 QUIPU_OK);
    for (unsigned i = 0; i < 20; i++)
        cr_assert((accounts[i].id == 0) == (versions[i] == 0), "a half of an answer");
    given->filter = (quipu_account_filter){.account_id = 1, .limit = EVENTS, .flags = 3};
    (void)quipu_get_account_transfers(given->ledger, &given->filter, transfers, EVENTS, &found);
}

static void call(struct given *given)
{
    uint64_t id = 1000;

    for (unsigned round = threads_work(200); round > 0; round--) {
        post(given, &id);
        if (round % 4 == 0) commit(given, &id);
        if (round % 8 == 0) open_accounts(given, &id);
        if (round % 8 == 0) look(given);
    }
    (void)shared_add(&given->stop, 1);
}

static void run(void *context, unsigned index)
{
    if (index == 0) {
        call(context);
    } else {
        go_on_changing(context);
    }
}

/* --- T3 --- */

static void check_transfers(struct given *given, quipu_protocol protocol)
{
    size_t room = (size_t)given->created + 1, count;
    quipu_transfer *all = calloc(room, sizeof *all);
    const quipu_query_filter filter = {.limit = UINT32_MAX};

    cr_assert_not_null(all);
    cr_assert_eq(quipu_query_transfers(given->ledger, &filter, all, room, &count), QUIPU_OK);
    cr_assert_eq(count, given->created, "%s: %zu transfers are stored, %llu were created",
                 protocol_name(protocol), count, (unsigned long long)given->created);
    for (size_t i = 0; i < count; i++) {
        quipu_transfer found;

        cr_assert_eq(quipu_lookup_transfers(given->ledger, &all[i].id, 1, &found, NULL), QUIPU_OK);
        cr_assert_eq(memcmp(&found, &all[i], sizeof found), 0,
                     "%s: a transfer is not found by its id", protocol_name(protocol));
    }
    free(all);
}

static void check_accounts(struct given *given, quipu_protocol protocol)
{
    size_t room = (size_t)given->created_accounts + ACCOUNTS + 1, count;
    quipu_account *all = calloc(room, sizeof *all);
    const quipu_query_filter filter = {.limit = UINT32_MAX};

    cr_assert_not_null(all);
    cr_assert_eq(quipu_query_accounts(given->ledger, &filter, all, room, &count), QUIPU_OK);
    cr_assert_eq(count, given->created_accounts + ACCOUNTS);
    for (size_t i = 0; i < count; i++) {
        cr_assert(ledger_account(given->ledger, all[i].id, NULL).timestamp == all[i].timestamp,
                  "%s: an account is not found by its id", protocol_name(protocol));
    }
    free(all);
}

EVERY_PROTOCOL(changing, events_are_read_once, .timeout = 240)
{
    static struct given given;
    quipu_protocol protocol = protocols[*protocol_index];
    uint64_t now = NOON; /* stands still: nothing expires */
    quipu_result results[ACCOUNTS];
    quipu_account accounts[ACCOUNTS];
    const char *verdict;

#ifdef QUIPU_UNDER_TSAN
    cr_skip_test("the race on what is given is the caller's");
#endif
    memset(&given, 0, sizeof given);
    given.ledger = ledger_open(protocol, &now);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account(1 + i);
    cr_assert_eq(quipu_create_accounts(given.ledger, accounts, ACCOUNTS, results), QUIPU_OK);

    threads_run(2, run, &given);
    cr_assert_gt(given.created, 0);
    check_transfers(&given, protocol);
    check_accounts(&given, protocol);
    verdict = check_ledger(given.ledger, ACCOUNTS, false);
    cr_assert_null(verdict, "%s: %s", protocol_name(protocol), verdict);
    ledger_close(given.ledger);
}

/* With any outcome, a call writes to nothing that it is given to read. */
EVERY_PROTOCOL(changing, what_is_given_is_not_written)
{
    const quipu_account accounts[2] = {an_account(1), an_account(2)};
    const quipu_transfer events[3] = {a_transfer(1, 1, 2, 5), a_hold(2, 1, 2, 5, 1),
                                      a_transfer(3, 1, 9, 5)};
    quipu_account accounts_before[2];
    quipu_transfer before[3];
    quipu_result results[3];
    uint64_t now = NOON;
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], &now);

    memcpy(accounts_before, accounts, sizeof accounts);
    memcpy(before, events, sizeof events);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, events, 3, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    cr_assert_neq(results[2].status, QUIPU_CREATED);
    cr_assert_eq(memcmp(accounts_before, accounts, sizeof accounts), 0);
    cr_assert_eq(memcmp(before, events, sizeof events), 0);
    ledger_close(ledger);
}
