/* test_fork.c - fork() in the host: docs/faults.md, "fork()".
 *
 *   F1  of a ledger at rest the child has a copy that works, and so does the parent's own
 *   F2  of a ledger with a call in flight the child has nothing: each call says BUSY
 *   F3  the child can open ledgers of its own, whatever the parent's threads were at
 *   F4  fork() while others write neither hangs nor disturbs them; and what the child may use is
 *       whole
 *   F5  ids made after fork() are not those that the parent makes
 *   F6  threads of the child, which take the stacks of the parent's, are like any others */
#include "suites/faults/child.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/tsan.h"
#include "suites/faults/allocator.h"
#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/section.h"
#include "support/traffic.h"

enum { ACCOUNTS = 6, WRITERS = 2, FORKS = 60, ENOUGH_FOR_GRACE = 9000, SMALL = 100 };

/* Transfers between accounts 1 and 2, one by one: enough of them need a grace period under rcu. */
static bool post(quipu_ledger *ledger, uint64_t first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_transfer event = a_transfer(first + i, 1 + i % 2, 2 - i % 2, 1);
        quipu_result result;

        if (quipu_create_transfers(ledger, &event, 1, &result) != QUIPU_OK) return false;
        if (result.status != QUIPU_CREATED) return false;
    }
    return true;
}

static bool open_accounts(quipu_protocol protocol, quipu_ledger **ledger)
{
    const quipu_options options = {
        .protocol = protocol, .account_capacity = 1 << 10, .transfer_capacity = 1 << 20};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    if (quipu_open(&options, ledger) != QUIPU_OK) return false;
    return quipu_create_accounts(*ledger, accounts, 2, results) == QUIPU_OK &&
           results[0].status == QUIPU_CREATED && results[1].status == QUIPU_CREATED;
}

/* In a child: a ledger of its own does all that a ledger does. */
static void open_another(quipu_protocol protocol, unsigned count)
{
    quipu_ledger *own;

    child_claim(open_accounts(protocol, &own));
    child_claim(post(own, 1, count));
    child_claim(check_ledger(own, 2, false) == NULL);
    child_claim(quipu_close(own) == QUIPU_OK);
}

static bool count_visits(void *context, const quipu_account *account, uint64_t version)
{
    (void)account;
    (void)version;
    ++*(unsigned *)context;
    return true;
}

/* In a child: every call says BUSY. */
static void find_busy(quipu_ledger *ledger)
{
    static quipu_transfer transfers[2];
    static quipu_account_balance balances[2];
    quipu_account account = an_account(77);
    quipu_transfer event = a_transfer(1, 1, 2, 1);
    quipu_account_filter filter = {.account_id = 1, .limit = 1, .flags = QUIPU_FILTER_DEBITS};
    quipu_query_filter query = {.limit = 1};
    quipu_uint128 id = 1;
    quipu_result result;
    unsigned visits = 0;
    size_t count;

    child_claim(quipu_create_accounts(ledger, &account, 1, &result) == QUIPU_BUSY);
    child_claim(quipu_create_transfers(ledger, &event, 1, &result) == QUIPU_BUSY);
    child_claim(quipu_lookup_accounts(ledger, &id, 1, &account, NULL) == QUIPU_BUSY);
    child_claim(quipu_lookup_transfers(ledger, &id, 1, transfers, NULL) == QUIPU_BUSY);
    child_claim(quipu_get_account_transfers(ledger, &filter, transfers, 1, &count) == QUIPU_BUSY);
    child_claim(quipu_get_account_balances(ledger, &filter, balances, 1, &count) == QUIPU_BUSY);
    child_claim(quipu_query_accounts(ledger, &query, &account, 1, &count) == QUIPU_BUSY);
    child_claim(quipu_query_transfers(ledger, &query, transfers, 1, &count) == QUIPU_BUSY);
    child_claim(quipu_snapshot(ledger, count_visits, &visits) == QUIPU_BUSY && visits == 0);
    child_claim(quipu_close(ledger) == QUIPU_BUSY);
}

EVERY_PROTOCOL(fork, f1_a_ledger_at_rest_is_copied, .timeout = 120)
{
    quipu_protocol protocol = protocols[*protocol_index];
    quipu_ledger *ledger;
    pid_t child;

    cr_assert(open_accounts(protocol, &ledger));
    cr_assert(post(ledger, 1, SMALL));

    child = child_fork();
    if (child == 0) {
        child_claim(post(ledger, 1 + SMALL, ENOUGH_FOR_GRACE));
        child_claim(check_ledger(ledger, 2, false) == NULL);
        child_claim(ledger_account(ledger, 1, NULL).debits_posted ==
                    (SMALL + ENOUGH_FOR_GRACE) / 2);
        child_claim(quipu_close(ledger) == QUIPU_OK);
        open_another(protocol, SMALL);
        child_end(0);
    }
    /* The same ids, while the child works. */
    cr_assert(post(ledger, 1 + SMALL, SMALL));
    cr_assert_eq(child_wait(child), 0, "%s", protocol_name(protocol));
    cr_assert_eq(ledger_account(ledger, 1, NULL).debits_posted, SMALL);
    cr_assert(post(ledger, 1 + 2 * SMALL, ENOUGH_FOR_GRACE));
    cr_assert_null(check_ledger(ledger, 2, false));
    ledger_close(ledger);
}

/* A clock that stops its caller while `stop` is set, until it is cleared. */
static uint64_t stop, stopped;

static uint64_t stopping_clock(void *context)
{
    (void)context;
    while (shared_read(&stop) != 0) {
        shared_raise(&stopped, 1);
        (void)usleep(1000);
    }
    return NOON;
}

static void *post_one(void *ledger)
{
    return post(ledger, 1, 1) ? ledger : NULL;
}

EVERY_PROTOCOL(fork, f2_a_ledger_with_a_call_in_flight_is_not, .timeout = 120)
{
    quipu_protocol protocol = protocols[*protocol_index];
    const quipu_options options = {
        .protocol = protocol, .transfer_capacity = 1 << 16, .clock = stopping_clock};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_ledger *ledger, *at_rest;
    quipu_result results[2];
    pthread_t thread;
    pid_t child;
    void *said;

    cr_assert(open_accounts(protocol, &at_rest));
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    (void)shared_add(&stop, 1);
    cr_assert_eq(pthread_create(&thread, NULL, post_one, ledger), 0);
    while (shared_read(&stopped) == 0)
        (void)usleep(1000);

    child = child_fork();
    if (child == 0) {
        stop = 0;
        find_busy(ledger);
        child_claim(post(at_rest, 1, SMALL));
        child_claim(quipu_close(at_rest) == QUIPU_OK);
        open_another(protocol, SMALL);
        /* It stays so in a child of the child. */
        child = child_fork();
        if (child == 0) {
            find_busy(ledger);
            child_end(0);
        }
        child_end(child_wait(child));
    }
    cr_assert_eq(child_wait(child), 0, "%s", protocol_name(protocol));
    (void)shared_add(&stop, (uint64_t)-1);
    cr_assert_eq(pthread_join(thread, &said), 0);
    cr_assert_not_null(said);
    cr_assert(post(ledger, 2, SMALL));
    cr_assert_null(check_ledger(ledger, 2, false));
    ledger_close(ledger);
    ledger_close(at_rest);
}

/* A thread that is in a read section for as long as `stop` is set. */
static void *read_on(void *context)
{
    section_enter();
    (void)stopping_clock(NULL);
    section_leave();
    return context;
}

EVERY_PROTOCOL(fork, f3_no_thread_of_the_parent_is_waited_for, .timeout = 120)
{
    pthread_t thread;
    pid_t child;
    quipu_ledger *ledger;

    cr_assert(open_accounts(protocols[*protocol_index], &ledger)); /* so that fork() is watched */
    (void)shared_add(&stop, 1);
    cr_assert_eq(pthread_create(&thread, NULL, read_on, NULL), 0);
    while (shared_read(&stopped) == 0)
        (void)usleep(1000);
    child = child_fork();
    if (child == 0) {
        open_another(protocols[*protocol_index], ENOUGH_FOR_GRACE);
        child_end(0);
    }
    cr_assert_eq(child_wait(child), 0);
    (void)shared_add(&stop, (uint64_t)-1);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    ledger_close(ledger);
}

/* ThreadSanitizer does not let the child of several threads start new ones. */
#ifndef QUIPU_UNDER_TSAN
enum { CROWD = 8 };

struct crowd {
    quipu_ledger *ledger;
    uint64_t first, here; /* shared */
};

/* Call, so that this thread is known beneath; then stay for as long as `stop` is set. */
static void *call_and_stay(void *context)
{
    struct crowd *crowd = context;
    bool well = post(crowd->ledger, shared_add(&crowd->first, 1), 1);

    (void)shared_add(&crowd->here, 1);
    (void)stopping_clock(NULL);
    return well ? context : NULL;
}

static bool crowd_begins(struct crowd *crowd, pthread_t *threads)
{
    for (int i = 0; i < CROWD; i++) {
        if (pthread_create(&threads[i], NULL, call_and_stay, crowd) != 0) return false;
    }
    return true;
}

static bool crowd_ends(pthread_t *threads)
{
    bool well = true;

    for (int i = 0; i < CROWD; i++) {
        void *said;

        well &= pthread_join(threads[i], &said) == 0 && said != NULL;
    }
    return well;
}

EVERY_PROTOCOL(fork, f6_threads_of_the_child_are_like_any_others, .timeout = 120)
{
    struct crowd crowd = {.first = 1};
    pthread_t threads[CROWD];
    pid_t child;

    cr_assert(open_accounts(protocols[*protocol_index], &crowd.ledger));
    (void)shared_add(&stop, 1);
    cr_assert(crowd_begins(&crowd, threads));
    while (shared_read(&crowd.here) < CROWD)
        (void)usleep(1000);
    child = child_fork();
    if (child == 0) {
        stop = 0;
        for (int round = 0; round < 4; round++) {
            child_claim(crowd_begins(&crowd, threads));
            child_claim(crowd_ends(threads));
            child_claim(post(crowd.ledger, UINT64_C(1) << (20 + round), ENOUGH_FOR_GRACE));
            quipui_grace_wait();
        }
        child_claim(check_ledger(crowd.ledger, 2, false) == NULL);
        child_claim(quipu_close(crowd.ledger) == QUIPU_OK);
        child_end(0);
    }
    cr_assert_eq(child_wait(child), 0);
    (void)shared_add(&stop, (uint64_t)-1);
    cr_assert(crowd_ends(threads));
    ledger_close(crowd.ledger);
}
#endif

struct visitor {
    quipu_ledger *ledger;
    unsigned visits;
    pid_t child;
};

static bool fork_once(void *context, const quipu_account *account, uint64_t version)
{
    struct visitor *visitor = context;

    (void)account;
    (void)version;
    if (visitor->visits++ == 0) visitor->child = child_fork();
    return true;
}

EVERY_PROTOCOL(fork, f2_a_visit_may_fork, .timeout = 120)
{
    quipu_protocol protocol = protocols[*protocol_index];
    struct visitor visitor = {.visits = 0};

    if (protocol == QUIPU_CAS) return; /* has no snapshot */
    cr_assert(open_accounts(protocol, &visitor.ledger));
    cr_assert_eq(quipu_snapshot(visitor.ledger, fork_once, &visitor), QUIPU_OK);
    if (visitor.child == 0) {
        child_claim(visitor.visits == 2);
        find_busy(visitor.ledger);
        child_end(0);
    }
    cr_assert_eq(visitor.visits, 2);
    cr_assert_eq(child_wait(visitor.child), 0);
    cr_assert(post(visitor.ledger, 1, SMALL));
    ledger_close(visitor.ledger);
}

#define LAST_ROUND UINT64_MAX

struct forker {
    struct traffic traffic;
    uint64_t round; /* LAST_ROUND: no more */
};

/* In a child: the parent's ledger is whole, or it says BUSY. Which? */
static void inspect(struct forker *forker, quipu_protocol protocol)
{
    quipu_ledger *ledger = forker->traffic.ledger;
    quipu_account account;
    quipu_uint128 id = 1;
    quipu_status status = quipu_lookup_accounts(ledger, &id, 1, &account, NULL);

    if (status == QUIPU_BUSY) {
        find_busy(ledger);
    } else {
        child_claim(status == QUIPU_OK);
        child_claim(check_ledger(ledger, ACCOUNTS, false) == NULL);
        child_claim(post(ledger, UINT64_C(1) << 40, SMALL));
        child_claim(check_ledger(ledger, ACCOUNTS, false) == NULL);
        child_claim(quipu_close(ledger) == QUIPU_OK);
    }
    open_another(protocol, SMALL);
    child_end(status == QUIPU_BUSY ? CHILD_FOUND_BUSY : 0);
}

/* A writer: a few calls in each round, so that some forks find the ledger at rest. */
static void *write_on(void *context)
{
    struct forker *forker = context;
    uint64_t round = 0, seen;

    while ((seen = shared_read(&forker->round)) != LAST_ROUND) {
        if (seen != round) {
            traffic_write(&forker->traffic, 1);
            round = seen;
        }
        (void)usleep(100);
    }
    return NULL;
}

EVERY_PROTOCOL(fork, f4_while_others_write, .timeout = 240)
{
    quipu_protocol protocol = protocols[*protocol_index];
    struct forker forker = {.round = 0};
    unsigned busy = 0, forks = threads_work(FORKS);
    struct random random = {1};
    pthread_t writers[WRITERS];

    if (!ALLOCATOR_FORKS) return;
    traffic_open(&forker.traffic, protocol, ACCOUNTS, NULL);
    forker.traffic.batches = 100;
    forker.traffic.seed = 1;
    for (unsigned i = 0; i < WRITERS; i++)
        cr_assert_eq(pthread_create(&writers[i], NULL, write_on, &forker), 0);

    for (unsigned i = 0; i < forks; i++) {
        pid_t child;
        int said;

        (void)shared_add(&forker.round, 1);
        (void)usleep(random_below(&random, 600));
        child = child_fork();
        if (child == 0) inspect(&forker, protocol);
        said = child_wait(child);
        cr_assert(said == 0 || said == CHILD_FOUND_BUSY, "%s, fork %u: line %d",
                  protocol_name(protocol), i, said - 1);
        busy += said == CHILD_FOUND_BUSY;
    }
    shared_raise(&forker.round, LAST_ROUND);
    for (unsigned i = 0; i < WRITERS; i++)
        cr_assert_eq(pthread_join(writers[i], NULL), 0);

    cr_log_info("%s: of %u forks %u met a call in flight", protocol_name(protocol), forks, busy);
    cr_assert_null(traffic_verdict(&forker.traffic));
    cr_assert_null(check_ledger(forker.traffic.ledger, ACCOUNTS, false));
    traffic_close(&forker.traffic);
}

/* libc's, for this program: the time of day stands still when it is told to. */
static bool stands_still;

int clock_gettime(clockid_t clock, struct timespec *time)
{
    long done = syscall(SYS_clock_gettime, clock, time);

    if (stands_still && clock == CLOCK_REALTIME) *time = (struct timespec){.tv_sec = 2000000000};
    return (int)done;
}

/* Of a fork the parent and the child make an id each, in the same millisecond. */
Test(fork, f5_ids_differ, .timeout = 120)
{
    for (unsigned i = 0; i < 50; i++) {
        quipu_uint128 before, ours, theirs[2] = {0, 0};
        int ends[2];
        pid_t child;

        stands_still = true;
        before = quipu_id();
        cr_assert_eq(pipe(ends), 0);
        child = child_fork();
        if (child == 0) {
            theirs[0] = quipu_id();
            theirs[1] = quipu_id();
            child_claim(write(ends[1], theirs, sizeof theirs) == sizeof theirs);
            child_end(0);
        }
        ours = quipu_id();
        cr_assert_eq(child_wait(child), 0);
        cr_assert_eq(read(ends[0], theirs, sizeof theirs), (ssize_t)sizeof theirs);
        cr_assert(ours > before && theirs[0] > before && theirs[1] > theirs[0]);
        cr_assert(ours != theirs[0] && ours != theirs[1], "fork %u: the same id twice", i);
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
}
