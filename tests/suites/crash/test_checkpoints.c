/* test_checkpoints.c - the machine stops, or a call of the disk fails, at any call of a ledger that
 * makes checkpoints; then the directory is opened again.
 *
 *   C1  what was acknowledged is there, and nothing is there twice
 *   C2  the totals of each account are those of the transfers that are there
 *   C3  it goes on: more is posted, another checkpoint is made, and it is opened once more
 *   C4  a disk that fails while a checkpoint is made takes nothing away
 *   C5  a page in the middle of a history is as in the whole of it
 *
 * Single calls of the flusher and of its helper come at times of their own: a state is one of those
 * that may be, not always the same. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history/archive.h"
#include "support/disk.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/random.h"

enum { STATES = EFFORT(200) };
enum { ACCOUNTS = 6, BATCH = 40, STEPS = 24, IDS_MAX = 4096, SEGMENT = 16 * 4096 };

static const char path[] = "/ledger";

struct scene {
    struct disk *disk;
    struct random random;
    uint64_t now;
    quipu_ledger *ledger;
    uint64_t next;           /* id */
    uint8_t known[IDS_MAX];  /* the id was said to be created */
    uint8_t failed[IDS_MAX]; /* it was said to have failed for good */
    bool created;            /* the accounts were */
    uint64_t seed;
};

static unsigned states(void)
{
    const char *text = getenv("QUIPU_CHECKPOINT_STATES");
    long asked = text == NULL ? 0 : atol(text);

    return asked > 0 ? (unsigned)asked : STATES;
}

static quipu_status open_scene(struct scene *scene)
{
    const quipu_options options = {.protocol = protocols[random_below(&scene->random, 4)],
                                   .path = path,
                                   .account_capacity = 64,
                                   .transfer_capacity = IDS_MAX,
                                   .checkpoint_bytes =
                                       random_one_in(&scene->random, 2) ? 6000 : UINT64_MAX,
                                   .clock = ledger_clock,
                                   .clock_context = &scene->now};

    scene->ledger = NULL;
    return quipu_open(&options, &scene->ledger);
}

/* Small segments, so that they are trimmed. */
static void begin(struct scene *scene, uint64_t seed)
{
    struct directory_options where = {.path = path, .segment_bytes = SEGMENT, .create = true};
    struct directory *directory;

    memset(scene, 0, sizeof *scene);
    scene->seed = seed;
    scene->random.state = seed;
    scene->disk = disk_new(seed);
    scene->now = NOON;
    scene->next = 1;
    quipui_files_of_tests = disk_files(scene->disk);
    cr_assert_eq(quipui_directory_open(&where, &directory, NULL), QUIPU_OK);
    quipui_directory_close(directory);
    cr_assert_eq(open_scene(scene), QUIPU_OK);
}

static void end(struct scene *scene)
{
    quipui_files_of_tests = NULL;
    disk_free(scene->disk);
}

static quipu_transfer an_event(struct scene *scene)
{
    /* Account 2 has the longest history: it gets markers. */
    uint64_t id = scene->next++, other = random_below(&scene->random, ACCOUNTS - 1);
    uint64_t debit = random_one_in(&scene->random, 4) ? 2 + other : 2;
    uint64_t credit = 2 + (debit - 1) % (ACCOUNTS - 1), back = random_below(&scene->random, 20);

    switch (random_below(&scene->random, 6)) {
    case 0: return a_hold(id, debit, credit, 5, random_below(&scene->random, 3));
    case 1: return a_post(id, id > back ? id - back : 1, QUIPU_AMOUNT_MAX);
    case 2: return a_void(id, id > back ? id - back : 1);
    case 3: return a_transfer(id, 1, credit, 7); /* account 1 has nothing */
    default: return a_transfer(id, debit, credit, 1 + random_below(&scene->random, 9));
    }
}

static quipu_status post(struct scene *scene)
{
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];
    quipu_status status;

    for (int i = 0; i < BATCH; i++)
        events[i] = an_event(scene);
    scene->now += SECOND / 4;
    status = quipu_create_transfers(scene->ledger, events, BATCH, results);
    for (int i = 0; status == QUIPU_OK && i < BATCH; i++) {
        scene->known[events[i].id] = results[i].status == QUIPU_CREATED;
        scene->failed[events[i].id] = results[i].status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    }
    return status;
}

static quipu_status create_accounts(struct scene *scene)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];
    quipu_status status;

    for (int i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account((quipu_uint128)i + 1);
    accounts[0].flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    status = quipu_create_accounts(scene->ledger, accounts, ACCOUNTS, results);
    scene->created = scene->created || status == QUIPU_OK;
    return status;
}

/* A checkpoint that fails says so, and the ledger goes on: what follows tells whether it does. */
static quipu_status step(struct scene *scene)
{
    if (random_one_in(&scene->random, 5)) {
        (void)quipu_checkpoint(scene->ledger);
        return QUIPU_OK;
    }
    if (random_one_in(&scene->random, 12)) {
        quipu_status status = quipu_close(scene->ledger);

        scene->ledger = NULL;
        return status == QUIPU_OK ? open_scene(scene) : status;
    }
    return post(scene);
}

static void go(struct scene *scene, int steps)
{
    quipu_status status = create_accounts(scene);

    for (int i = 0; status == QUIPU_OK && i < steps; i++)
        status = step(scene);
}

/* C1 */
static size_t check_ids(struct scene *scene, quipu_transfer *found)
{
    static quipu_uint128 ids[IDS_MAX];
    static quipu_transfer answers[IDS_MAX];
    size_t count = 0;

    if (scene->next == 1) return 0;
    for (uint64_t id = 1; id < scene->next; id++)
        ids[id - 1] = id;
    cr_assert_eq(quipu_lookup_transfers(scene->ledger, ids, scene->next - 1, answers, NULL),
                 QUIPU_OK);
    for (uint64_t id = 1; id < scene->next; id++) {
        const quipu_transfer *answer = &answers[id - 1];
        quipu_transfer again = a_transfer(id, 1, 2, 7);
        quipu_result result;

        if (scene->known[id]) cr_assert_eq(answer->id, id, "seed %lu", (unsigned long)scene->seed);
        if (answer->id != 0) found[count++] = *answer;
        if (!scene->failed[id]) continue;
        cr_assert_eq(quipu_create_transfers(scene->ledger, &again, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED, "seed %lu",
                     (unsigned long)scene->seed);
    }
    return count;
}

static void add(quipu_account *account, const quipu_transfer *transfer, const quipu_hold *hold,
                bool debit)
{
    bool pending = (transfer->flags & QUIPU_TRANSFER_PENDING) != 0;

    if ((transfer->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0) return;
    if (pending && hold->state != QUIPU_HOLD_OPEN) return;
    *(debit ? (pending ? &account->debits_pending : &account->debits_posted)
            : (pending ? &account->credits_pending : &account->credits_posted)) += transfer->amount;
}

/* C2. The clock stands still, so nothing falls due between two calls. */
static void check_totals(struct scene *scene, const quipu_transfer *transfers, size_t count)
{
    quipu_account sums[ACCOUNTS + 1], account;

    memset(sums, 0, sizeof sums);
    for (size_t i = 0; i < count; i++) {
        const quipu_transfer *transfer = &transfers[i];
        quipu_hold hold = {.id = 0};

        cr_assert_eq(quipu_lookup_holds(scene->ledger, &transfer->id, 1, &hold), QUIPU_OK);
        add(&sums[transfer->debit_account_id], transfer, &hold, true);
        add(&sums[transfer->credit_account_id], transfer, &hold, false);
    }
    for (quipu_uint128 id = 1; id <= ACCOUNTS; id++) {
        cr_assert_eq(quipu_lookup_accounts(scene->ledger, &id, 1, &account, NULL), QUIPU_OK);
        cr_assert(account.debits_pending == sums[id].debits_pending &&
                      account.debits_posted == sums[id].debits_posted &&
                      account.credits_pending == sums[id].credits_pending &&
                      account.credits_posted == sums[id].credits_posted,
                  "seed %lu", (unsigned long)scene->seed);
    }
}

/* C5 */
static void check_pages(struct scene *scene, quipu_uint128 id)
{
    static quipu_account_balance whole[IDS_MAX], page[IDS_MAX];
    quipu_account_filter filter = {
        .account_id = id, .limit = IDS_MAX, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    size_t count, rest;

    cr_assert_eq(quipu_get_account_balances(scene->ledger, &filter, whole, IDS_MAX, &count),
                 QUIPU_OK);
    for (size_t i = 0; i < count; i += 1 + count / 5) {
        filter.timestamp_min = whole[i].timestamp;
        filter.limit = 3;
        cr_assert_eq(quipu_get_account_balances(scene->ledger, &filter, page, IDS_MAX, &rest),
                     QUIPU_OK);
        cr_assert_eq(rest, count - i < 3 ? count - i : 3);
        cr_assert_eq(memcmp(page, &whole[i], rest * sizeof *page), 0, "seed %lu",
                     (unsigned long)scene->seed);
    }
}

static void check(struct scene *scene)
{
    static quipu_transfer found[IDS_MAX];
    size_t count = check_ids(scene, found);

    check_totals(scene, found, count);
    for (quipu_uint128 id = 1; id <= ACCOUNTS; id++)
        check_pages(scene, id);
}

static void reopen(struct scene *scene)
{
    quipu_status status = open_scene(scene);
    char words[512] = "";

    if (status != QUIPU_OK) (void)quipu_diagnose(NULL, path, words, sizeof words);
    cr_assert_eq(status, QUIPU_OK, "seed %lu: %s: %s", (unsigned long)scene->seed,
                 quipu_status_text(status), words);
}

/* C3 */
static void check_all(struct scene *scene)
{
    reopen(scene);
    if (scene->created) check(scene);
    cr_assert_eq(create_accounts(scene), QUIPU_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(post(scene), QUIPU_OK);
    cr_assert_eq(quipu_checkpoint(scene->ledger), QUIPU_OK);
    cr_assert_eq(post(scene), QUIPU_OK);
    check(scene);
    ledger_close(scene->ledger);
    reopen(scene);
    check(scene);
    ledger_close(scene->ledger);
}

/* How many calls do so many steps make, about? */
static uint64_t calls_of(uint64_t seed)
{
    struct scene scene;
    uint64_t calls;

    begin(&scene, seed);
    go(&scene, STEPS);
    calls = disk_calls(scene.disk);
    check(&scene);
    ledger_close(scene.ledger);
    check_all(&scene);
    end(&scene);
    return calls;
}

static void fail_at(uint64_t seed, struct disk_plan plan)
{
    struct scene scene;

    begin(&scene, seed);
    disk_set_plan(scene.disk, plan);
    go(&scene, STEPS);
    if (scene.ledger != NULL) (void)quipu_close(scene.ledger);
    disk_set_plan(scene.disk, (struct disk_plan){.at = 0});
    if (plan.fault == DISK_POWER_OFF || seed % 2 == 0) {
        disk_crash(scene.disk);
    } else {
        disk_kill(scene.disk);
    }
    check_all(&scene);
    end(&scene);
}

/* C1, C2, C3 */
Test(crash_checkpoints, the_machine_stops_at_any_call, .timeout = 900)
{
    uint64_t calls = calls_of(1);
    unsigned count = states();
    struct random random = {1};

    for (unsigned i = 0; i < count; i++) {
        fail_at(i + 1, (struct disk_plan){.at = 1 + random_below(&random, (uint32_t)calls),
                                          .fault = DISK_POWER_OFF});
    }
}

/* C4 */
Test(crash_checkpoints, a_call_fails, .timeout = 900)
{
    static const struct disk_plan faults[] = {
        {.fault = DISK_ERROR, .error = EIO},      {.fault = DISK_ERROR, .error = ENOSPC},
        {.fault = DISK_SYNC_LOSES, .error = EIO}, {.fault = DISK_SHORT},
        {.fault = DISK_ERROR, .error = EMFILE},
    };
    uint64_t calls = calls_of(2);
    unsigned count = states() / 2;
    struct random random = {2};

    for (unsigned i = 0; i < count; i++) {
        struct disk_plan plan = faults[i % (sizeof faults / sizeof faults[0])];

        plan.at = 1 + random_below(&random, (uint32_t)calls);
        plan.times = 1 + random_below(&random, 3);
        fail_at(1000 + i, plan);
    }
}

/* A control: on a disk whose syncs do nothing, something that was acknowledged is lost. */
Test(crash_checkpoints, a_lying_disk_loses, .timeout = 300)
{
    unsigned refused = 0;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct scene scene;
        quipu_transfer found[IDS_MAX];
        size_t known = 0, there = 0;

        begin(&scene, seed);
        disk_set_lying(scene.disk, true);
        go(&scene, STEPS);
        if (scene.ledger != NULL) (void)quipu_close(scene.ledger);
        disk_crash(scene.disk);
        disk_set_lying(scene.disk, false);
        if (open_scene(&scene) != QUIPU_OK) {
            refused++;
            end(&scene);
            continue;
        }
        memset(scene.failed, 0, sizeof scene.failed);
        for (uint64_t id = 1; id < scene.next; id++)
            known += scene.known[id];
        memset(scene.known, 0, sizeof scene.known);
        there = check_ids(&scene, found);
        refused += there < known;
        ledger_close(scene.ledger);
        end(&scene);
    }
    cr_assert_gt(refused, 0);
}
