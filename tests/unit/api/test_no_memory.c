/* test_no_memory.c - every allocation fails once, and the ledger is as if nobody had asked.
 *
 * A scenario of all calls runs with its n-th allocation refused, for n = 0, 1, 2, … until nothing
 * is refused any more. A call that meets the refusal says NO_MEMORY; what it says it did is told to
 * the model, the rest is asked for again; and after each refusal the whole ledger is held against
 * the model. In one mode one allocation fails, in the other all do until a call has said so. An
 * event that fails for a transient reason may say so as well: there is no memory to keep its id. */
#include "base/memory.h"
#include "support/effort.h"
#include "support/twin.h"

#include <string.h>

enum { BULK = 1500, SPREAD = 40 };
#define NEVER UINT64_MAX

static uint64_t asked, refuse_at;
static bool goes_on, refused, silent;
static unsigned said_by_events;

static bool refuse(void)
{
    bool no;

    if (silent) return false;
    no = goes_on ? asked >= refuse_at : asked == refuse_at;
    asked++;
    if (no) refused = true;
    return no;
}

/* The call said that there is no memory: it must have met a refusal, which is then over. */
static void forgive(struct twin *twin, const char *call)
{
    cr_assert(refused, "%s: %s had no reason to say NO_MEMORY", twin_name(twin), call);
    refused = false;
    refuse_at = NEVER;
    silent = true;
    twin_audit(twin);
    silent = false;
}

/* How many of a batch were done: they come first. */
static size_t done_of(const quipu_result *results, size_t count)
{
    size_t done = 0;

    while (done < count && results[done].status != 0)
        done++;
    for (size_t i = done; i < count; i++) {
        cr_assert_eq(results[i].status, 0, "done after not reached");
    }
    return done;
}

static void compare(struct twin *twin, const quipu_result *got, const quipu_result *want,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(got[i].status, want[i].status,
                     "%s, allocation %llu, event %zu: status %u, the model says %u",
                     twin_name(twin), (unsigned long long)asked, i, got[i].status, want[i].status);
    }
}

/* How many events said so. */
static unsigned without_memory(const quipu_result *results, size_t count)
{
    unsigned said = 0;

    for (size_t i = 0; i < count; i++)
        said += results[i].status == QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID;
    return said;
}

static void make_accounts(struct twin *twin, const quipu_account *events, size_t count)
{
    static quipu_result got[BULK], want[BULK];

    while (count > 0) {
        quipu_status status;
        size_t done;

        twin_pass(twin, SECOND / 1000);
        memset(got, 0xa5, sizeof(got));
        status = quipu_create_accounts(twin->ledger, events, count, got);
        done = status == QUIPU_OK ? count : done_of(got, count);
        if (done > 0) model_create_accounts(twin->model, twin->now, events, done, want);
        compare(twin, got, want, done);
        if (status != QUIPU_OK) {
            cr_assert_eq(status, QUIPU_NO_MEMORY);
            forgive(twin, "create_accounts");
        }
        events += done;
        count -= done;
    }
}

static void make_transfers(struct twin *twin, const quipu_transfer *events, size_t count)
{
    static quipu_result got[BULK], want[BULK];

    while (count > 0) {
        quipu_status status;
        size_t done;

        twin_pass(twin, SECOND / 1000);
        memset(got, 0xa5, sizeof(got));
        status = quipu_create_transfers(twin->ledger, events, count, got);
        done = status == QUIPU_OK ? count : done_of(got, count);
        if (refused) model_hear(twin->model, got);
        if (done > 0) model_create_transfers(twin->model, twin->now, events, done, NULL, want);
        compare(twin, got, want, done);
        said_by_events += without_memory(got, done);
        if (status != QUIPU_OK || without_memory(got, done) > 0) {
            cr_assert(status == QUIPU_OK || status == QUIPU_NO_MEMORY);
            forgive(twin, "create_transfers");
        }
        events += done;
        count -= done;
    }
}

static void commit(struct twin *twin, const quipu_expectation *expected,
                   const quipu_transfer *events, size_t count)
{
    static quipu_result got[BULK], want[BULK];
    static quipu_receipt receipts[BULK], want_receipts[BULK];

    if (twin->protocol == QUIPU_CAS) return;
    for (;;) {
        quipu_status status;

        twin_pass(twin, SECOND / 1000);
        status = quipu_commit(twin->ledger, expected, 1, events, count, got, receipts);
        if (status == QUIPU_NO_MEMORY) {
            forgive(twin, "commit");
            continue;
        }
        cr_assert_eq(status, model_commit(twin->model, twin->now, expected, 1, events, count, NULL,
                                          want, want_receipts));
        if (status == QUIPU_OK) {
            compare(twin, got, want, count);
            cr_assert_eq(memcmp(receipts, want_receipts, count * sizeof(*receipts)), 0);
        }
        return;
    }
}

static bool visit(void *context, const quipu_account *account, uint64_t version)
{
    size_t *seen = context;

    (void)account;
    (void)version;
    (*seen)++;
    return true;
}

/* Ask until the answer is not NO_MEMORY; then it is this. */
#define READ(twin, expected, call)                                                                 \
    do {                                                                                           \
        quipu_status status;                                                                       \
                                                                                                   \
        while ((status = (call)) == QUIPU_NO_MEMORY)                                               \
            forgive((twin), #call);                                                                \
        cr_assert_eq(status, (expected));                                                          \
    } while (0)

static void read_all(struct twin *twin)
{
    static quipu_transfer transfers[2 * BULK];
    static quipu_account accounts[2 * BULK];
    static quipu_account_balance balances[2 * BULK];
    const quipu_account_filter of_account = {
        .account_id = 1, .limit = 2 * BULK, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    const quipu_query_filter all = {.limit = 2 * BULK};
    const quipu_uint128 ids[2] = {1, 2};
    quipu_status snapshot = twin->protocol == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_OK;
    size_t count, seen = 0;

    READ(twin, QUIPU_OK, quipu_lookup_accounts(twin->ledger, ids, 2, accounts, NULL));
    READ(twin, QUIPU_OK, quipu_lookup_transfers(twin->ledger, ids, 2, transfers, NULL));
    READ(twin, QUIPU_OK,
         quipu_get_account_transfers(twin->ledger, &of_account, transfers, 2 * BULK, &count));
    READ(twin, QUIPU_OK,
         quipu_get_account_balances(twin->ledger, &of_account, balances, 2 * BULK, &count));
    READ(twin, QUIPU_OK, quipu_query_accounts(twin->ledger, &all, accounts, 2 * BULK, &count));
    READ(twin, QUIPU_OK, quipu_query_transfers(twin->ledger, &all, transfers, 2 * BULK, &count));
    READ(twin, snapshot, quipu_snapshot(twin->ledger, visit, &seen));
    if (snapshot == QUIPU_OK) cr_assert_eq(seen, model_account_count(twin->model));
}

static void make_chain_and_burn(struct twin *twin, quipu_uint128 id)
{
    quipu_transfer events[12];

    for (unsigned i = 0; i < 12; i++) {
        events[i] = a_flagged_transfer(id + i, 1 + i, 2 + i, 3, QUIPU_TRANSFER_LINKED);
    }
    events[4].flags = 0; /* a chain that succeeds */
    events[9].flags = 0; /* one that fails, and burns an id */
    events[8].credit_account_id = 99999;
    events[11].flags = 0; /* one with a hold that is posted at once */
    events[10].flags |= QUIPU_TRANSFER_PENDING;
    events[11] = a_post(id + 11, id + 10, 1);
    make_transfers(twin, events, 12);
}

static void make_holds(struct twin *twin, quipu_uint128 id)
{
    static quipu_transfer events[150];

    for (unsigned i = 0; i < 100; i++) {
        events[i] = a_hold(id + i, 1 + i % SPREAD, 2 + i % SPREAD, 2, 1 + i % 3);
    }
    for (unsigned i = 100; i < 150; i++) {
        events[i] = i % 2 ? a_post(id + i, id + i - 100, 1) : a_void(id + i, id + i - 100);
    }
    make_transfers(twin, events, 150);
}

static void scenario(struct twin *twin)
{
    static quipu_account accounts[BULK];
    static quipu_transfer transfers[BULK];
    quipu_expectation expected = {1, 0, 0};

    for (unsigned i = 0; i < BULK; i++) {
        unsigned debit = i % SPREAD;

        accounts[i] = a_flagged_account(1 + i, i % 5 == 1 ? QUIPU_ACCOUNT_LINKED : 0);
        transfers[i] = a_transfer(1 + i, 1 + debit, 1 + (debit + 1) % SPREAD, i);
    }
    make_accounts(twin, accounts, BULK);
    make_chain_and_burn(twin, 5000);
    make_holds(twin, 6000);
    make_transfers(twin, transfers, BULK);
    twin_pass(twin, 2 * SECOND); /* many of the holds are due */
    read_all(twin);
    make_chain_and_burn(twin, 7000);
    silent = true;
    (void)ledger_account(twin->ledger, 1, &expected.version);
    silent = false;
    transfers[0].id = 8000;
    transfers[1].id = 8001;
    commit(twin, &expected, transfers, 2);
    commit(twin, &expected, transfers, 2); /* a conflict */
    twin_pass(twin, 2 * SECOND);
    make_holds(twin, 9000);
    read_all(twin);
}

/* Open as often as it takes. */
static void open_twin(struct twin *twin, int protocol_index)
{
    quipu_options options = {.account_capacity = 1 << 16, .transfer_capacity = 1 << 16};
    quipu_status status;

    silent = true;
    twin_open(twin, protocol_index); /* for its clock; its ledger makes way for ours */
    options.protocol = twin->protocol;
    options.clock = ledger_clock;
    options.clock_context = &twin->now;
    ledger_close(twin->ledger);
    silent = false;
    while ((status = quipu_open(&options, &twin->ledger)) == QUIPU_NO_MEMORY) {
        cr_assert(refused && twin->ledger == NULL);
        refused = false;
        refuse_at = NEVER;
    }
    cr_assert_eq(status, QUIPU_OK);
}

static void refuse_each(int protocol_index, bool until_said)
{
    struct twin twin;
    bool met = true;

    quipui_memory_refuse = refuse;
    goes_on = until_said;
    said_by_events = 0;
    /* The two modes refuse others where not each is refused. */
    for (uint64_t n = until_said ? EFFORT_SHARE / 2 : 0; met; n += EFFORT_SHARE) {
        asked = 0;
        refuse_at = n;
        refused = false;
        open_twin(&twin, protocol_index);
        scenario(&twin);
        met = refuse_at == NEVER || refused; /* or all went well without one more */
        refuse_at = NEVER;
        silent = true;
        twin_close(&twin);
        silent = false;
        cr_assert_lt(n, 10000, "there is no end to it");
        if (!met) cr_assert_gt(n, 15, "the scenario allocates little");
    }
    if (EFFORT_SHARE == 1) cr_assert_gt(said_by_events, 0, "an id that failed needs memory");
}

EVERY_PROTOCOL(no_memory, changes_nothing_once, .timeout = 240)
{
    refuse_each(*protocol_index, false);
}

EVERY_PROTOCOL(no_memory, changes_nothing_until_it_is_said, .timeout = 240)
{
    refuse_each(*protocol_index, true);
}

/* Chains so long that indexes grow while their ids are claimed. */
EVERY_PROTOCOL(no_memory, frees_the_ids_of_a_long_chain, .timeout = 240)
{
    static quipu_transfer events[QUIPU_BATCH_MAX], found[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    static quipu_uint128 ids[QUIPU_BATCH_MAX];
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], NULL);
    quipu_account accounts[] = {an_account(1), an_account(2)};
    uint64_t refusals = 0;

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    quipui_memory_refuse = refuse;
    goes_on = false;
    for (unsigned chain = 0; chain < 8; chain++) {
        for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++) {
            ids[i] = 1 + chain * QUIPU_BATCH_MAX + i;
            events[i] = a_flagged_transfer(ids[i], 1, 2, 1,
                                           i + 1 < QUIPU_BATCH_MAX ? QUIPU_TRANSFER_LINKED : 0);
        }
        refused = true;
        for (uint64_t n = 0; refused; n++) {
            quipu_status status;

            asked = 0;
            refuse_at = n;
            refused = false;
            status = quipu_create_transfers(ledger, events, QUIPU_BATCH_MAX, results);
            refuse_at = NEVER;
            cr_assert_eq(status, refused ? QUIPU_NO_MEMORY : QUIPU_OK);
            refusals += refused;
            cr_assert_eq(quipu_lookup_transfers(ledger, ids, QUIPU_BATCH_MAX, found, NULL),
                         QUIPU_OK);
            for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++) {
                cr_assert_eq(results[i].status, refused ? 0 : QUIPU_CREATED);
                cr_assert_eq(found[i].id, refused ? 0 : ids[i]);
            }
        }
    }
    cr_assert_gt(refusals, 8);
    quipui_memory_refuse = NULL;
    ledger_close(ledger);
}
