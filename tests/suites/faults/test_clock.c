/* test_clock.c - a clock that jumps: docs/faults.md, "Clocks".
 *
 *   C1  under load, whatever the clock says, timestamps are unique, below 2^63, and those of calls
 *       that began later are larger; the books are right
 *   C2  nothing expires early, nor is seen again once it has expired
 *   C3  what expired for a read at a time that the clock took back is over: writers go on
 *   C4  a clock near 2^63 is not believed: it neither overflows nor uses timestamps up
 *   C5  a clock that stops when a call begins stops only that call */
#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/traffic.h"

#include <pthread.h>
#include <unistd.h>

enum { ACCOUNTS = 8, WRITERS = 3, BATCHES = 600, PAGE = 8000, AFTER = 200 };

#define FAR (UINT64_C(1) << 62)
#define LIMIT (UINT64_C(1) << 63)

struct jumps {
    struct traffic traffic;
    uint64_t clock;
};

static uint64_t somewhere(struct random *random, uint64_t now)
{
    switch (random_below(random, 8)) {
    case 0: return 0;
    case 1: return now - 3600 * SECOND;
    case 2: return NOON + random_below(random, 1000) * SECOND;
    case 3: return FAR + random_below(random, 1000) * SECOND;
    case 4: return LIMIT - 1 - random_below(random, 3);
    case 5: return LIMIT + random_below(random, 3);
    case 6: return UINT64_MAX - random_below(random, 3);
    default: return now + SECOND;
    }
}

static void jump_or_write(void *context, unsigned index)
{
    struct jumps *jumps = context;
    struct random random = {jumps->traffic.seed};

    if (index > 0) {
        traffic_write(&jumps->traffic, index);
        return;
    }
    while (traffic_goes_on(&jumps->traffic)) {
        uint64_t now = shared_read(&jumps->clock);

        __atomic_store_n(&jumps->clock, somewhere(&random, now), __ATOMIC_RELEASE);
        (void)usleep(random_below(&random, 200));
    }
}

/* All transfers by page: their timestamps grow, and stay below the limit. */
static uint64_t count_growing(quipu_ledger *ledger)
{
    static quipu_transfer page[PAGE];
    quipu_query_filter filter = {.limit = PAGE};
    uint64_t all = 0;
    size_t count;

    do {
        cr_assert_eq(quipu_query_transfers(ledger, &filter, page, PAGE, &count), QUIPU_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert(page[i].timestamp >= filter.timestamp_min && page[i].timestamp < LIMIT);
            filter.timestamp_min = page[i].timestamp + 1;
        }
        all += count;
    } while (count > 0);
    return all;
}

EVERY_PROTOCOL(clock, c1_jumps_under_load, .timeout = 240)
{
    quipu_protocol protocol = protocols[*protocol_index];
    struct jumps jumps = {.clock = NOON};
    quipu_ledger *ledger;

    traffic_open(&jumps.traffic, protocol, ACCOUNTS, &jumps.clock);
    ledger = jumps.traffic.ledger;
    jumps.traffic.batches = threads_work(BATCHES);
    jumps.traffic.timeout = 1000;
    jumps.traffic.seed = 7;
    jumps.traffic.writers = WRITERS;
    threads_run(1 + WRITERS, jump_or_write, &jumps);

    cr_assert_null(traffic_verdict(&jumps.traffic), "%s, seed 7", protocol_name(protocol));
    cr_assert_eq(count_growing(ledger), jumps.traffic.created);
    /* All that is held and timed falls due at last; the rest is voided by nobody. */
    jumps.clock = FAR + FAR / 2;
    cr_assert_null(check_conservation(ledger, ACCOUNTS));
    cr_assert_null(check_limits(ledger, ACCOUNTS));
    for (unsigned id = 1; id <= ACCOUNTS; id++)
        cr_assert_null(check_account(ledger, id, true), "%s", protocol_name(protocol));
    traffic_close(&jumps.traffic);
}

static quipu_result post(quipu_ledger *ledger, quipu_transfer event)
{
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
    return result;
}

static quipu_ledger *open_pair(quipu_protocol protocol, uint64_t *now)
{
    quipu_ledger *ledger = ledger_open(protocol, now);
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    return ledger;
}

static bool is_held(quipu_ledger *ledger)
{
    return ledger_account(ledger, 1, NULL).debits_pending != 0;
}

EVERY_PROTOCOL(clock, c2_nothing_expires_early, .timeout = 60)
{
    uint64_t now = NOON, began;
    quipu_ledger *ledger = open_pair(protocols[*protocol_index], &now);

    began = post(ledger, a_hold(1, 1, 2, 5, 10)).timestamp;
    now = began + 10 * SECOND - 1;
    cr_assert(is_held(ledger));
    now = 1;
    cr_assert(is_held(ledger));
    /* The ledger's own time stands at the last event: ten seconds from there, not from the jump. */
    began = post(ledger, a_hold(2, 1, 2, 7, 10)).timestamp;
    cr_assert(began > NOON && began < NOON + SECOND);
    now = began + 10 * SECOND - 1;
    cr_assert_eq(ledger_account(ledger, 1, NULL).debits_pending, 7);
    now = began + 10 * SECOND;
    cr_assert(!is_held(ledger));
    now = 1;
    cr_assert(!is_held(ledger), "what has expired came back with the clock");
    cr_assert_eq(post(ledger, a_post(3, 2, 7)).status,
                 QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED);
    cr_assert_null(check_ledger(ledger, 2, true));
    ledger_close(ledger);
}

EVERY_PROTOCOL(clock, c3_a_release_that_the_clock_took_back, .timeout = 60)
{
    uint64_t now = NOON, due;
    quipu_ledger *ledger = open_pair(protocols[*protocol_index], &now);
    quipu_result result;

    due = post(ledger, a_hold(1, 1, 2, 5, 3600)).timestamp + 3600 * SECOND;
    now = due;
    cr_assert(!is_held(ledger)); /* it expired for a read, which draws no timestamp */
    now = NOON;
    result = post(ledger, a_transfer(2, 1, 2, 1));
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert(result.timestamp >= due, "it happened after the expiry");
    cr_assert_null(check_ledger(ledger, 2, true));
    ledger_close(ledger);
}

EVERY_PROTOCOL(clock, c4_a_clock_near_the_end_of_time, .timeout = 60)
{
    static const uint64_t ends[] = {LIMIT - 1, LIMIT - 2, LIMIT, UINT64_MAX, UINT64_MAX - 1};
    quipu_protocol protocol = protocols[*protocol_index];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        uint64_t now = NOON, last = 0;
        quipu_ledger *ledger = open_pair(protocol, &now);

        (void)post(ledger, a_hold(1, 1, 2, 5, 3600));
        now = ends[i];
        for (unsigned n = 0; n < AFTER; n++) {
            quipu_result result = post(ledger, a_transfer(10 + n, 1, 2, 1));

            cr_assert_eq(result.status, QUIPU_CREATED);
            cr_assert(result.timestamp > last && result.timestamp < NOON + SECOND);
            last = result.timestamp;
        }
        cr_assert(is_held(ledger), "a time that is not believed lets nothing expire");
        now = NOON + 7200 * SECOND;
        cr_assert(!is_held(ledger));
        cr_assert_eq(post(ledger, a_transfer(2, 1, 2, 1)).timestamp, now);
        cr_assert_null(check_ledger(ledger, 2, true));
        ledger_close(ledger);
    }
}

EVERY_PROTOCOL(clock, c4_far_but_believed, .timeout = 60)
{
    uint64_t now = NOON;
    quipu_ledger *ledger = open_pair(protocols[*protocol_index], &now);
    quipu_result result;

    now = FAR;
    cr_assert_eq(post(ledger, a_transfer(1, 1, 2, 1)).timestamp, FAR);
    now = NOON;
    result = post(ledger, a_hold(2, 1, 2, 5, 3600));
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert_eq(result.timestamp, FAR + 1);
    cr_assert(is_held(ledger));
    now = FAR + 3600 * SECOND;
    cr_assert(is_held(ledger));
    now++;
    cr_assert(!is_held(ledger));
    /* As long a time-out as there is, from the latest time that is believed. */
    now = LIMIT - 1 - (UINT64_C(1) << 56);
    result = post(ledger, a_hold(3, 1, 2, 5, UINT32_MAX));
    cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_OVERFLOWS_TIMEOUT);
    cr_assert_eq(post(ledger, a_transfer(4, 1, 2, 1)).status, QUIPU_CREATED);
    cr_assert_null(check_ledger(ledger, 2, true));
    ledger_close(ledger);
}

/* A clock that stops the thread that says so, until the test lets it go on. */
static _Thread_local bool stops_here;
static uint64_t stopped, let_go;

static uint64_t stopping_clock(void *context)
{
    (void)context;
    if (stops_here && shared_read(&let_go) == 0) {
        (void)shared_add(&stopped, 1);
        while (shared_read(&let_go) == 0)
            (void)usleep(1000);
    }
    return NOON;
}

static void *write_stopped(void *ledger)
{
    stops_here = true;
    (void)post(ledger, a_transfer(1, 1, 2, 1));
    return NULL;
}

static void *write_some(void *ledger)
{
    for (unsigned i = 0; i < AFTER; i++)
        (void)post(ledger, a_transfer(10 + i, 1 + i % 2, 2 - i % 2, 1));
    return NULL;
}

EVERY_PROTOCOL(clock, c5_a_clock_that_stops, .timeout = 60)
{
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .transfer_capacity = 1 << 16,
                                   .clock = stopping_clock};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    pthread_t stopping, writing;
    quipu_result results[2];
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(pthread_create(&stopping, NULL, write_stopped, ledger), 0);
    while (shared_read(&stopped) == 0)
        (void)usleep(1000);

    cr_assert_eq(pthread_create(&writing, NULL, write_some, ledger), 0);
    cr_assert_eq(pthread_join(writing, NULL), 0);
    for (unsigned i = 0; i < AFTER; i++)
        (void)ledger_account(ledger, 1 + i % 2, NULL);
    cr_assert_eq(quipu_close(ledger), QUIPU_BUSY);

    (void)shared_add(&let_go, 1);
    cr_assert_eq(pthread_join(stopping, NULL), 0);
    cr_assert_eq(ledger_account(ledger, 1, NULL).debits_posted, 1 + AFTER / 2);
    cr_assert_null(check_ledger(ledger, 2, false));
    ledger_close(ledger);
}
