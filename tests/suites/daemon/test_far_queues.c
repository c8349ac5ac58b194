/* test_far_queues.c - queues on handles of quipu_connect(): include/quipu/queue.h over a daemon.
 *
 *   Q1  many submits are on their way at once; each completes once, in order if the ledger is in
 *       memory
 *   Q2  a loop that sleeps on the descriptor is woken, however many completions it takes at a time
 *   Q3  a full queue is QUIPU_BUSY, and so is a full ring; then all that was accepted completes
 *   Q4  completions come in the order in which they become durable
 *   Q5  where the daemon has ended, what is in flight completes with QUIPU_IO; another daemon needs
 *       another queue
 *   Q6  misuse; a queue is a client; the handle cannot be closed while it is open
 *   Q7  queues of several threads on one handle do not disturb each other, nor calls on the handle
 *
 * conformance/test_queues.c compares every call; faults/test_fork_queues.c forks. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "api/ledger.h"
#include "quipu/queue.h"
#include "support/daemon.h"
#include "support/held_log.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { DEPTH = 64, MANY = 40000 };

static const quipu_options in_memory = {.account_capacity = 1000, .transfer_capacity = 1 << 20};
static struct daemon served;
static quipu_ledger *near, *far;
static quipu_queue *queue;
static quipu_result results[MANY];

static void create_accounts(void)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result of[2];

    cr_assert_eq(quipu_create_accounts(far, accounts, 2, of), QUIPU_OK);
}

/* A daemon in a thread. */
static void begin(const struct server_options *options)
{
    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    daemon_begin(&served);
    daemon_start(&served, near, options);
    far = daemon_connect(&served);
    create_accounts();
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_OK);
}

static void end(void)
{
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}

/* A daemon in a process, which can be held where it stands. */
static void begin_process(void)
{
    daemon_begin(&served);
    daemon_fork(&served, &in_memory);
    far = daemon_connect(&served);
    create_accounts();
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_OK);
}

static void hold_process(void)
{
    int status;

    cr_assert_eq(kill(served.pid, SIGSTOP), 0);
    cr_assert_eq(waitpid(served.pid, &status, WUNTRACED), served.pid);
    cr_assert(WIFSTOPPED(status));
}

static quipu_status submit(quipu_queue *to, unsigned index)
{
    quipu_transfer event = a_transfer(index + 1, 1, 2, 1);

    return quipu_submit_create_transfers(to, &event, 1, &results[index], &results[index]);
}

static void await_readable(quipu_queue *of)
{
    struct pollfd look = {.fd = quipu_queue_fd(of), .events = POLLIN};
    int count;

    /* Ends: signals interrupt only so often. */
    do {
        count = poll(&look, 1, -1);
    } while (count < 0 && errno == EINTR);
    cr_assert_eq(count, 1);
}

static bool is_readable(void)
{
    struct pollfd look = {.fd = quipu_queue_fd(queue), .events = POLLIN};

    return poll(&look, 1, 0) == 1;
}

static void expect_none(void)
{
    quipu_completion completion;

    errno = 4711;
    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
    cr_assert_eq(errno, 4711);
}

/* The next completion, which is of this submit. */
static void expect(const void *context, quipu_status status)
{
    quipu_completion completion;

    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(completion.context, context);
    cr_assert_eq(completion.status, status);
}

/* --- Q1, Q2 --- */

/* A loop: `first` is the next transfer that is to complete. It submits as many as there is room
 * for. `is_patient`: it reaps until nothing is left; otherwise once for each time that it is
 * woken. */
static void loop(quipu_queue *of, unsigned first, unsigned count, size_t capacity, bool is_patient)
{
    quipu_completion completions[DEPTH];
    unsigned next = first, last = first + count;
    size_t taken;

    while (first < last) {
        while (next < last && submit(of, next) == QUIPU_OK)
            next++;
        await_readable(of);
        do {
            taken = quipu_reap(of, completions, capacity);
            for (size_t i = 0; i < taken; i++, first++) {
                cr_assert_eq(completions[i].context, &results[first], "Q1");
                cr_assert_eq(completions[i].status, QUIPU_OK);
                cr_assert_eq(results[first].status, QUIPU_CREATED);
            }
        } while (is_patient && taken > 0);
    }
}

Test(far_queues, q1_q2_loops_are_woken, .timeout = 120)
{
    const size_t capacities[] = {1, 3, DEPTH};
    unsigned count = threads_work(MANY) / 6, first = 0;

    begin(NULL);
    for (unsigned i = 0; i < 6; i++, first += count)
        loop(queue, first, count, capacities[i / 2], i % 2 == 0);
    end();
}

/* Nothing here sleeps until a bell rings: so this test ends, whether one does or not. */
Test(far_queues, q2_the_first_answer_rings, .timeout = 60)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_completion completion;
    quipu_queue *other;
    quipu_result of[2];

    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    cr_assert_eq(quipu_create_accounts(near, accounts, 2, of), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, NULL);
    far = daemon_connect(&served);
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_OK);
    cr_assert_eq(quipu_queue_open(far, DEPTH, &other), QUIPU_OK);
    cr_assert_eq(submit(queue, 0), QUIPU_OK);
    /* What is asked after that is answered after that. */
    cr_assert_eq(quipu_submit_sync(other, NULL), QUIPU_OK);
    while (quipu_reap(other, &completion, 1) == 0)
        sched_yield();
    cr_assert(is_readable());
    expect(&results[0], QUIPU_OK);
    cr_assert_eq(quipu_queue_close(other), QUIPU_OK);
    end();
}

/* --- Q3 --- */

Test(far_queues, q3_a_full_queue, .timeout = 60)
{
    quipu_completion completion;

    begin_process();
    hold_process();
    for (unsigned i = 0; i < DEPTH; i++)
        cr_assert_eq(submit(queue, i), QUIPU_OK);
    cr_assert_eq(submit(queue, DEPTH), QUIPU_BUSY);
    cr_assert_eq(quipu_queue_wait(queue, 1), QUIPU_BUSY);
    expect_none();
    cr_assert_not(is_readable());
    cr_assert_eq(quipu_queue_close(queue), QUIPU_BUSY, "Q6");
    cr_assert_eq(quipu_close(far), QUIPU_BUSY, "Q6");
    cr_assert_eq(kill(served.pid, SIGCONT), 0);
    await_readable(queue);
    for (unsigned i = 0; i < DEPTH; i++)
        expect(&results[i], QUIPU_OK);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_BUSY);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}

Test(far_queues, q3_a_full_ring, .timeout = 60)
{
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result of[3][QUIPU_BATCH_MAX];

    begin_process();
    for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++)
        events[i] = a_transfer(i + 1, 1, 2, 1);
    hold_process();
    for (unsigned i = 0; i < 2; i++)
        cr_assert_eq(quipu_submit_create_transfers(queue, events, QUIPU_BATCH_MAX, of[i], of[i]),
                     QUIPU_OK);
    cr_assert_eq(quipu_submit_create_transfers(queue, events, QUIPU_BATCH_MAX, of[2], of[2]),
                 QUIPU_BUSY);
    cr_assert_eq(kill(served.pid, SIGCONT), 0);
    expect(of[0], QUIPU_OK);
    expect(of[1], QUIPU_OK);
    for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++) {
        cr_assert_eq(of[0][i].status, QUIPU_CREATED);
        cr_assert_eq(of[1][i].status, QUIPU_CREATE_TRANSFER_EXISTS);
    }
    cr_assert_eq(quipu_submit_create_transfers(queue, events, QUIPU_BATCH_MAX, of[2], of[2]),
                 QUIPU_OK, "there is room now");
    expect(of[2], QUIPU_OK);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}

/* --- Q4 --- */

Test(far_queues, q4_the_order_of_durability, .timeout = 60)
{
    const struct server_options durable = {.clients_max = 4, .is_durable = true};
    struct held_log *held = held_log_new();
    quipu_uint128 old = 1;
    quipu_transfer found;

    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    cr_assert_eq(quipui_journal_open(&near->store, &held->log, &(struct journal_options){0}, NULL),
                 QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, &durable);
    far = daemon_connect(&served);
    create_accounts();
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_OK);
    cr_assert_eq(submit(queue, 0), QUIPU_OK);
    expect(&results[0], QUIPU_OK);
    held_log_hold(held);
    cr_assert_eq(submit(queue, 10), QUIPU_OK);
    cr_assert_eq(quipu_submit_sync(queue, queue), QUIPU_OK);
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &old, 1, &found, NULL, &found), QUIPU_OK);
    held_log_await(held);
    expect(&found, QUIPU_OK);
    cr_assert(found.id == old);
    expect_none();
    held_log_let_go(held);
    expect(&results[10], QUIPU_OK);
    cr_assert(held_log_has(held, 11), "it is durable");
    expect(queue, QUIPU_OK);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    cr_assert_eq(quipui_journal_close(&near->store, NULL), QUIPU_OK);
    ledger_close(near);
    held_log_free(held);
}

/* --- Q5 --- */

Test(far_queues, q5_a_daemon_that_is_killed, .timeout = 60)
{
    begin_process();
    cr_assert_eq(submit(queue, 0), QUIPU_OK);
    await_readable(queue);
    hold_process();
    memset(&results[1], 0xa5, 5 * sizeof results[1]);
    for (unsigned i = 1; i < 6; i++)
        cr_assert_eq(submit(queue, i), QUIPU_OK);
    (void)daemon_kill(&served, SIGKILL);
    expect(&results[0], QUIPU_OK);
    await_readable(queue);
    for (unsigned i = 1; i < 6; i++) {
        expect(&results[i], QUIPU_IO);
        cr_assert_eq(results[i].status, 0);
    }
    cr_assert_eq(submit(queue, 6), QUIPU_IO);
    expect_none();
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_BUSY);
    cr_assert(is_readable());
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_IO);
    cr_assert_null(queue);
    daemon_fork(&served, &in_memory);
    cr_assert_eq(quipu_reconnect(far), QUIPU_OK);
    create_accounts();
    cr_assert_eq(quipu_queue_open(far, DEPTH, &queue), QUIPU_OK);
    cr_assert_eq(submit(queue, 6), QUIPU_OK);
    expect(&results[6], QUIPU_OK);
    cr_assert_eq(results[6].status, QUIPU_CREATED);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&served, SIGTERM), 0);
    daemon_end(&served);
}

/* --- Q6 --- */

Test(far_queues, q6_misuse, .timeout = 60)
{
    const struct server_options two = {.clients_max = 2};
    static quipu_change changes[QUIPU_BATCH_MAX];
    const quipu_change_filter filter = {.limit = UINT32_MAX};
    quipu_result result = {.status = 77};
    quipu_completion completion;
    quipu_queue *other;

    begin(&two);
    cr_assert_eq(quipu_queue_open(far, 1, &other), QUIPU_BUSY, "two clients are there");
    cr_assert_null(other);
    cr_assert_eq(quipu_queue_open(far, 0, &other), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_open(far, QUIPU_QUEUE_DEPTH_MAX + 1, &other), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_create_transfers(queue, NULL, 1, &result, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_reap(queue, NULL, 1), 0);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_BUSY, "nothing is in flight");
    cr_assert_eq(quipu_close(far), QUIPU_BUSY);
    cr_assert_eq(quipu_submit_get_changes(queue, &filter, changes, QUIPU_BATCH_MAX, changes),
                 QUIPU_OK);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(completion.context, changes);
    cr_assert_eq(completion.count, 2, "two accounts");
    cr_assert_gt(completion.horizon, NOON);
    end();
}

/* --- Q7 --- */

enum { THREADS = 4 };

static void act(void *context, unsigned index)
{
    unsigned each = threads_work(MANY) / THREADS, first = index * each;
    quipu_queue *own;

    (void)context;
    if (index == 0) {
        for (unsigned i = 0; i < each / 4; i++)
            cr_assert_eq(quipu_sync(far), QUIPU_OK);
        return;
    }
    cr_assert_eq(quipu_queue_open(far, 8 * index, &own), QUIPU_OK);
    loop(own, first, each, index, index % 2 == 0);
    cr_assert_eq(quipu_queue_close(own), QUIPU_OK);
}

Test(far_queues, q7_a_queue_per_thread, .timeout = 120)
{
    begin(NULL);
    threads_run(THREADS, act, NULL);
    end();
}
