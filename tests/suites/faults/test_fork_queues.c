/* test_fork_queues.c - a child of fork() has no part in a queue; include/quipu/queue.h, "fork".
 *
 *   F1  submits and waits are FENCED in the child, reaping finds nothing, and closing gives back
 *       the copy, also with submits in flight
 *   F2  the parent's queue goes on as if nothing had happened: its descriptor, and what is in
 *       flight
 *   F3  a child can close its copy of the ledger while the parent's queues are open; of a ledger in
 *       memory it can open queues of its own
 *
 * So it is of a ledger in memory, in a directory, and in a daemon. */
#include <poll.h>
#include <stdlib.h>

#include "quipu/queue.h"
#include "suites/faults/child.h"
#include "support/daemon.h"
#include "support/folder.h"
#include "support/ledger.h"

/* A daemon may have answered, and be about to ring. */
static void await_readable(quipu_queue *queue)
{
    struct pollfd poll_of = {.fd = quipu_queue_fd(queue), .events = POLLIN};

    cr_assert_eq(poll(&poll_of, 1, -1), 1);
}

static quipu_status submit(quipu_queue *queue, uint64_t id, quipu_result *result)
{
    static quipu_transfer event;

    event = a_transfer(id, 1, 2, 1);
    return quipu_submit_create_transfers(queue, &event, 1, result, result);
}

/* F1 */
static void find_fenced(quipu_queue *queue)
{
    quipu_completion completion;
    quipu_result result;

    child_claim(submit(queue, 50, &result) == QUIPU_FENCED);
    child_claim(quipu_submit_sync(queue, NULL) == QUIPU_FENCED);
    child_claim(quipu_queue_wait(queue, UINT64_MAX) == QUIPU_FENCED);
    child_claim(quipu_reap(queue, &completion, 1) == 0);
    child_claim(quipu_queue_close(queue) == QUIPU_OK);
}

/* F3 */
static void use_another(quipu_ledger *ledger)
{
    quipu_completion completion;
    quipu_result result;
    quipu_queue *own;

    child_claim(quipu_queue_open(ledger, 2, &own) == QUIPU_OK);
    child_claim(quipu_close(ledger) == QUIPU_BUSY);
    child_claim(submit(own, 51, &result) == QUIPU_OK);
    child_claim(quipu_reap(own, &completion, 1) == 1 && result.status == QUIPU_CREATED);
    child_claim(quipu_queue_close(own) == QUIPU_OK);
}

static void fork_with(quipu_ledger *ledger, bool in_memory)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_completion completion;
    quipu_result results[2], last;
    quipu_queue *queue;
    pid_t child;

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_queue_open(ledger, 4, &queue), QUIPU_OK);
    cr_assert_eq(submit(queue, 10, &results[0]), QUIPU_OK);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    child = child_fork();
    if (child == 0) {
        quipu_queue *none;

        find_fenced(queue);
        if (in_memory) {
            use_another(ledger);
        } else {
            child_claim(quipu_queue_open(ledger, 4, &none) == QUIPU_FENCED);
        }
        child_claim(quipu_close(ledger) == QUIPU_OK);
        child_end(0);
    }
    cr_assert_eq(child_wait(child), 0);
    await_readable(queue); /* F2 */
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(completion.context, &results[0]);
    cr_assert_eq(submit(queue, 11, &last), QUIPU_OK);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(last.status, QUIPU_CREATED);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
}

EVERY_PROTOCOL(fork_queues, f1_to_f3_in_memory)
{
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], NULL);

    fork_with(ledger, true);
    ledger_close(ledger);
}

Test(fork_queues, f1_to_f3_in_a_directory)
{
    quipu_options options = {.account_capacity = 1 << 10, .transfer_capacity = 1 << 12};
    struct folder folder;
    quipu_ledger *ledger;

    folder_make(&folder);
    options.path = folder.path;
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    fork_with(ledger, false);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    folder_remove(&folder);
}

Test(fork_queues, f1_to_f3_in_a_daemon)
{
    quipu_ledger *ledger = ledger_open(QUIPU_OPTIMISTIC, NULL), *far;
    struct daemon daemon;

    daemon_begin(&daemon);
    daemon_start(&daemon, ledger, NULL);
    far = daemon_connect(&daemon);
    fork_with(far, false);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_stop(&daemon);
    daemon_end(&daemon);
    ledger_close(ledger);
}
