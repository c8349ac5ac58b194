/* test_daemon.c - clients and daemons that are killed at random points.
 *
 *   X1  a client that is killed: a request that it had published is executed as a whole, another
 *       one leaves nothing; asked again with the same ids, what was done is `exists`
 *   X2  a daemon that is killed: calls in flight return QUIPU_IO and give no results; after
 *       quipu_reconnect() to the next daemon on the same directory all that was acknowledged is
 *       there, and what was not is asked again
 *   X3  a directory has one owner: beside a daemon quipu_open() is QUIPU_BUSY, and after it is not
 *
 * QUIPU_KILLS=n: so many kills of each kind; QUIPU_KILLS_FROM=n: what they are drawn from. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/checks.h"
#include "support/daemon.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

/* It lets no child of fork() have threads of its own, as a durable ledger has. */
#ifdef QUIPU_UNDER_TSAN
#define SKIPPED true
#else
#define SKIPPED false
#endif

enum { ACCOUNTS = 4, BATCH = 40, CLIENTS = 3 };

static struct daemon served;

static unsigned kills(unsigned usual)
{
    const char *said = getenv("QUIPU_KILLS");

    return said != NULL ? (unsigned)strtoul(said, NULL, 10) : EFFORT(usual);
}

static struct random drawn_from(uint64_t usual)
{
    const char *said = getenv("QUIPU_KILLS_FROM");

    return (struct random){usual + (said != NULL ? 1000 * strtoull(said, NULL, 10) : 0)};
}

static void make_accounts(quipu_ledger *far)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (unsigned i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account(i + 1);
    cr_assert_eq(quipu_create_accounts(far, accounts, ACCOUNTS, results), QUIPU_OK);
}

/* The batch that begins after this id. Its length follows from the id, so it can be made again. */
static size_t batch_after(quipu_uint128 last, quipu_transfer *events)
{
    struct random random = {(uint64_t)last * 31 + 7};
    size_t count = 1 + random_below(&random, BATCH);

    for (size_t i = 0; i < count; i++)
        events[i] = a_transfer(last + i + 1, i % ACCOUNTS + 1, (i + 1) % ACCOUNTS + 1, 1 + i);
    return count;
}

/* How many of a batch are there. */
static size_t count_stored(quipu_ledger *far, const quipu_transfer *events, size_t count)
{
    quipu_uint128 ids[BATCH];
    quipu_transfer found[BATCH];
    size_t stored = 0;

    for (size_t i = 0; i < count; i++)
        ids[i] = events[i].id;
    cr_assert_eq(quipu_lookup_transfers(far, ids, count, found, NULL), QUIPU_OK);
    for (size_t i = 0; i < count; i++)
        stored += found[i].id != 0;
    return stored;
}

/* --- X1 --- */

/* The last id whose batch was answered; shared with the child. */
static uint64_t *acknowledged;

static void pay_until_killed(void)
{
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];
    quipu_ledger *far = NULL;
    uint64_t last = shared_read(acknowledged);

    if (quipu_connect(served.path, NULL, &far) != QUIPU_OK) _exit(1);
    for (;;) {
        size_t count = batch_after(last, events);

        if (quipu_create_transfers(far, events, count, results) != QUIPU_OK) _exit(2);
        for (size_t i = 0; i < count; i++) {
            if (results[i].status != QUIPU_CREATED) _exit(3);
        }
        last += count;
        shared_raise(acknowledged, last);
    }
}

/* All of the batch in flight is there, or nothing. Ask for it again, and go on behind it. */
static void see_what_is_left(quipu_ledger *far)
{
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];
    uint64_t last = shared_read(acknowledged);
    size_t count = batch_after(last, events), stored = count_stored(far, events, count);

    cr_assert(stored == 0 || stored == count, "%zu of %zu", stored, count);
    cr_assert_eq(quipu_create_transfers(far, events, count, results), QUIPU_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(results[i].status,
                     stored > 0 ? QUIPU_CREATE_TRANSFER_EXISTS : (uint32_t)QUIPU_CREATED);
    }
    last += count;
    shared_raise(acknowledged, last);
    count = batch_after(last, events);
    cr_assert_eq(count_stored(far, events, count), 0, "nothing is behind it");
}

static void kill_a_client(quipu_ledger *far, struct random *random)
{
    uint64_t enough = shared_read(acknowledged) + random_below(random, 200);
    pid_t child = fork();
    int status;

    cr_assert_geq(child, 0);
    if (child == 0) pay_until_killed();
    /* Ends: it pays, or it has ended, which is a failure. */
    while (shared_read(acknowledged) < enough && waitpid(child, &status, WNOHANG) == 0)
        sched_yield();
    for (unsigned i = random_below(random, 2000); i > 0; i--)
        (void)shared_read(acknowledged);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status), "%d", status >> 8);
    /* Ends: the daemon hears of it, and is done with what it had published. */
    while (daemon_look(far).descriptors > 2)
        continue;
    see_what_is_left(far);
}

Test(deaths, x1_clients, .timeout = 1800)
{
    const quipu_options options = {.account_capacity = 1 << 10, .transfer_capacity = 1 << 22};
    struct random random = drawn_from(11);
    quipu_ledger *far;

    acknowledged = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq((void *)acknowledged, MAP_FAILED);
    daemon_begin(&served);
    daemon_fork(&served, &options);
    far = daemon_connect(&served);
    make_accounts(far);
    for (unsigned i = kills(100); i > 0; i--)
        kill_a_client(far, &random);
    cr_assert_eq(daemon_look(far).descriptors, 2);
    cr_assert_eq(daemon_look(far).dropped, 0);
    cr_assert_null(check_conservation(far, ACCOUNTS));
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}

/* --- X2 --- */

struct crowd {
    quipu_ledger *far[CLIENTS];
    uint64_t last[CLIENTS]; /* acknowledged, in each client's own ids */
    uint64_t batches;       /* of all; shared */
    uint64_t failed;        /* calls that returned QUIPU_IO; shared */
};

static quipu_uint128 base_of(unsigned client)
{
    return (quipu_uint128)(client + 1) << 64;
}

static void pay_until_io(void *context, unsigned index)
{
    struct crowd *crowd = context;
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];

    /* Ends: the daemon is killed. */
    for (bool again = true;; again = false) {
        size_t count = batch_after(crowd->last[index], events);
        quipu_status status;

        for (size_t i = 0; i < count; i++)
            events[i].id += base_of(index);
        memset(results, 0xa5, sizeof results);
        status = quipu_create_transfers(crowd->far[index], events, count, results);
        for (size_t i = 0; i < count; i++) {
            if (status == QUIPU_IO) {
                cr_assert_eq(results[i].status, 0);
            } else {
                cr_assert(results[i].status == QUIPU_CREATED ||
                          (again && results[i].status == QUIPU_CREATE_TRANSFER_EXISTS));
            }
        }
        if (status != QUIPU_OK) {
            cr_assert_eq(status, QUIPU_IO);
            shared_add(&crowd->failed, 1);
            return;
        }
        crowd->last[index] += count;
        shared_add(&crowd->batches, 1);
    }
}

static void *run_crowd(void *context)
{
    threads_run(CLIENTS, pay_until_io, context);
    return NULL;
}

/* All that was acknowledged. */
static void check_acknowledged(quipu_ledger *ledger, const struct crowd *crowd)
{
    for (unsigned client = 0; client < CLIENTS; client++) {
        for (uint64_t at = 0; at < crowd->last[client];) {
            quipu_transfer events[BATCH];
            size_t count = batch_after(at, events);

            for (size_t i = 0; i < count; i++)
                events[i].id += base_of(client);
            cr_assert_eq(count_stored(ledger, events, count), count);
            at += count;
        }
    }
}

static void live_and_die(struct crowd *crowd, const quipu_options *options, struct random *random)
{
    uint64_t enough = shared_read(&crowd->batches) + 1 + random_below(random, 120);
    pthread_t runner;
    int status;

    daemon_fork(&served, options);
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (crowd->far[i] == NULL) {
            crowd->far[i] = daemon_connect(&served);
            if (i == 0) make_accounts(crowd->far[i]);
        } else {
            cr_assert_eq(quipu_reconnect(crowd->far[i]), QUIPU_OK);
        }
    }
    cr_assert_eq(pthread_create(&runner, NULL, run_crowd, crowd), 0);
    /* Ends: they pay. */
    while (shared_read(&crowd->batches) < enough)
        sched_yield();
    status = daemon_kill(&served, SIGKILL);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(pthread_join(runner, NULL), 0);
}

Test(deaths, x2_daemons, .timeout = 1800)
{
    char path[SCRATCH_PATH];
    quipu_options options = {
        .path = path, .account_capacity = 1 << 10, .transfer_capacity = 1 << 20};
    struct random random = drawn_from(12);
    struct crowd crowd = {.batches = 0};
    quipu_ledger *ledger;
    unsigned rounds = kills(25);
    const char *wrong;

    if (SKIPPED) cr_skip_test("a daemon in a child");
    scratch_make(path);
    daemon_begin(&served);
    for (unsigned i = 0; i < rounds; i++)
        live_and_die(&crowd, &options, &random);
    cr_assert_eq(crowd.failed, (uint64_t)rounds * CLIENTS);
    for (unsigned i = 0; i < CLIENTS; i++)
        cr_assert_eq(quipu_close(crowd.far[i]), QUIPU_OK);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    check_acknowledged(ledger, &crowd);
    wrong = check_conservation(ledger, ACCOUNTS);
    cr_assert_null(wrong, "%s", wrong);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    daemon_end(&served);
    scratch_remove(path);
}

/* --- X3 --- */

Test(deaths, x3_one_owner, .timeout = 60)
{
    char path[SCRATCH_PATH];
    quipu_options options = {
        .path = path, .account_capacity = 1 << 10, .transfer_capacity = 1 << 20};
    quipu_ledger *far, *ledger;

    if (SKIPPED) cr_skip_test("a daemon in a child");
    scratch_make(path);
    daemon_begin(&served);
    daemon_fork(&served, &options);
    far = daemon_connect(&served);
    make_accounts(far);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_BUSY);
    cr_assert_eq(server_listen(served.path, 0600), -1, "somebody listens there");
    (void)daemon_kill(&served, SIGKILL);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_end(&served);
    scratch_remove(path);
}
