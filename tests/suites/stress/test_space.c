/* test_space.c - many threads fill a ledger: it says that there is no space when there is none.
 *
 *   S1  threads that write until each is told NO_SPACE leave no place unused, and have used none
 *       twice: as many are stored as the capacity says
 *   S2  a thread that has nothing to do keeps no place from the others, nor does one that is busy
 *       with something else
 *   S3  refusals do not count: none of them takes a place for good, and failed ids only their own
 *   S4  a full ledger answers many threads at once what needs no place, and burns what fails */
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

#include <string.h>

enum { THREADS = THREADS_MAX, BATCH_MAX = 64, ACCOUNTS = 8, POOR = ACCOUNTS + 1 };

/* What the batches of a thread are made of. */
enum shape { SINGLE, CHAINS, HOLDS, MIXED, SHAPES };

struct flood {
    quipu_ledger *ledger;
    enum shape shape;
    uint64_t created, burnt, wrong; /* shared */
};

static uint16_t flags_of(enum shape shape, struct random *random, bool last)
{
    uint16_t flags = 0;

    if (shape == MIXED) shape = (enum shape)random_below(random, MIXED);
    if (shape == CHAINS && !last && !random_one_in(random, 4)) flags |= QUIPU_TRANSFER_LINKED;
    if (shape == HOLDS && random_one_in(random, 2)) flags |= QUIPU_TRANSFER_PENDING;
    return flags;
}

static size_t make(const struct flood *flood, struct random *random, quipu_uint128 *id,
                   quipu_transfer *events)
{
    size_t count = random_one_in(random, 4) ? 1 : 1 + random_below(random, BATCH_MAX);

    for (size_t i = 0; i < count; i++) {
        quipu_uint128 debit = 1 + random_below(random, ACCOUNTS);
        bool fails = flood->shape == MIXED && random_one_in(random, 3);

        events[i] = a_flagged_transfer((*id)++, fails ? POOR : debit, debit % ACCOUNTS + 1, 1,
                                       flags_of(flood->shape, random, i + 1 == count));
        if (flood->shape == MIXED && random_one_in(random, 5)) events[i].code = 0;
        if ((events[i].flags & QUIPU_TRANSFER_PENDING) != 0) events[i].timeout = 100000;
    }
    return count;
}

static void tell(struct flood *flood, const quipu_result *results, size_t count)
{
    uint64_t created = 0, burnt = 0;

    for (size_t i = 0; i < count; i++) {
        created += results[i].status == QUIPU_CREATED;
        burnt += results[i].status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    }
    (void)shared_add(&flood->created, created);
    (void)shared_add(&flood->burnt, burnt);
}

/* Batches until one meets the end, then singles to the very last place. */
static void fill(void *context, unsigned thread)
{
    struct flood *flood = context;
    struct random random = {thread + 1};
    quipu_uint128 id = ((quipu_uint128)thread + 1) << 64;
    quipu_transfer events[BATCH_MAX];
    quipu_result results[BATCH_MAX];
    quipu_status status = QUIPU_OK;

    while (status == QUIPU_OK) {
        size_t count = make(flood, &random, &id, events);

        status = quipu_create_transfers(flood->ledger, events, count, results);
        tell(flood, results, count);
    }
    while (status == QUIPU_OK || status == QUIPU_NO_SPACE) {
        events[0] = a_transfer(id++, 1, 2, 1);
        status = quipu_create_transfers(flood->ledger, events, 1, results);
        tell(flood, results, 1);
        if (status == QUIPU_NO_SPACE) return;
    }
    (void)shared_add(&flood->wrong, 1);
}

static void open_flood(struct flood *flood, const quipu_options *options)
{
    quipu_account accounts[ACCOUNTS + 1];
    quipu_result results[ACCOUNTS + 1];

    for (unsigned i = 0; i <= ACCOUNTS; i++)
        accounts[i] = an_account(1 + i);
    accounts[ACCOUNTS].flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    cr_assert_eq(quipu_open(options, &flood->ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(flood->ledger, accounts, ACCOUNTS + 1, results), QUIPU_OK);
}

static quipu_counters counters_of(const struct flood *flood)
{
    quipu_counters counters;

    cr_assert_eq(quipu_get_counters(flood->ledger, &counters), QUIPU_OK);
    return counters;
}

/* Every transfer that is there. */
static uint64_t stored_in(quipu_ledger *ledger)
{
    quipu_uint128 sum = 0;

    for (unsigned i = 1; i <= ACCOUNTS; i++) {
        quipu_account account = ledger_account(ledger, i, NULL);

        sum += account.debits_posted + account.debits_pending;
    }
    return (uint64_t)sum; /* each of amount 1 */
}

/* S1, S3 */
EVERY_PROTOCOL(space, is_used_to_the_last_place, .timeout = 240)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        struct flood flood = {.shape = (enum shape)shape};
        uint64_t capacity = threads_work(30000) + (uint64_t)shape;
        const quipu_options options = {.protocol = protocols[*protocol_index],
                                       .account_capacity = ACCOUNTS + 1,
                                       .transfer_capacity = capacity,
                                       .failed_id_capacity = UINT64_C(1) << 22};
        quipu_counters is;

        open_flood(&flood, &options);
        threads_run(THREADS, fill, &flood);
        is = counters_of(&flood);
        cr_assert_eq(flood.wrong, 0);
        cr_assert_eq(flood.created, capacity, "shape %d: %llu of %llu", shape,
                     (unsigned long long)flood.created, (unsigned long long)capacity);
        cr_assert_eq(is.transfers, capacity);
        cr_assert_eq(stored_in(flood.ledger), capacity);
        cr_assert_eq(is.failed_ids, flood.burnt);
        cr_assert(shape != MIXED || flood.burnt > 0);
        ledger_close(flood.ledger);
    }
}

/* S2: each thread writes a few, so that it keeps the rest of a chunk; half of them go on, in a call
 * that does not end before the ledger is full. */
struct hoard {
    struct flood flood;
    uint64_t ready, inside; /* shared */
    uint64_t told;          /* shared: has the last one been told that there is no space? */
};

static bool stay(void *context, const quipu_account *account, uint64_t version)
{
    struct hoard *hoard = context;

    (void)account;
    (void)version;
    (void)shared_add(&hoard->inside, 1);
    while (shared_read(&hoard->told) == 0)
        continue;
    return false;
}

static void hoard_or_fill(void *context, unsigned thread)
{
    struct hoard *hoard = context;
    quipu_transfer event = a_transfer(((quipu_uint128)thread + 1) << 80, 1, 2, 1);
    quipu_result result;

    (void)quipu_create_transfers(hoard->flood.ledger, &event, 1, &result);
    tell(&hoard->flood, &result, 1);
    (void)shared_add(&hoard->ready, 1);
    if (thread % 2 == 1) {
        (void)quipu_snapshot(hoard->flood.ledger, stay, hoard);
        return;
    }
    while (shared_read(&hoard->ready) < 4 || (thread == 0 && shared_read(&hoard->inside) < 2))
        continue;
    if (thread != 0) return;
    fill(&hoard->flood, 0);
    (void)shared_add(&hoard->told, 1);
}

EVERY_PROTOCOL(space, is_not_kept_by_who_does_something_else, .timeout = 120)
{
    const uint64_t capacity = 20000;
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = ACCOUNTS + 1,
                                   .transfer_capacity = capacity};
    struct hoard hoard = {.flood = {.shape = SINGLE}};

    if (protocols[*protocol_index] == QUIPU_CAS) return; /* it has no snapshot to stay in */
    open_flood(&hoard.flood, &options);
    threads_run(4, hoard_or_fill, &hoard);
    cr_assert_eq(hoard.flood.created, capacity, "%llu of %llu",
                 (unsigned long long)hoard.flood.created, (unsigned long long)capacity);
    ledger_close(hoard.flood.ledger);
}

struct askers {
    struct flood flood;
    uint64_t burnt; /* shared */
};

/* S4: a chain that exists at its end, and whose second leg fails before, or does not. */
static void ask(void *context, unsigned thread)
{
    struct askers *askers = context;
    struct random random = {thread + 1};

    for (unsigned i = 0; i < threads_work(1000); i++) {
        bool fails = random_one_in(&random, 2);
        quipu_uint128 id = ((quipu_uint128)(thread + 1) << 64) + 2 * i;
        quipu_transfer chain[3] = {
            a_flagged_transfer(id, 1, 2, 1, QUIPU_TRANSFER_LINKED),
            a_flagged_transfer(id + 1, fails ? POOR : 2, 3, 1, QUIPU_TRANSFER_LINKED),
            a_transfer(1, 1, 2, 1),
        };
        quipu_result results[3];
        quipu_status status = quipu_create_transfers(askers->flood.ledger, chain, 3, results);
        uint32_t second = fails ? QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS
                                : QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED;
        uint32_t last =
            fails ? QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED : QUIPU_CREATE_TRANSFER_EXISTS;

        if (status != QUIPU_OK || results[1].status != second || results[2].status != last) {
            (void)shared_add(&askers->flood.wrong, 1);
        }
        if (fails) (void)shared_add(&askers->burnt, 1);
    }
}

EVERY_PROTOCOL(space, is_not_needed_for_every_answer, .timeout = 120)
{
    enum { FEW = 40 };
    struct askers askers = {.flood = {.shape = SINGLE}};
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = ACCOUNTS + 1,
                                   .transfer_capacity = FEW,
                                   .failed_id_capacity = THREADS * 1000};
    quipu_counters is;

    open_flood(&askers.flood, &options);
    for (unsigned i = 1; i <= FEW; i++) {
        quipu_transfer event = a_transfer(i, 1, 2, 1);
        quipu_result result;

        cr_assert_eq(quipu_create_transfers(askers.flood.ledger, &event, 1, &result), QUIPU_OK);
    }
    threads_run(THREADS, ask, &askers);
    is = counters_of(&askers.flood);
    cr_assert_eq(askers.flood.wrong, 0, "%llu", (unsigned long long)askers.flood.wrong);
    cr_assert_eq(is.transfers, FEW);
    cr_assert_eq(is.failed_ids, askers.burnt);
    cr_assert_eq(stored_in(askers.flood.ledger), FEW);
    ledger_close(askers.flood.ledger);
}
