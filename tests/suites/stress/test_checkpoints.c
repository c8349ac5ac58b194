/* test_checkpoints.c - checkpoints while many threads write: what is opened afterwards is what
 * there was.
 *
 *   K1  each checkpoint is of one instant: with the journal behind it, it gives every account, its
 *       versions and every change, as they were at the end
 *   K2  readers find what goes to files while they look */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "support/ledger.h"
#include "support/scratch.h"
#include "support/traffic.h"

enum { ACCOUNTS = 24, WRITERS = 3, BATCHES = 1500, PAGE = 1 << 18 };

struct scene {
    struct traffic traffic;
    uint64_t clock;
    uint64_t checkpoints, failures;
};

/* Writers; one thread that makes checkpoints, lets time pass, and looks at histories. */
static void body(void *context, unsigned index)
{
    struct scene *scene = context;
    quipu_account_filter filter = {.limit = 200,
                                   .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    static quipu_transfer found[200];
    size_t count;

    if (index < WRITERS) {
        traffic_write(&scene->traffic, index);
        return;
    }
    while (traffic_goes_on(&scene->traffic)) {
        if (quipu_checkpoint(scene->traffic.ledger) != QUIPU_OK) scene->failures++;
        scene->checkpoints++;
        (void)shared_add(&scene->clock, SECOND / 3);
        filter.account_id = 1 + scene->checkpoints % ACCOUNTS;
        if (quipu_get_account_transfers(scene->traffic.ledger, &filter, found, 200, &count) !=
            QUIPU_OK) {
            scene->failures++;
        }
        (void)sched_yield();
    }
}

struct told {
    quipu_account accounts[ACCOUNTS];
    uint64_t versions[ACCOUNTS];
    quipu_change *changes;
    size_t count;
};

static int by_time(const void *one, const void *other)
{
    const quipu_change *a = one, *b = other;

    if (a->timestamp != b->timestamp) return a->timestamp < b->timestamp ? -1 : 1;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    if (a->transfer.id != b->transfer.id) return a->transfer.id < b->transfer.id ? -1 : 1;
    return 0;
}

/* An expiry's place among others of its time is left out. */
static void tell(quipu_ledger *ledger, uint64_t until, struct told *told)
{
    quipu_change_filter filter = {.timestamp_max = until, .limit = PAGE};
    quipu_uint128 ids[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++)
        ids[i] = (quipu_uint128)i + 1;
    told->changes = malloc(PAGE * sizeof *told->changes);
    cr_assert_not_null(told->changes);
    cr_assert_eq(quipu_lookup_accounts(ledger, ids, ACCOUNTS, told->accounts, told->versions),
                 QUIPU_OK);
    cr_assert_eq(quipu_get_changes(ledger, &filter, told->changes, PAGE, &told->count, NULL),
                 QUIPU_OK);
    for (size_t i = 0; i < told->count; i++) {
        if (told->changes[i].type == QUIPU_CHANGE_PENDING_EXPIRED)
            told->changes[i].order = UINT64_MAX;
    }
    qsort(told->changes, told->count, sizeof *told->changes, by_time);
}

static void compare(const struct told *was, const struct told *is)
{
    cr_assert_eq(memcmp(was->accounts, is->accounts, sizeof was->accounts), 0);
    cr_assert_eq(memcmp(was->versions, is->versions, sizeof was->versions), 0);
    cr_assert_eq(was->count, is->count);
    for (size_t i = 0; i < was->count; i++)
        cr_assert_eq(memcmp(&was->changes[i], &is->changes[i], sizeof(quipu_change)), 0);
}

/* K1, K2 */
EVERY_PROTOCOL(checkpoints, are_of_one_instant, .timeout = 600)
{
    static struct scene scene;
    struct told was, is;
    char path[SCRATCH_PATH];
    uint64_t horizon;

    scratch_make(path);
    scene.clock = NOON;
    traffic_open_at(&scene.traffic, protocols[*protocol_index], ACCOUNTS, &scene.clock, path);
    scene.traffic.batches = threads_work(BATCHES);
    scene.traffic.writers = WRITERS;
    scene.traffic.timeout = 3;
    scene.traffic.seed = 5;
    threads_run(WRITERS + 1, body, &scene);
    cr_assert_null(traffic_verdict(&scene.traffic), "%s", traffic_verdict(&scene.traffic));
    cr_assert_eq(scene.failures, 0);
    cr_assert_gt(scene.checkpoints, 0);
    (void)shared_add(&scene.clock, SECOND / 7); /* nothing falls due about then */
    cr_assert_eq(quipu_horizon(scene.traffic.ledger, &horizon), QUIPU_OK);
    tell(scene.traffic.ledger, horizon - 1, &was);
    traffic_close(&scene.traffic);
    traffic_open_again(&scene.traffic, protocols[(*protocol_index + 1) % PROTOCOL_COUNT],
                       &scene.clock, path);
    tell(scene.traffic.ledger, horizon - 1, &is);
    compare(&was, &is);
    free(was.changes);
    free(is.changes);
    traffic_close(&scene.traffic);
    scratch_remove(path);
}
