/* test_open.c - what a ledger may be opened with, and what not. */
#include "support/asleep.h"
#include "support/ledger.h"
#include "support/section.h"
#include "support/threads.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "suites/faults/allocator.h"

/* Of a ledger with all defaults; the README has it, too. */
#define ADDRESSES_GIB 66

/* A sanitizer takes all addresses there are. */
#define ADDRESSES_ARE_OURS ALLOCATOR_IS_OURS

static quipu_ledger *const untouched = (quipu_ledger *)(uintptr_t)0x5a5a;

/* Refused, and *ledger is NULL. */
static void refuse(const quipu_options *options, quipu_status expected, int line)
{
    quipu_ledger *ledger = untouched;

    errno = 77;
    cr_assert_eq(quipu_open(options, &ledger), expected, "line %d", line);
    cr_assert_null(ledger, "line %d", line);
    cr_assert_eq(errno, 77, "line %d: errno is not ours", line);
}

#define REFUSE(expected, ...)                                                                      \
    do {                                                                                           \
        const quipu_options options = {__VA_ARGS__};                                               \
        refuse(&options, (expected), __LINE__);                                                    \
    } while (0)

/* What was reserved became options: a program that was built before says zero there. */
Test(open, options_have_not_grown)
{
    cr_assert_eq(sizeof(quipu_options), 80);
    cr_assert_eq(offsetof(quipu_options, reads), 52);
    cr_assert_eq(offsetof(quipu_options, flush_interval), 56);
    cr_assert_eq(offsetof(quipu_options, checkpoint_bytes), 64);
}

Test(open, refuses_what_makes_no_sense)
{
    cr_assert_eq(quipu_open(NULL, NULL), QUIPU_INVALID);
    REFUSE(QUIPU_INVALID, .protocol = (quipu_protocol)4);
    REFUSE(QUIPU_INVALID, .protocol = (quipu_protocol)0x7fffffff);
    REFUSE(QUIPU_INVALID, .durability = (quipu_durability)4);
    REFUSE(QUIPU_INVALID, .durability = QUIPU_SYNCED);
    REFUSE(QUIPU_INVALID, .durability = QUIPU_BUFFERED);
    REFUSE(QUIPU_INVALID, .durability = QUIPU_IN_MEMORY, .path = "somewhere");
    REFUSE(QUIPU_INVALID, .path = "");
    REFUSE(QUIPU_INVALID, .reads = (quipu_reads)2);
    REFUSE(QUIPU_INVALID, .flush_interval = UINT64_C(3600) * 1000000000 + 1);
    REFUSE(QUIPU_INVALID, .durability = (quipu_durability)0x7fffffff);
    REFUSE(QUIPU_INVALID, .account_capacity = ((uint64_t)1 << 32) + 1);
    REFUSE(QUIPU_INVALID, .account_capacity = UINT64_MAX);
    REFUSE(QUIPU_INVALID, .transfer_capacity = UINT64_MAX);
    REFUSE(QUIPU_INVALID, .transfer_capacity = ((uint64_t)1 << 33) + 1);
    REFUSE(QUIPU_INVALID, .failed_id_capacity = UINT64_MAX);
    REFUSE(QUIPU_INVALID, .failed_id_capacity = ((uint64_t)1 << 33) + 1);
    REFUSE(QUIPU_INVALID, .prefault = 2);
    REFUSE(QUIPU_IO, .path = "/nowhere/at/all");
    REFUSE(QUIPU_INVALID, .path = "/dev/null");
}

static void use_and_close(quipu_ledger *ledger)
{
    quipu_account events[2] = {an_account(1), an_account(2)};
    quipu_transfer event = a_transfer(1, 1, 2, 5);
    quipu_result results[2];

    cr_assert_not_null(ledger);
    cr_assert_eq(quipu_create_accounts(ledger, events, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, &event, 1, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATED, "it works");
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == 5);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
}

/* A ledger whose memory was taken beforehand holds exactly its capacity, too. */
EVERY_PROTOCOL(open, prefaults)
{
    enum { CAPACITY = 3000 };
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = 2,
                                   .transfer_capacity = CAPACITY,
                                   .prefault = 1};
    static quipu_transfer events[CAPACITY + 1];
    static quipu_result results[CAPACITY + 1];
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    for (unsigned i = 0; i <= CAPACITY; i++)
        events[i] = a_transfer(i + 1, 1, 2, 1);
    cr_assert_eq(quipu_create_transfers(ledger, events, CAPACITY + 1, results), QUIPU_NO_SPACE);
    for (unsigned i = 0; i < CAPACITY; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    cr_assert_eq(results[CAPACITY].status, 0);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == CAPACITY);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
}

Test(open, takes_nothing_at_all)
{
    const quipu_options zero = {0};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(NULL, &ledger), QUIPU_OK);
    use_and_close(ledger);
    cr_assert_eq(quipu_open(&zero, &ledger), QUIPU_OK);
    use_and_close(ledger);
}

EVERY_PROTOCOL(open, takes_the_smallest_capacities)
{
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = 2,
                                   .transfer_capacity = 1,
                                   .failed_id_capacity = 1};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    use_and_close(ledger);
}

/* Many at once, each by itself. */
EVERY_PROTOCOL(open, keeps_ledgers_apart)
{
    enum { COUNT = 20 };
    const quipu_options options = {
        .protocol = protocols[*protocol_index], .account_capacity = 100, .transfer_capacity = 100};
    quipu_ledger *ledgers[COUNT];

    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(quipu_open(&options, &ledgers[i]), QUIPU_OK);
    }
    for (int i = 0; i < COUNT; i++) {
        use_and_close(ledgers[i]);
    }
}

/* The system's clock is the default: timestamps are of today. */
struct addresses {
    rlim_t limit; /* bytes more than there are */
    quipu_options options;
    quipu_status expected;
};

/* Address space in use, in bytes. */
static rlim_t addresses_in_use(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%lu", &pages), 1);
    (void)fclose(file);
    return (rlim_t)pages * 4096;
}

/* What was not named is made less, down to 2^20 transfers and 2^16 accounts. */
Test(open, asks_for_less_where_addresses_are_few)
{
    const struct addresses tries[] = {
        {(rlim_t)64 << 30, {0}, QUIPU_OK},
        {(rlim_t)4 << 30, {0}, QUIPU_OK},
        {(rlim_t)1 << 30, {0}, QUIPU_OK},
        {(rlim_t)64 << 20, {0}, QUIPU_NO_MEMORY},
        {(rlim_t)4 << 30, {.transfer_capacity = 1 << 20}, QUIPU_OK},
        {(rlim_t)4 << 30, {.transfer_capacity = 1 << 28}, QUIPU_NO_MEMORY},
        {(rlim_t)1 << 30, {.account_capacity = 1 << 24}, QUIPU_NO_MEMORY},
    };

    if (!ADDRESSES_ARE_OURS) return;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct rlimit limit = {addresses_in_use() + tries[i].limit, RLIM_INFINITY};
        quipu_ledger *ledger;

        cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
        cr_assert_eq(quipu_open(&tries[i].options, &ledger), tries[i].expected, "try %zu", i);
        if (tries[i].expected == QUIPU_OK) use_and_close(ledger);
    }
}

/* The README says so. */
Test(open, takes_as_many_addresses_as_is_said)
{
    rlim_t before = addresses_in_use(), taken;
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(NULL, &ledger), QUIPU_OK);
    taken = addresses_in_use() - before;
    cr_assert_eq((taken + ((rlim_t)1 << 29)) >> 30, ADDRESSES_GIB, "%.1f GiB",
                 (double)taken / (1 << 30));
    use_and_close(ledger);
}

Test(open, tells_the_time)
{
    quipu_ledger *ledger = NULL;
    quipu_account event = an_account(1);
    quipu_result result;

    cr_assert_eq(quipu_open(NULL, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, &event, 1, &result), QUIPU_OK);
    cr_assert_gt(result.timestamp, NOON);
    cr_assert_lt(result.timestamp, 3 * NOON);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
}

static bool close_now(void *context, const quipu_account *account, uint64_t version)
{
    (void)account;
    (void)version;
    cr_assert_eq(quipu_close(context), QUIPU_BUSY);
    return true;
}

/* The snapshot that calls us is a call in flight. */
EVERY_PROTOCOL(open, close_while_in_use_is_refused)
{
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], NULL);
    quipu_account event = an_account(1);
    quipu_result result;

    cr_assert_eq(quipu_create_accounts(ledger, &event, 1, &result), QUIPU_OK);
    (void)quipu_snapshot(ledger, close_now, ledger);
    use_and_close(ledger);
}

/* Lookups of a few accounts are no call in flight that close sees: they are in read sections, and
 * it waits for these. */
struct leaving {
    quipu_ledger *ledger;
    uint64_t inside, closer, closed; /* shared */
    bool left, left_first;           /* plain: carried by the grace period */
};

static void stay_or_close(void *context, unsigned thread)
{
    struct leaving *leaving = context;

    if (thread == 0) {
        while (shared_read(&leaving->inside) == 0)
            (void)sched_yield();
        (void)shared_add(&leaving->closer, own_thread_id());
        cr_assert_eq(quipu_close(leaving->ledger), QUIPU_OK);
        leaving->left_first = leaving->left;
        (void)shared_add(&leaving->closed, 1);
        return;
    }
    section_enter();
    (void)shared_add(&leaving->inside, 1);
    /* Ends: the closer sleeps until the section ends, or waits for nobody. */
    while (shared_read(&leaving->closed) == 0 && !is_asleep(shared_read(&leaving->closer)))
        (void)sched_yield();
    leaving->left = true;
    section_leave();
}

EVERY_PROTOCOL(open, close_waits_for_read_sections)
{
    struct leaving leaving = {.ledger = ledger_open(protocols[*protocol_index], NULL)};

    threads_run(2, stay_or_close, &leaving);
    cr_assert(leaving.left_first);
}

Test(open, close_of_nothing_is_invalid)
{
    cr_assert_eq(quipu_close(NULL), QUIPU_INVALID);
}
