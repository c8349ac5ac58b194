/* test_shared_handle.c - several threads on one handle of quipu_connect().
 *
 *   H1  their calls are in flight at once: the daemon has all of them while the disk is held, and a
 *       call that waits for no disk is answered by the way
 *   H2  more than the ring has room for: threads wait for room, and all are answered
 *   H3  a daemon that is killed ends all of them, those that wait for room as well; the handle is
 *       connected again
 *   H4  the handle is not closed while a call is in flight */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "api/ledger.h"
#include "connect/connection_parts.h"
#include "journal/journal_parts.h"
#include "support/daemon.h"
#include "support/held_log.h"
#include "support/ledger.h"

enum { THREADS = 6, LARGE = 5 };

static const quipu_options in_memory = {.account_capacity = 1000, .transfer_capacity = 1 << 18};
static struct daemon served;
static quipu_ledger *near, *far, *other;
static struct held_log *held;

static void create_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
}

/* --- calls on their way --- */

struct paying {
    quipu_transfer events[QUIPU_BATCH_MAX];
    quipu_result results[QUIPU_BATCH_MAX];
    size_t count;
    quipu_status status;
    pthread_t thread;
};

static struct paying payings[THREADS];

static void *pay(void *context)
{
    struct paying *paying = context;

    paying->status = quipu_create_transfers(far, paying->events, paying->count, paying->results);
    return NULL;
}

static void start(unsigned index, size_t count)
{
    struct paying *paying = &payings[index];

    paying->count = count;
    for (size_t i = 0; i < count; i++) {
        paying->events[i] = a_transfer(index * QUIPU_BATCH_MAX + i + 1, 1, 2, 5);
        paying->results[i].status = 99;
    }
    cr_assert_eq(pthread_create(&paying->thread, NULL, pay, paying), 0);
}

static void finish(unsigned index, quipu_status status)
{
    struct paying *paying = &payings[index];

    cr_assert_eq(pthread_join(paying->thread, NULL), 0);
    cr_assert_eq(paying->status, status, "%s", quipu_status_text(paying->status));
    for (size_t i = 0; i < paying->count; i++)
        cr_assert_eq(paying->results[i].status, status == QUIPU_OK ? (uint32_t)QUIPU_CREATED : 0);
}

static uint64_t requests_of_far(void)
{
    quipu_daemon_client clients[2];
    quipu_daemon daemon;
    size_t count;

    cr_assert_eq(quipu_get_daemon(other, &daemon, clients, 2, &count), QUIPU_OK);
    return clients[0].requests;
}

Test(shared_handle, h1_calls_are_in_flight_at_once, .timeout = 20)
{
    const struct server_options durable = {.clients_max = 2, .is_durable = true};
    quipu_counters counters;

    held = held_log_new();
    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    cr_assert_eq(quipui_journal_open(&near->store, &held->log, &(struct journal_options){0}, NULL),
                 QUIPU_OK);
    create_accounts(near);
    daemon_begin(&served);
    daemon_start(&served, near, &durable);
    far = daemon_connect(&served);
    other = daemon_connect(&served);
    held_log_hold(held);
    for (unsigned i = 0; i < THREADS; i++)
        start(i, 1);
    /* Ends: each thread makes its call. */
    while (requests_of_far() < THREADS)
        sched_yield();
    cr_assert_eq(quipu_get_counters(far, &counters), QUIPU_OK);
    cr_assert_eq(counters.transfers, THREADS);
    cr_assert_eq(quipu_close(far), QUIPU_BUSY, "H4");
    held_log_let_go(held);
    for (unsigned i = 0; i < THREADS; i++)
        finish(i, QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    cr_assert_eq(quipui_journal_close(&near->store, NULL), QUIPU_OK);
    ledger_close(near);
    held_log_free(held);
}

/* --- H2, H3: a daemon that stands still --- */

static uint32_t threads_without_room(void)
{
    uint32_t crowd;

    lock_take(&far->connection->lock);
    crowd = far->connection->crowd;
    lock_leave(&far->connection->lock);
    return crowd;
}

/* Two requests of a whole batch fill the ring. */
static void fill(void)
{
    daemon_begin(&served);
    daemon_fork(&served, &in_memory);
    far = daemon_connect(&served);
    create_accounts(far);
    cr_assert_eq(kill(served.pid, SIGSTOP), 0);
    for (unsigned i = 0; i < LARGE; i++)
        start(i, QUIPU_BATCH_MAX);
    /* Ends: nobody takes them out. */
    while (threads_without_room() < LARGE - 2)
        sched_yield();
    cr_assert_eq(quipu_close(far), QUIPU_BUSY, "H4");
}

Test(shared_handle, h2_threads_wait_for_room, .timeout = 20)
{
    quipu_counters counters;

    fill();
    cr_assert_eq(kill(served.pid, SIGCONT), 0);
    for (unsigned i = 0; i < LARGE; i++)
        finish(i, QUIPU_OK);
    cr_assert_eq(quipu_get_counters(far, &counters), QUIPU_OK);
    cr_assert_eq(counters.transfers, LARGE * QUIPU_BATCH_MAX);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}

Test(shared_handle, h3_a_daemon_is_killed, .timeout = 20)
{
    fill();
    cr_assert_eq(daemon_kill(&served, SIGKILL), SIGKILL);
    for (unsigned i = 0; i < LARGE; i++)
        finish(i, QUIPU_IO);
    daemon_fork(&served, &in_memory);
    cr_assert_eq(quipu_reconnect(far), QUIPU_OK);
    create_accounts(far);
    start(0, 1);
    finish(0, QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}
