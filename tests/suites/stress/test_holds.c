/* test_holds.c - posts, voids and time-outs race for the same holds, under a clock that jumps.
 *
 *   T1  a hold is resolved exactly once: by one post, by one void, or by its time
 *   T2  all losers are told the same: posted, voided or expired
 *   T3  a thread that resolved it did so before it was due; one that found it expired did not
 *   T4  no read that begins when a hold is due sees it
 *   T5  after traffic with time-outs the books are right, and every hold is gone (K1, K2, K6) */
#include <sched.h>
#include <stdlib.h>

#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"
#include "support/traffic.h"

enum { RACERS = 3, HOLDS = 64, TICKER = RACERS };

struct race {
    quipu_ledger *ledger;
    uint64_t now;
    quipu_uint128 first; /* id of the holds of this round */
    quipu_result results[RACERS][HOLDS];
    uint64_t failed_calls;
    uint64_t seed;
};

static quipu_ledger *open_with(quipu_protocol protocol, uint64_t *now)
{
    const quipu_options options = {.protocol = protocol,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 22,
                                   .clock = shared_clock,
                                   .clock_context = now};
    quipu_account events[4] = {an_account(1), an_account(2), an_account(3), an_account(4)};
    quipu_result results[4];
    quipu_ledger *ledger;

    *now = NOON;
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, events, 4, results), QUIPU_OK);
    return ledger;
}

/* Racer 0 posts, racer 1 voids, racer 2 does one or the other; each from another end. */
static void resolve(struct race *race, unsigned racer)
{
    for (unsigned i = 0; i < HOLDS; i++) {
        unsigned which = racer == 1 ? HOLDS - 1 - i : (i + racer * HOLDS / 4) % HOLDS;
        quipu_uint128 hold = race->first + which, id = hold + (1 + racer) * HOLDS;
        bool posts = racer == 0 || (racer == 2 && which % 2 == 0);
        quipu_transfer event = posts ? a_post(id, hold, 3) : a_void(id, hold);

        if (quipu_create_transfers(race->ledger, &event, 1, &race->results[racer][which]) !=
            QUIPU_OK) {
            (void)shared_add(&race->failed_calls, 1);
        }
    }
}

static void race_on(void *context, unsigned index)
{
    struct race *race = context;
    struct random random = {race->seed};

    if (index < RACERS) {
        resolve(race, index);
        return;
    }
    /* The holds fall due one after another, from now on, some of them before all is resolved. */
    for (uint32_t wait = random_below(&random, 60); wait > 0; wait--)
        (void)sched_yield();
    for (unsigned i = 0; i < 8; i++) {
        (void)shared_add(&race->now, SECOND / 8 + HOLDS);
        (void)sched_yield();
    }
}

static void judge(const struct race *race, unsigned which)
{
    quipu_uint128 hold = race->first + which;
    quipu_transfer stored;
    uint64_t due;
    int winner = -1;
    uint32_t told = QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED;

    cr_assert_eq(quipu_lookup_transfers(race->ledger, &hold, 1, &stored, NULL), QUIPU_OK);
    due = stored.timestamp + SECOND;
    for (int r = 0; r < RACERS; r++) {
        const quipu_result *result = &race->results[r][which];

        if (result->status != QUIPU_CREATED) continue;
        cr_assert_eq(winner, -1, "hold %u was resolved twice", which);
        winner = r;
        cr_assert_lt(result->timestamp, due, "resolved after it was due");
    }
    if (winner >= 0) {
        bool posted = winner == 0 || (winner == 2 && which % 2 == 0);

        told = posted ? QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED
                      : QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED;
    }
    for (int r = 0; r < RACERS; r++) {
        const quipu_result *result = &race->results[r][which];

        if (r == winner) continue;
        cr_assert_eq(result->status, told, "hold %u: %s", which,
                     quipu_create_transfer_text(result->status));
        if (winner < 0) cr_assert_geq(result->timestamp, due, "expired before it was due");
    }
}

EVERY_PROTOCOL(holds, are_resolved_once, .timeout = 240)
{
    static struct race race;
    quipu_transfer events[HOLDS];
    quipu_result results[HOLDS];

    race.ledger = open_with(protocols[*protocol_index], &race.now);
    for (unsigned round = 0; round < threads_work(1000); round++) {
        race.first = 1 + (quipu_uint128)round * (1 + RACERS) * HOLDS;
        race.seed = round;
        for (unsigned i = 0; i < HOLDS; i++) {
            events[i] = a_hold(race.first + i, 1 + i % 2, 3 + i % 2, 5, 1);
        }
        cr_assert_eq(quipu_create_transfers(race.ledger, events, HOLDS, results), QUIPU_OK);
        threads_run(RACERS + 1, race_on, &race);
        cr_assert_eq(race.failed_calls, 0);
        for (unsigned i = 0; i < HOLDS; i++)
            judge(&race, i);
        race.now += 2 * SECOND;
    }
    cr_assert_null(check_ledger(race.ledger, 4, true));
    ledger_close(race.ledger);
}

struct due {
    quipu_ledger *ledger;
    uint64_t now;
    uint64_t when; /* the only hold is due then, and no other is being made; 0: one may be */
    unsigned rounds;
    uint64_t running, seen_late, read_count;
};

/* So many rounds; and on a busy machine more, until somebody has read in time at all. */
static void hold_and_wait(struct due *due)
{
    for (unsigned i = 1;
         i <= due->rounds || (shared_read(&due->read_count) == 0 && i <= 100 * due->rounds); i++) {
        quipu_transfer event = a_hold(i, 1, 2, 5, 1);
        quipu_result result;

        if (quipu_create_transfers(due->ledger, &event, 1, &result) != QUIPU_OK) break;
        __atomic_store_n(&due->when, result.timestamp + SECOND, __ATOMIC_RELEASE);
        for (int n = 0; n < 6; n++) {
            (void)sched_yield();
            (void)shared_add(&due->now, SECOND / 4);
        }
        (void)sched_yield();
        __atomic_store_n(&due->when, 0, __ATOMIC_RELEASE);
    }
    (void)shared_add(&due->running, (uint64_t)-1);
}

static void read_when_due(void *context, unsigned index)
{
    struct due *due = context;

    if (index == 0) {
        hold_and_wait(due);
        return;
    }
    while (shared_read(&due->running) > 0) {
        uint64_t when = shared_read(&due->when), now = shared_read(&due->now);
        quipu_uint128 id = index == 1 ? 1 : 2;
        quipu_account account;

        (void)sched_yield(); /* or the lock's owner waits for our time slices, one after another */
        if (quipu_lookup_accounts(due->ledger, &id, 1, &account, NULL) != QUIPU_OK) return;
        if (when == 0 || now < when || shared_read(&due->when) != when) continue;
        (void)shared_add(&due->read_count, 1);
        if (account.debits_pending + account.credits_pending != 0) {
            (void)shared_add(&due->seen_late, 1);
        }
    }
}

EVERY_PROTOCOL(holds, are_not_seen_when_due, .timeout = 240)
{
    static struct due due;

    due.ledger = open_with(protocols[*protocol_index], &due.now);
    due.rounds = threads_work(20000);
    due.running = 1;
    threads_run(3, read_when_due, &due);
    cr_assert_eq(due.seen_late, 0, "%s: %llu of %llu reads",
                 protocol_name(protocols[*protocol_index]), (unsigned long long)due.seen_late,
                 (unsigned long long)due.read_count);
    cr_assert_gt(due.read_count, 0);
    ledger_close(due.ledger);
}

enum { WRITERS = 4, ACCOUNTS = 6 };

struct ticking {
    struct traffic traffic;
    uint64_t now;
};

static void tick(void *context, unsigned index)
{
    struct ticking *ticking = context;

    if (index < WRITERS) {
        traffic_write(&ticking->traffic, index);
        return;
    }
    while (traffic_goes_on(&ticking->traffic)) {
        (void)shared_add(&ticking->now, SECOND / 16);
        (void)sched_yield();
    }
}

EVERY_PROTOCOL(holds, that_expire_leave_the_books_right, .timeout = 240)
{
    static struct ticking ticking;
    const char *verdict;

    ticking.now = NOON;
    traffic_open(&ticking.traffic, protocols[*protocol_index], ACCOUNTS, &ticking.now);
    ticking.traffic.batches = threads_work(15000);
    ticking.traffic.timeout = 3;
    ticking.traffic.writers = WRITERS;
    threads_run(WRITERS + 1, tick, &ticking);
    ticking.now += 10 * SECOND;
    verdict = traffic_verdict(&ticking.traffic);
    if (verdict == NULL) verdict = check_ledger(ticking.traffic.ledger, ACCOUNTS, true);
    cr_assert_null(verdict, "%s: %s", protocol_name(protocols[*protocol_index]), verdict);
    traffic_close(&ticking.traffic);
}
