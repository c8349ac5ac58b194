/* test_refused_memory.c - a client that gets no memory, at whichever point it asks for some.
 *
 *   R1  quipu_connect() and quipu_queue_open() return QUIPU_NO_MEMORY: there is no handle and no
 *       queue, no descriptor is left behind, and to the daemon no client
 *   R2  a submit of a commit with many expectations is not on its way then
 *   R3  a snapshot visits nothing then, and returns QUIPU_NO_MEMORY */
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "base/memory.h"
#include "quipu/queue.h"
#include "support/daemon.h"
#include "support/descriptors.h"
#include "support/ledger.h"

enum { MANY = 20 };

/* So many are granted to this thread, then one is refused. The daemon's thread gets all. */
static _Thread_local unsigned granted = UINT_MAX;
static _Thread_local bool has_refused;

static bool refuse(void)
{
    if (granted == UINT_MAX) return false;
    if (granted-- > 0) return false;
    has_refused = true;
    granted = UINT_MAX;
    return true;
}

static struct daemon served;
static quipu_ledger *near, *far;

static void begin(void)
{
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    quipui_memory_refuse = refuse;
    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    cr_assert_eq(quipu_create_accounts(near, accounts, 2, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, NULL);
    far = daemon_connect(&served);
}

static void end(void)
{
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
    quipui_memory_refuse = NULL;
}

/* The daemon has heard of all that are gone: there is one client. */
static void await_one_client(void)
{
    while (daemon_look(far).descriptors > 2)
        continue;
    cr_assert_eq(daemon_look(far).clients, 1);
}

/* Try with one grant more each time, until none is refused. Returns how often one was. */
static unsigned try_all(bool (*attempt)(void))
{
    size_t before;
    unsigned refusals = 0;

    await_one_client();
    before = count_descriptors();
    for (;; refusals++) {
        granted = refusals;
        has_refused = false;
        if (attempt()) break;
        cr_assert(has_refused);
        await_one_client();
        cr_assert_eq(count_descriptors(), before, "after %u", refusals);
    }
    cr_assert_not(has_refused);
    granted = UINT_MAX;
    await_one_client();
    cr_assert_eq(count_descriptors(), before);
    return refusals;
}

static bool open_queue(void)
{
    quipu_queue *queue = (quipu_queue *)(void *)&served;
    quipu_status status = quipu_queue_open(far, 4, &queue);

    if (status == QUIPU_OK) {
        cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
        return true;
    }
    cr_assert_eq(status, QUIPU_NO_MEMORY);
    cr_assert_null(queue);
    return false;
}

static bool open_handle(void)
{
    quipu_ledger *other = near;
    quipu_status status = quipu_connect(served.path, NULL, &other);

    if (status == QUIPU_OK) {
        cr_assert_eq(quipu_close(other), QUIPU_OK);
        return true;
    }
    cr_assert_eq(status, QUIPU_NO_MEMORY);
    cr_assert_null(other);
    return false;
}

Test(refused_memory, r1_handles_and_queues, .timeout = 120)
{
    begin();
    cr_assert_geq(try_all(open_handle), 3);
    cr_assert_geq(try_all(open_queue), 5);
    end();
}

Test(refused_memory, r2_submits, .timeout = 120)
{
    quipu_expectation expected[MANY];
    quipu_transfer event = a_transfer(1, 1, 2, 5);
    quipu_completion completion;
    quipu_result result;
    quipu_queue *queue;

    begin();
    for (unsigned i = 0; i < MANY; i++)
        expected[i] = (quipu_expectation){1, 1, 0};
    cr_assert_eq(quipu_queue_open(far, 1, &queue), QUIPU_OK);
    granted = 0;
    cr_assert_eq(quipu_submit_commit(queue, expected, MANY, &event, 1, &result, NULL, NULL),
                 QUIPU_NO_MEMORY);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 0);
    cr_assert_eq(quipu_submit_commit(queue, expected, MANY, &event, 1, &result, NULL, &result),
                 QUIPU_OK, "there is room for it");
    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    cr_assert_eq(quipu_reap(queue, &completion, 1), 1);
    cr_assert_eq(completion.context, &result);
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
    end();
}

static bool count_visits(void *context, const quipu_account *account, uint64_t version)
{
    (void)account;
    (void)version;
    ++*(unsigned *)context;
    return true;
}

static bool take_snapshot(void)
{
    unsigned visits = 0;
    quipu_status status = quipu_snapshot(far, count_visits, &visits);

    if (status == QUIPU_OK) {
        cr_assert_eq(visits, 2);
        return true;
    }
    cr_assert_eq(status, QUIPU_NO_MEMORY);
    cr_assert_eq(visits, 0);
    return false;
}

Test(refused_memory, r3_snapshots, .timeout = 120)
{
    begin();
    cr_assert_geq(try_all(take_snapshot), 1);
    end();
}
