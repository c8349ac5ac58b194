/* test_changes.c - a follower sees everything that writers do, once, while they do it.
 *
 * Writers post transfers, holds with and without time-outs, posts, voids and chains; one more
 * creates accounts; the clock jumps, so that holds expire. Followers ask for changes all the while,
 * in pages of their own size. What is checked of each change: support/follower.h.
 *
 *   T1  C1 to C4 hold at every page, while writers go on: they do so until each follower has got
 *       PAGES pages with changes on them
 *   T2  in the end each follower has seen as many transfers as were created, and C5 holds */
#include "support/follower.h"
#include "support/random.h"
#include "support/traffic.h"

enum { WRITERS = 4, FOLLOWERS = 2, ACCOUNTS = 8, NEW_ACCOUNTS = 40, PAGES = 100 };

struct changes {
    struct traffic traffic;
    uint64_t clock;
    const char *wrong[FOLLOWERS];
    uint64_t transfers[FOLLOWERS], expiries[FOLLOWERS], pages[FOLLOWERS];
};

static void follow(struct changes *changes, unsigned index)
{
    static const uint32_t sizes[FOLLOWERS] = {7, FOLLOWER_PAGE};
    quipu_ledger *ledger = changes->traffic.ledger;
    struct onlooker onlooker = {&changes->traffic.awaited, PAGES};
    const char *wrong = NULL;
    struct follower follower;
    size_t count;

    follower_start(&follower);
    while (wrong == NULL && traffic_goes_on(&changes->traffic)) {
        wrong = follower_take(&follower, ledger, sizes[index], &count);
        (void)shared_add(&changes->clock, SECOND / 50);
        if (wrong != NULL || count == 0) continue;
        changes->pages[index]++;
        onlooker_saw(&onlooker);
    }
    onlooker_leaves(&onlooker);
    (void)shared_add(&changes->clock, 4 * SECOND); /* what is still held expires */
    if (wrong == NULL) wrong = follower_finish(&follower, ledger, sizes[index]);
    changes->wrong[index] = wrong;
    changes->transfers[index] = follower.transfers;
    changes->expiries[index] = follower.expiries;
    follower_stop(&follower);
}

static void create_accounts(struct changes *changes)
{
    for (unsigned i = 0; i < NEW_ACCOUNTS; i++) {
        quipu_account event = an_account(1000 + i);
        quipu_transfer transfer = a_transfer((quipu_uint128)(1 + i) << 64, 1, 1000 + i, 1);
        quipu_result result;

        if (quipu_create_accounts(changes->traffic.ledger, &event, 1, &result) != QUIPU_OK ||
            quipu_create_transfers(changes->traffic.ledger, &transfer, 1, &result) != QUIPU_OK) {
            (void)shared_add(&changes->traffic.failed_calls, 1);
        }
        if (result.status == QUIPU_CREATED) (void)shared_add(&changes->traffic.created, 1);
    }
    /* A writer, too: followers finish when nobody writes any more. */
    (void)shared_add(&changes->traffic.writers, (uint64_t)-1);
}

static void run(void *context, unsigned index)
{
    struct changes *changes = context;

    if (index < FOLLOWERS) {
        follow(changes, index);
    } else if (index == FOLLOWERS) {
        create_accounts(changes);
    } else {
        traffic_write(&changes->traffic, index);
    }
}

EVERY_PROTOCOL(changes, are_seen_once, .timeout = 240)
{
    static struct changes changes;
    quipu_protocol protocol = protocols[*protocol_index];
    const char *verdict;

    changes.clock = NOON;
    traffic_open(&changes.traffic, protocol, ACCOUNTS, &changes.clock);
    changes.traffic.batches = threads_work(1500);
    changes.traffic.seed = 1;
    changes.traffic.timeout = 3;
    changes.traffic.writers = WRITERS + 1;
    changes.traffic.awaited = FOLLOWERS;
    threads_run(FOLLOWERS + 1 + WRITERS, run, &changes);

    verdict = traffic_verdict(&changes.traffic);
    cr_assert_null(verdict, "%s: %s", protocol_name(protocol), verdict);
    for (int i = 0; i < FOLLOWERS; i++) {
        cr_assert_null(changes.wrong[i], "%s, follower %d: %s", protocol_name(protocol), i,
                       changes.wrong[i]);
        cr_assert_eq(changes.transfers[i], changes.traffic.created, "%s: %llu of %llu transfers",
                     protocol_name(protocol), (unsigned long long)changes.transfers[i],
                     (unsigned long long)changes.traffic.created);
        cr_assert_gt(changes.expiries[i], 0, "nothing expired");
        cr_assert_geq(changes.pages[i], PAGES, "hardly anything was followed meanwhile");
    }
    traffic_close(&changes.traffic);
}
