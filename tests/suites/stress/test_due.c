/* test_due.c - holds fall due under load, more at a time than one call lets expire.
 *
 * A clock of the test's own. One writer opens a hold between accounts 1 and 2, lets it fall due,
 * and says so, again and again; the amount is the number of the turn. Another keeps a backlog of
 * holds on other accounts, and resolves some of them. Readers look at 1 and 2.
 *
 *   T1  no read sees a hold that was due when the read began
 *   T2  both accounts show a hold, or neither (not cas: no promise)
 *   T3  in the end everything due has expired or was resolved, once: nothing is pending, and each
 *       version of 1 and 2 is the opening of a hold or its expiry */
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { READERS = 2, OTHERS = 10, OTHER_COUNT = 16, BATCH = 24 };

struct due {
    quipu_ledger *ledger;
    quipu_protocol protocol;
    uint64_t clock, over, running, turns;
    const char *wrong[2 + READERS];
};

static uint64_t clock_of(void *context)
{
    return shared_read(&((struct due *)context)->clock);
}

/* The holds of 1 and 2. */
static const char *open_and_let_fall(struct due *due)
{
    for (uint64_t turn = 1; turn <= due->turns; turn++) {
        quipu_transfer event = a_hold(turn, 1, 2, turn, 1);
        quipu_result result;

        if (quipu_create_transfers(due->ledger, &event, 1, &result) != QUIPU_OK ||
            result.status != QUIPU_CREATED) {
            return "a hold was refused";
        }
        (void)shared_add(&due->clock, 2 * SECOND);
        (void)shared_add(&due->over, 1);
    }
    return NULL;
}

/* A backlog on the other accounts. */
static const char *keep_a_backlog(struct due *due)
{
    struct random random = {due->protocol};
    quipu_uint128 id = (quipu_uint128)1 << 64;

    while (shared_read(&due->over) < due->turns) {
        quipu_transfer events[BATCH];
        quipu_result results[BATCH];

        for (int i = 0; i < BATCH; i++) {
            unsigned from = random_below(&random, OTHER_COUNT);
            unsigned to = (from + 1 + random_below(&random, OTHER_COUNT - 1)) % OTHER_COUNT;

            events[i] = a_hold(id + (unsigned)i, OTHERS + from, OTHERS + to, 1,
                               1 + random_below(&random, 3));
            if (i % 4 == 3) events[i] = a_post(id + (unsigned)i, id + (unsigned)i - 2, 1);
        }
        id += BATCH;
        if (quipu_create_transfers(due->ledger, events, BATCH, results) != QUIPU_OK) {
            return "no memory, or no space";
        }
        for (int i = 0; i < BATCH; i++) {
            if (results[i].status == QUIPU_CREATED) continue;
            if (results[i].status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED) continue;
            return "a hold or a post was refused";
        }
    }
    return NULL;
}

static const char *look_on(struct due *due)
{
    static const quipu_uint128 ids[] = {1, 2};

    while (shared_read(&due->running) > 0) {
        uint64_t over = shared_read(&due->over);
        quipu_account accounts[2];

        if (quipu_lookup_accounts(due->ledger, ids, 2, accounts, NULL) != QUIPU_OK) {
            return "a read failed";
        }
        if ((accounts[0].debits_pending != 0 && accounts[0].debits_pending <= over) ||
            (accounts[1].credits_pending != 0 && accounts[1].credits_pending <= over)) {
            return "a read saw what is due";
        }
        if (due->protocol != QUIPU_CAS &&
            accounts[0].debits_pending != accounts[1].credits_pending) {
            return "a hold is half there";
        }
    }
    return NULL;
}

static void run(void *context, unsigned index)
{
    struct due *due = context;

    due->wrong[index] = index == 0   ? open_and_let_fall(due)
                        : index == 1 ? keep_a_backlog(due)
                                     : look_on(due);
    if (index == 0) {
        (void)shared_add(&due->over, due->turns); /* in case it stopped early */
        (void)shared_add(&due->running, (uint64_t)-1);
    }
}

static void check_end(struct due *due)
{
    uint64_t version;

    (void)shared_add(&due->clock, 100 * SECOND);
    cr_assert(ledger_account(due->ledger, 1, &version).debits_pending == 0);
    cr_assert_eq(version, 1 + 2 * due->turns, "%s", protocol_name(due->protocol));
    cr_assert(ledger_account(due->ledger, 2, &version).credits_pending == 0);
    cr_assert_eq(version, 1 + 2 * due->turns, "%s", protocol_name(due->protocol));
    for (unsigned i = 0; i < OTHER_COUNT; i++) {
        quipu_account account = ledger_account(due->ledger, OTHERS + i, &version);

        cr_assert(account.debits_pending == 0 && account.credits_pending == 0, "%s: account %u",
                  protocol_name(due->protocol), OTHERS + i);
    }
}

EVERY_PROTOCOL(due, is_seen_by_no_read, .timeout = 240)
{
    struct due due = {.protocol = protocols[*protocol_index],
                      .clock = NOON,
                      .running = 1,
                      .turns = threads_work(20000)};
    quipu_options options = {.protocol = due.protocol,
                             .account_capacity = 64,
                             .transfer_capacity = 1 << 24,
                             .clock = clock_of,
                             .clock_context = &due};
    quipu_account accounts[2 + OTHER_COUNT];
    quipu_result results[2 + OTHER_COUNT];

    cr_assert_eq(quipu_open(&options, &due.ledger), QUIPU_OK);
    for (unsigned i = 0; i < 2 + OTHER_COUNT; i++)
        accounts[i] = an_account(i < 2 ? 1 + i : OTHERS + i - 2);
    cr_assert_eq(quipu_create_accounts(due.ledger, accounts, 2 + OTHER_COUNT, results), QUIPU_OK);

    threads_run(2 + READERS, run, &due);
    for (int i = 0; i < 2 + READERS; i++)
        cr_assert_null(due.wrong[i], "%s: %s", protocol_name(due.protocol), due.wrong[i]);
    check_end(&due);
    ledger_close(due.ledger);
}
