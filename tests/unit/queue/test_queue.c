/* test_queue.c - the contract of a queue, in memory.
 *
 *   T1  a submit is done when it returns, and its completion is ready
 *   T2  the descriptor is readable from the first ready completion until a reap finds nothing
 *   T3  completions come exactly once, in the order of the submits
 *   T4  QUIPU_BUSY: the queue is full; something is in flight; a queue is open
 *   T5  arguments that make no sense: a status, and no completion
 *   T6  without memory or a descriptor there is no queue, and nothing is lost
 *   T7  errno stays as it was */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "quipu/queue.h"
#include "support/ledger.h"
#include "support/random.h"

enum { DEPTH = 8 };

static quipu_ledger *ledger;
static quipu_queue *queue;

static void begin(quipu_protocol protocol, uint32_t depth)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    ledger = ledger_open(protocol, NULL);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    errno = 77;
    cr_assert_eq(quipu_queue_open(ledger, depth, &queue), QUIPU_OK);
}

static void end(void)
{
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    cr_assert_eq(errno, 77, "errno is not ours"); /* T7 */
    ledger_close(ledger);
}

static bool is_readable(void)
{
    struct pollfd poll_of = {.fd = quipu_queue_fd(queue), .events = POLLIN};

    return poll(&poll_of, 1, 0) == 1;
}

static quipu_status submit(quipu_uint128 id, quipu_result *result, void *context)
{
    static quipu_transfer event;

    event = a_transfer(id, 1, 2, 1);
    return quipu_submit_create_transfers(queue, &event, 1, result, context);
}

static void expect_nothing(void)
{
    quipu_completion completion;

    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
    cr_assert_not(is_readable());
}

/* T1 */
EVERY_PROTOCOL(queue, a_submit_is_done_when_it_returns)
{
    quipu_completion completion;
    quipu_uint128 id = 10;
    quipu_transfer transfer;
    quipu_result result;
    int context;

    begin(protocols[*protocol_index], DEPTH);
    cr_assert_eq(submit(10, &result, &context), QUIPU_OK);
    cr_assert_eq(quipu_lookup_transfers(ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    cr_assert(transfer.id == 10);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(completion.context, &context);
    cr_assert_eq(completion.status, QUIPU_OK);
    cr_assert_eq(completion.reserved, 0);
    cr_assert_eq(completion.count, 0);
    cr_assert_eq(completion.horizon, 0);
    cr_assert_eq(result.status, QUIPU_CREATED);
    expect_nothing();
    end();
}

/* T2 */
Test(queue, is_readable_until_a_reap_finds_nothing)
{
    quipu_completion completions[2];
    quipu_result results[4];

    begin(QUIPU_OPTIMISTIC, DEPTH);
    cr_assert_not(is_readable());
    expect_nothing();
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(submit(10 + 4 * round, &results[0], NULL), QUIPU_OK);
        cr_assert(is_readable());
        cr_assert_eq(quipu_reap(queue, completions, 2), 1);
        cr_assert_eq(submit(11 + 4 * round, &results[1], NULL), QUIPU_OK);
        cr_assert_eq(submit(12 + 4 * round, &results[2], NULL), QUIPU_OK);
        cr_assert_eq(submit(13 + 4 * round, &results[3], NULL), QUIPU_OK);
        cr_assert(is_readable());
        cr_assert_eq(quipu_reap(queue, completions, 2), 2);
        cr_assert(is_readable(), "one is left");
        cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
        cr_assert_eq(quipu_reap(queue, completions, 2), 1);
        expect_nothing();
    }
    end();
}

Test(queue, waits_only_for_what_is_in_flight)
{
    quipu_completion completion;
    quipu_result result;

    begin(QUIPU_OPTIMISTIC, DEPTH);
    cr_assert_eq(quipu_queue_wait(queue, 0), QUIPU_BUSY);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_BUSY);
    cr_assert_eq(submit(10, &result, NULL), QUIPU_OK);
    cr_assert_eq(quipu_queue_wait(queue, 0), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_BUSY, "though it is readable still");
    expect_nothing();
    end();
}

/* T3 */
Test(queue, gives_each_completion_once_and_in_order)
{
    static quipu_result results[1000];
    quipu_completion completions[DEPTH];
    size_t submitted = 0, reaped = 0;
    struct random random = {1};

    begin(QUIPU_OPTIMISTIC, DEPTH);
    while (reaped < 1000) {
        size_t count = random_below(&random, DEPTH + 1), taken;

        for (; count > 0 && submitted < 1000; count--) {
            quipu_status status = submit(10 + submitted, &results[submitted], &results[submitted]);

            cr_assert_eq(status, submitted - reaped < DEPTH ? QUIPU_OK : QUIPU_BUSY);
            if (status == QUIPU_OK) submitted++;
        }
        taken = quipu_reap(queue, completions, 1 + random_below(&random, DEPTH));
        for (size_t i = 0; i < taken; i++, reaped++) {
            cr_assert_eq(completions[i].context, &results[reaped]);
            cr_assert_eq(results[reaped].status, QUIPU_CREATED);
        }
    }
    expect_nothing();
    end();
}

/* T4 */
Test(queue, is_busy_while_something_is_in_flight)
{
    quipu_completion completion;
    quipu_result results[3];
    quipu_uint128 id = 12;
    quipu_transfer transfer;

    begin(QUIPU_OPTIMISTIC, 2);
    cr_assert_eq(submit(10, &results[0], NULL), QUIPU_OK);
    cr_assert_eq(submit(11, &results[1], NULL), QUIPU_OK);
    cr_assert_eq(submit(12, &results[2], NULL), QUIPU_BUSY);
    cr_assert_eq(quipu_lookup_transfers(ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    cr_assert(transfer.id == 0, "nothing was done");
    cr_assert_eq(quipu_queue_close(queue), QUIPU_BUSY);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(submit(12, &results[2], NULL), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(quipu_close(ledger), QUIPU_BUSY, "the queue is open");
    end();
}

/* T5 */
Test(queue, takes_no_nonsense)
{
    quipu_completion completion;
    quipu_transfer event = a_transfer(9, 1, 2, 1);
    quipu_uint128 id = 1;
    quipu_account_filter filter = {.account_id = 1}; /* limit 0 */
    quipu_transfer transfers[2];
    quipu_queue *other = (quipu_queue *)(void *)&event;
    quipu_result result;
    char *odd = (char *)&completion + 1;

    begin(QUIPU_OPTIMISTIC, DEPTH);
    cr_assert_eq(quipu_queue_open(NULL, 1, &other), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_open(ledger, 1, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_open(ledger, 1, (quipu_queue **)(void *)odd), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_open(ledger, 0, &other), QUIPU_INVALID);
    cr_assert_null(other);
    cr_assert_eq(quipu_queue_open(ledger, QUIPU_QUEUE_DEPTH_MAX + 1, &other), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_close(NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_wait(NULL, 0), QUIPU_INVALID);
    cr_assert_eq(quipu_queue_fd(NULL), -1);
    cr_assert_eq(quipu_submit_create_transfers(NULL, &event, 1, &result, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_create_transfers(queue, NULL, 1, &result, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_create_transfers(queue, &event, 0, &result, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_create_accounts(queue, NULL, 1, &result, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_commit(queue, NULL, 1, &event, 1, &result, NULL, NULL),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_submit_lookup_accounts(queue, &id, 1, NULL, NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_lookup_transfers(queue, &id, 0, transfers, NULL, NULL),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_submit_lookup_holds(queue, NULL, 1, NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_get_account_transfers(queue, &filter, transfers, 2, NULL),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_submit_get_changes(queue, NULL, NULL, 1, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_submit_sync(NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_reap(NULL, &completion, 1), 0);
    expect_nothing();
    cr_assert_eq(submit(10, &result, NULL), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, NULL, 1), 0);
    cr_assert_eq(quipu_reap(queue, (quipu_completion *)(void *)odd, 1), 0);
    cr_assert_eq(quipu_reap(queue, &completion, 0), 0);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    end();
}

Test(queue, knows_what_a_protocol_has_not)
{
    quipu_transfer event = a_transfer(9, 1, 2, 1);
    quipu_result result;

    begin(QUIPU_CAS, DEPTH);
    cr_assert_eq(quipu_submit_commit(queue, NULL, 0, &event, 1, &result, NULL, NULL),
                 QUIPU_UNSUPPORTED);
    expect_nothing();
    end();
}

/* The deepest there is, filled and emptied. */
Test(queue, can_be_deep)
{
    static quipu_completion completions[QUIPU_QUEUE_DEPTH_MAX];
    static quipu_result results[QUIPU_QUEUE_DEPTH_MAX];

    begin(QUIPU_OPTIMISTIC, QUIPU_QUEUE_DEPTH_MAX);
    for (uint32_t i = 0; i < QUIPU_QUEUE_DEPTH_MAX; i++)
        cr_assert_eq(submit(10 + i, &results[i], &results[i]), QUIPU_OK);
    cr_assert_eq(submit(9, &results[0], NULL), QUIPU_BUSY);
    cr_assert_eq(quipu_reap(queue, completions, QUIPU_QUEUE_DEPTH_MAX), QUIPU_QUEUE_DEPTH_MAX);
    for (uint32_t i = 0; i < QUIPU_QUEUE_DEPTH_MAX; i++)
        cr_assert_eq(completions[i].context, &results[i]);
    expect_nothing();
    end();
}

static unsigned refuse_at, asked;

static bool refuse(void)
{
    return asked++ == refuse_at;
}

/* T6 */
Test(queue, can_be_refused_memory)
{
    quipu_queue *other;
    quipu_status status;

    begin(QUIPU_OPTIMISTIC, DEPTH);
    for (refuse_at = 0;; refuse_at++) {
        asked = 0;
        quipui_memory_refuse = refuse;
        status = quipu_queue_open(ledger, DEPTH, &other);
        quipui_memory_refuse = NULL;
        if (asked <= refuse_at) break;
        cr_assert_eq(status, QUIPU_NO_MEMORY, "allocation %u", refuse_at);
        cr_assert_null(other);
    }
    cr_assert_geq(refuse_at, 2, "memory, and a descriptor");
    cr_assert_eq(status, QUIPU_OK);
    cr_assert_eq(quipu_queue_close(other), QUIPU_OK);
    end();
}

Test(queue, can_be_refused_a_descriptor)
{
    struct rlimit before, none;
    quipu_queue *other;

    begin(QUIPU_OPTIMISTIC, DEPTH);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    cr_assert_eq(quipu_queue_open(ledger, DEPTH, &other), QUIPU_NO_MEMORY);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    cr_assert_eq(quipu_queue_open(ledger, DEPTH, &other), QUIPU_OK);
    cr_assert_eq(quipu_queue_close(other), QUIPU_OK);
    end();
}
