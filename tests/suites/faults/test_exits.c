/* test_exits.c - threads that come and go: docs/faults.md, "A thread that ends".
 *
 *   E1  there are as many workers as calls were in flight at once, not as there were threads
 *   E2  places that a thread left behind are all used before it is said that there is no space
 *   E3  the process does not grow with the number of threads that ever were */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "api/ledger.h"
#include "suites/faults/allocator.h"
#include "support/checks.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { AT_ONCE = 8, WARM_UP = 400, THREADS = 8000, SLICES = 5, PLACES = 4000 };

static uint64_t next_id = 1;

/* A short life: a transfer, a hold and its void, two reads. */
static void *live(void *context)
{
    quipu_ledger *ledger = context;
    uint64_t id = shared_add(&next_id, 3);
    quipu_transfer events[] = {a_transfer(id, 1, 2, 1), a_hold(id + 1, 1, 2, 1, 0),
                               a_void(id + 2, id + 1)};
    quipu_uint128 ids[] = {1, 2};
    quipu_account accounts[2];
    quipu_result results[3];
    bool well = quipu_create_transfers(ledger, events, 3, results) == QUIPU_OK &&
                quipu_lookup_accounts(ledger, ids, 2, accounts, NULL) == QUIPU_OK;

    for (int i = 0; i < 3; i++)
        well &= results[i].status == QUIPU_CREATED;
    return well ? ledger : NULL;
}

static void live_and_exit(quipu_ledger *ledger, unsigned threads)
{
    for (unsigned done = 0; done < threads; done += AT_ONCE) {
        pthread_t crowd[AT_ONCE];
        void *said;

        for (int i = 0; i < AT_ONCE; i++)
            cr_assert_eq(pthread_create(&crowd[i], NULL, live, ledger), 0);
        for (int i = 0; i < AT_ONCE; i++) {
            cr_assert_eq(pthread_join(crowd[i], &said), 0);
            cr_assert_not_null(said);
        }
    }
}

static unsigned count_workers(quipu_ledger *ledger)
{
    unsigned count = 0;

    for (struct worker *w = workers_first(&ledger->store.workers); w != NULL; w = w->next)
        count++;
    return count;
}

/* All address space of this process, in kB. */
static long size_of_process(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%ld", &pages), 1);
    (void)fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static quipu_ledger *open_pair(quipu_protocol protocol, uint64_t transfer_capacity)
{
    const quipu_options options = {
        .protocol = protocol, .account_capacity = 16, .transfer_capacity = transfer_capacity};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    return ledger;
}

EVERY_PROTOCOL(exits, e1_e3_nothing_is_left, .timeout = 240)
{
    quipu_protocol protocol = protocols[*protocol_index];
    unsigned threads = threads_work(THREADS) / SLICES;
    quipu_ledger *ledger = open_pair(protocol, 1 << 20);
    long before, least = LONG_MAX;

    live_and_exit(ledger, WARM_UP);
    before = size_of_process();
    for (int slice = 0; slice < SLICES; slice++) {
        long now;

        live_and_exit(ledger, threads);
        now = size_of_process();
        cr_log_info("%s: %u threads, %u workers, %ld kB more", protocol_name(protocol), threads,
                    count_workers(ledger), now - before);
        if (now - before < least) least = now - before;
        before = now;
    }

    cr_assert_leq(count_workers(ledger), 1 + AT_ONCE);
    /* A stack or an arena more may be taken now and then; a leak goes on in every slice. The
     * smallest thing there is per thread, a reader of liburcu, has 128 bytes. */
    if (ALLOCATOR_IS_OURS) cr_assert_lt(least, (long)threads * 128 / 1024);
    cr_assert_null(check_ledger(ledger, 2, false));
    ledger_close(ledger);
}

struct crowd {
    quipu_ledger *ledger;
    pthread_barrier_t all; /* so that each has a worker of its own, as far as can be */
};

static void *leave_places(void *context)
{
    struct crowd *crowd = context;

    (void)pthread_barrier_wait(&crowd->all);
    return live(crowd->ledger);
}

EVERY_PROTOCOL(exits, e2_their_places_are_used, .timeout = 120)
{
    quipu_protocol protocol = protocols[*protocol_index];
    struct crowd crowd = {.ledger = open_pair(protocol, PLACES)};
    quipu_ledger *ledger = crowd.ledger;
    quipu_transfer late = a_transfer(3 * PLACES, 1, 2, 1);
    pthread_t threads[AT_ONCE];
    quipu_result result;
    void *said;

    cr_assert_eq(pthread_barrier_init(&crowd.all, NULL, AT_ONCE), 0);
    for (int i = 0; i < AT_ONCE; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, leave_places, &crowd), 0);
    for (int i = 0; i < AT_ONCE; i++) {
        cr_assert_eq(pthread_join(threads[i], &said), 0);
        cr_assert_not_null(said);
    }
    for (unsigned stored = 3 * AT_ONCE; stored < PLACES; stored++) {
        quipu_transfer event = a_hold(PLACES + stored, 1, 2, 1, 0);

        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK, "%u of %u",
                     stored, PLACES);
        cr_assert_eq(result.status, QUIPU_CREATED);
    }
    cr_assert_eq(quipu_create_transfers(ledger, &late, 1, &result), QUIPU_NO_SPACE);
    cr_assert_null(check_ledger(ledger, 2, false));
    (void)pthread_barrier_destroy(&crowd.all);
    ledger_close(ledger);
}
