/* test_checkpoints.c - checkpoints while many threads write: what is opened afterwards is what
 * there was.
 *
 *   K1  each checkpoint is of one instant: with the journal behind it, it gives every account, its
 *       versions and every change, as they were at the end
 *   K2  readers find what goes to files while they look */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "support/effort.h"
#include "support/ledger.h"
#include "support/scratch.h"
#include "support/traffic.h"

enum { ACCOUNTS = 24, WRITERS = 3, BATCHES = 400, ROUNDS = 8, PAGE = 1 << 18 };

struct scene {
    struct traffic traffic;
    uint64_t clock;
    uint64_t checkpoints, most, failures; /* made, of so many */
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
    do {
        if (quipu_checkpoint(scene->traffic.ledger) != QUIPU_OK) scene->failures++;
        scene->checkpoints++;
        (void)shared_add(&scene->clock, SECOND / 3);
        filter.account_id = 1 + scene->checkpoints % ACCOUNTS;
        if (quipu_get_account_transfers(scene->traffic.ledger, &filter, found, 200, &count) !=
            QUIPU_OK) {
            scene->failures++;
        }
        (void)sched_yield();
    } while (traffic_goes_on(&scene->traffic) && scene->checkpoints < scene->most);
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

/* The last of the checkpoints is made while writers go on: it is the one that counts. */
static void play(int protocol_index, uint64_t round)
{
    static struct scene scene;
    struct told was, is;
    char path[SCRATCH_PATH];
    uint64_t horizon;

    scratch_make(path);
    memset(&scene, 0, sizeof scene);
    scene.clock = NOON;
    scene.most = 1 + round % 4;
    traffic_open_at(&scene.traffic, protocols[protocol_index], ACCOUNTS, &scene.clock, path);
    scene.traffic.batches = threads_work(BATCHES);
    scene.traffic.writers = WRITERS;
    scene.traffic.timeout = 3;
    scene.traffic.seed = round;
    threads_run(WRITERS + 1, body, &scene);
    cr_assert_null(traffic_verdict(&scene.traffic), "%s", traffic_verdict(&scene.traffic));
    cr_assert_eq(scene.failures, 0);
    cr_assert_gt(scene.checkpoints, 0);
    (void)shared_add(&scene.clock, SECOND / 7); /* nothing falls due about then */
    cr_assert_eq(quipu_horizon(scene.traffic.ledger, &horizon), QUIPU_OK);
    tell(scene.traffic.ledger, horizon - 1, &was);
    traffic_close(&scene.traffic);
    traffic_open_again(&scene.traffic, protocols[(protocol_index + 1) % PROTOCOL_COUNT],
                       &scene.clock, path);
    tell(scene.traffic.ledger, horizon - 1, &is);
    compare(&was, &is);
    free(was.changes);
    free(is.changes);
    traffic_close(&scene.traffic);
    scratch_remove(path);
}

/* K1, K2 */
EVERY_PROTOCOL(checkpoints, are_of_one_instant, .timeout = 600)
{
    for (uint64_t round = 1; round <= EFFORT(ROUNDS); round++)
        play(*protocol_index, round);
}

/* --- what goes to files while others look --- */

enum { FILLED = 17, FULL = 8190, LOOKS = 4000 };

struct reading {
    quipu_ledger *ledger;
    uint64_t looked, wrong, failures, done;
};

static void look(struct reading *reading, unsigned index)
{
    for (uint64_t i = 0; shared_read(&reading->done) == 0 || i < threads_work(LOOKS); i++) {
        quipu_uint128 id = 1 + (i * 7919 + index * 104729) % (FILLED * (uint64_t)FULL);
        quipu_transfer transfer, again = a_transfer(id, 1, 2, 1 + id % 7);
        quipu_result result;

        if (quipu_lookup_transfers(reading->ledger, &id, 1, &transfer, NULL) != QUIPU_OK ||
            transfer.id != id || transfer.amount != again.amount) {
            (void)shared_add(&reading->wrong, 1);
        }
        if (i % 16 == 0 &&
            (quipu_create_transfers(reading->ledger, &again, 1, &result) != QUIPU_OK ||
             result.status != QUIPU_CREATE_TRANSFER_EXISTS ||
             result.timestamp != transfer.timestamp)) {
            (void)shared_add(&reading->wrong, 1);
        }
        (void)shared_add(&reading->looked, 1);
    }
}

static void read_or_file(void *context, unsigned index)
{
    struct reading *reading = context;

    if (index > 0) {
        look(reading, index);
        return;
    }
    if (quipu_checkpoint(reading->ledger) != QUIPU_OK) (void)shared_add(&reading->failures, 1);
    (void)shared_add(&reading->done, 1);
}

/* K2 */
EVERY_PROTOCOL(checkpoints, are_found_by_readers, .timeout = 600)
{
    static quipu_transfer events[FULL];
    static quipu_result results[FULL];
    const quipu_account accounts[2] = {an_account(1), an_account(2)};
    struct reading reading = {.looked = 0};
    uint64_t clock = NOON;
    char path[SCRATCH_PATH];
    struct traffic traffic = {.seed = 0};

    scratch_make(path);
    traffic_open_again(&traffic, protocols[*protocol_index], &clock, path);
    reading.ledger = traffic.ledger;
    cr_assert_eq(quipu_create_accounts(traffic.ledger, accounts, 2, results), QUIPU_OK);
    for (quipu_uint128 batch = 0; batch < FILLED; batch++) {
        for (int i = 0; i < FULL; i++) {
            quipu_uint128 id = 1 + batch * FULL + (quipu_uint128)i;

            events[i] = a_transfer(id, 1, 2, 1 + id % 7);
        }
        cr_assert_eq(quipu_create_transfers(traffic.ledger, events, FULL, results), QUIPU_OK);
    }
    threads_run(3, read_or_file, &reading);
    cr_assert_eq(reading.wrong, 0);
    cr_assert_eq(reading.failures, 0);
    ledger_close(traffic.ledger);
    scratch_remove(path);
}
