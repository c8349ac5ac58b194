/* test_imported_late.c - an import that has drawn its timestamp while holds expire.
 *
 * Other writers wait for an import, but readers do not: a hold may fall due after the import's
 * draw, and expire before the import comes to the hold's account. Under rcu such a reader, too,
 * waits for the import: the hold expires behind it.
 *
 *   T1  on every account, changes come in the order of its versions all the same
 *   T2  also after the ledger was opened again, with and without a checkpoint; and it opens
 *   T3  the events of the import follow each other as in the call */
#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { EVENTS = 8190, TIMEOUT = 1000, PAGE = 20000 };

/* The accounts: most of the import is between the first two. The hold is between the last two. */
enum { A = 1, B, C, D, ACCOUNTS = 4 };

static struct {
    quipu_ledger *ledger;
    quipu_protocol protocol;
    uint64_t now;
    pthread_t importer;
    bool is_armed, has_drawn;
} scene;

static quipu_change changes[PAGE];

static uint64_t scene_clock(void *context)
{
    (void)context;
    if (scene.is_armed && pthread_equal(pthread_self(), scene.importer) != 0) {
        scene.has_drawn = true;
    }
    return scene.now;
}

static void *read_late(void *context)
{
    const quipu_uint128 id = C;
    quipu_account account;

    scene.now += 2 * (uint64_t)TIMEOUT * SECOND;
    cr_assert_eq(quipu_lookup_accounts(scene.ledger, &id, 1, &account, NULL), QUIPU_OK);
    cr_assert_eq(account.debits_pending, 0, "it has expired");
    return context;
}

/* The first time that the import asks for memory, a reader comes by. It refuses nothing. */
static bool read_in_between(void)
{
    pthread_t reader;

    if (!scene.is_armed || !scene.has_drawn) return false;
    scene.is_armed = false;
    if (scene.protocol == QUIPU_RCU) return false;
    cr_assert_eq(pthread_create(&reader, NULL, read_late, NULL), 0);
    cr_assert_eq(pthread_join(reader, NULL), 0);
    return false;
}

static void open_scene(const char *path, int protocol_index)
{
    const quipu_options options = {.protocol = protocols[protocol_index],
                                   .path = path,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 16,
                                   .checkpoint_bytes = path == NULL ? 0 : UINT64_MAX,
                                   /* A reader in the middle of an import cannot wait for it. */
                                   .reads = path == NULL ? 0 : QUIPU_READ_LATEST,
                                   .clock = scene_clock};

    scene.protocol = options.protocol;
    cr_assert_eq(quipu_open(&options, &scene.ledger), QUIPU_OK);
}

static void post(quipu_transfer event)
{
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(scene.ledger, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

/* Two of the last events of the import are on the accounts of the hold. */
static void import(void)
{
    static quipu_transfer events[EVENTS];
    static quipu_result results[EVENTS];

    for (unsigned i = 0; i < EVENTS; i++) {
        bool late = i == EVENTS - 3 || i == EVENTS - 2;

        events[i] = a_transfer(100 + i, late ? C : A, late ? D : B, 1);
        events[i].flags = QUIPU_TRANSFER_IMPORTED;
        events[i].timestamp = scene.now + 1 + i;
    }
    scene.now += SECOND;
    scene.importer = pthread_self();
    scene.has_drawn = false;
    scene.is_armed = true;
    quipui_memory_refuse = read_in_between;
    cr_assert_eq(quipu_create_transfers(scene.ledger, events, EVENTS, results), QUIPU_OK);
    quipui_memory_refuse = NULL;
    cr_assert_not(scene.is_armed, "the import asked for no memory");
    for (unsigned i = 0; i < EVENTS; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    if (scene.protocol == QUIPU_RCU) (void)read_late(NULL);
}

static void see_version(uint64_t *versions, quipu_uint128 id, uint64_t version)
{
    cr_assert_eq(version, versions[id] + 1, "T1: account %d", (int)id);
    versions[id] = version;
}

static void check_order(void)
{
    quipu_change_filter filter = {.limit = PAGE};
    uint64_t versions[ACCOUNTS + 1] = {0}, horizon;
    size_t count, expiries = 0;
    quipu_uint128 last = 0;

    scene.now += SECOND;
    cr_assert_eq(quipu_horizon(scene.ledger, &horizon), QUIPU_OK);
    filter.timestamp_max = horizon - 1;
    cr_assert_eq(quipu_get_changes(scene.ledger, &filter, changes, PAGE, &count, NULL), QUIPU_OK);
    for (size_t i = 0; i < count; i++) {
        const quipu_change *change = &changes[i];

        if (change->type == QUIPU_CHANGE_ACCOUNT) {
            see_version(versions, change->debit.id, change->debit_version);
            continue;
        }
        expiries += change->type == QUIPU_CHANGE_PENDING_EXPIRED;
        if (change->type == QUIPU_CHANGE_TRANSFER) {
            cr_assert_gt(change->transfer.id, last, "T3");
            last = change->transfer.id;
        }
        see_version(versions, change->debit.id, change->debit_version);
        see_version(versions, change->credit.id, change->credit_version);
    }
    cr_assert_eq(expiries, 1);
    cr_assert_eq(versions[C], 1 + 2 + 2);
    cr_assert_eq(versions[A], 1 + EVENTS - 2);
}

static void begin(const char *path, int protocol_index)
{
    quipu_result result;

    memset(&scene, 0, sizeof scene);
    scene.now = NOON;
    open_scene(path, protocol_index);
    for (quipu_uint128 id = 1; id <= ACCOUNTS; id++) {
        const quipu_account account = an_account(id);

        cr_assert_eq(quipu_create_accounts(scene.ledger, &account, 1, &result), QUIPU_OK);
    }
    scene.now += SECOND;
    post(a_hold(1, C, D, 5, TIMEOUT));
    scene.now += SECOND;
}

/* T1 */
EVERY_PROTOCOL(imported_late, comes_behind_what_has_expired)
{
    begin(NULL, *protocol_index);
    import();
    check_order();
    ledger_close(scene.ledger);
}

/* T2 */
EVERY_PROTOCOL(imported_late, comes_behind_it_after_an_opening)
{
    for (unsigned checkpoints = 0; checkpoints < 2; checkpoints++) {
        char path[SCRATCH_PATH];

        scratch_make(path);
        begin(path, *protocol_index);
        import();
        if (checkpoints > 0) cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
        check_order();
        ledger_close(scene.ledger);
        open_scene(path, (*protocol_index + 1) % PROTOCOL_COUNT);
        check_order();
        ledger_close(scene.ledger);
        scratch_remove(path);
    }
}
