/* test_durable.c - a ledger with a path: what its calls promise beside those of one in memory.
 *
 *   D1  what was answered is there when the directory is opened again, under any protocol
 *   D2  the directory has one owner; closing lets it go
 *   D3  a child of fork() has no part in it, may close its copy, and harms nothing
 *   D4  a buffered ledger is on disk when it is closed, and when it was synced; it tells changes
 *       that are on disk
 *   D5  reads of the latest and reads of the durable give the same answers
 *   D6  quipu_diagnose() says in words what is wrong, and nothing where nothing is
 *   D7  a thread that is being cancelled ends after its call, not in the middle of it */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "api/ledger.h"
#include "suites/faults/child.h"
#include "support/ledger.h"
#include "support/scratch.h"

static quipu_options options_at(const char *path, quipu_protocol protocol)
{
    return (quipu_options){
        .protocol = protocol, .path = path, .account_capacity = 64, .transfer_capacity = 4096};
}

static quipu_ledger *open_with(const quipu_options *options)
{
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(options, &ledger), QUIPU_OK);
    return ledger;
}

static quipu_ledger *open_at(const char *path, quipu_protocol protocol)
{
    const quipu_options options = options_at(path, protocol);

    return open_with(&options);
}

static void make_accounts(quipu_ledger *ledger)
{
    const quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
}

static uint32_t post(quipu_ledger *ledger, quipu_uint128 id)
{
    const quipu_transfer transfer = a_transfer(id, 1, 2, 10);
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &transfer, 1, &result), QUIPU_OK);
    return result.status;
}

EVERY_PROTOCOL(durable, d1_outlives_its_closing)
{
    char path[SCRATCH_PATH];
    uint64_t version = 0;
    quipu_ledger *ledger;

    scratch_make(path);
    ledger = open_at(path, protocols[*protocol_index]);
    make_accounts(ledger);
    cr_assert_eq(post(ledger, 1), QUIPU_CREATED);
    cr_assert_eq(post(ledger, 2), QUIPU_CREATED);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);

    ledger = open_at(path, protocols[(*protocol_index + 1) % PROTOCOL_COUNT]);
    cr_assert(ledger_account(ledger, 1, &version).debits_posted == 20);
    cr_assert_eq(version, 3);
    cr_assert_eq(post(ledger, 1), QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(post(ledger, 3), QUIPU_CREATED);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

Test(durable, d2_has_one_owner)
{
    char path[SCRATCH_PATH];
    quipu_options options;
    quipu_ledger *first, *second = NULL;

    scratch_make(path);
    options = options_at(path, QUIPU_OPTIMISTIC);
    first = open_with(&options);
    cr_assert_eq(quipu_open(&options, &second), QUIPU_BUSY);
    cr_assert_null(second);
    cr_assert_eq(quipu_close(first), QUIPU_OK);
    cr_assert_eq(quipu_close(open_with(&options)), QUIPU_OK);
    scratch_remove(path);
}

static _Noreturn void try_in_child(quipu_ledger *ledger, const quipu_options *options)
{
    const quipu_transfer transfer = a_transfer(9, 1, 2, 10);
    const quipu_uint128 id = 1;
    quipu_ledger *second = NULL;
    quipu_account account;
    quipu_result result;

    child_claim(quipu_lookup_accounts(ledger, &id, 1, &account, NULL) == QUIPU_FENCED);
    child_claim(quipu_create_transfers(ledger, &transfer, 1, &result) == QUIPU_FENCED);
    child_claim(quipu_sync(ledger) == QUIPU_FENCED);
    child_claim(quipu_close(ledger) == QUIPU_OK);
    child_claim(quipu_open(options, &second) == QUIPU_BUSY);
    child_end(0);
}

EVERY_PROTOCOL(durable, d3_is_not_a_childs)
{
    char path[SCRATCH_PATH];
    quipu_options options;
    quipu_ledger *ledger;
    pid_t child;

    scratch_make(path);
    options = options_at(path, protocols[*protocol_index]);
    ledger = open_with(&options);
    make_accounts(ledger);
    cr_assert_eq(post(ledger, 1), QUIPU_CREATED);
    child = child_fork();
    if (child == 0) try_in_child(ledger, &options);
    cr_assert_eq(child_wait(child), 0);
    cr_assert_eq(post(ledger, 2), QUIPU_CREATED);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);

    ledger = open_with(&options);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == 20);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

/* What a copy of the files that was made by now has. The ledger is open meanwhile. */
static uint64_t durable_of(quipu_ledger *ledger)
{
    return quipui_journal_durable(ledger->store.journal);
}

enum { SYNCS = 20 };

Test(durable, d4_a_buffered_one_is_there_when_it_is_closed_or_synced)
{
    char path[SCRATCH_PATH];
    quipu_options options;
    quipu_ledger *ledger;
    uint64_t last;

    scratch_make(path);
    options = options_at(path, QUIPU_OPTIMISTIC);
    options.durability = QUIPU_BUFFERED;
    options.flush_interval = UINT64_C(3600) * 1000000000;
    ledger = open_with(&options);
    make_accounts(ledger);
    /* Again and again: one that does not wait may find the flusher through, now and then. */
    for (unsigned round = 1; round <= SYNCS; round++) {
        cr_assert_eq(post(ledger, round), QUIPU_CREATED);
        last = clock_last(&ledger->store.clock);
        cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
        cr_assert_gt(durable_of(ledger), last);
    }
    cr_assert_eq(post(ledger, SYNCS + 1), QUIPU_CREATED);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);

    ledger = open_with(&options);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == 10 * (SYNCS + 1));
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

/* A follower has seen nothing that a crash takes back. */
Test(durable, d4_a_buffered_one_tells_what_is_on_disk)
{
    const quipu_change_filter filter = {.limit = 8};
    char path[SCRATCH_PATH];
    quipu_options options;
    quipu_ledger *ledger;
    quipu_change changes[8];
    uint64_t horizon, told;
    size_t before, count;

    scratch_make(path);
    options = options_at(path, QUIPU_OPTIMISTIC);
    options.durability = QUIPU_BUFFERED;
    options.flush_interval = UINT64_C(3600) * 1000000000;
    ledger = open_with(&options);
    make_accounts(ledger);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    cr_assert_eq(quipu_get_changes(ledger, &filter, changes, 8, &before, NULL), QUIPU_OK);
    cr_assert_eq(post(ledger, 1), QUIPU_CREATED);
    cr_assert_eq(quipu_horizon(ledger, &horizon), QUIPU_OK);
    cr_assert_leq(horizon, durable_of(ledger));
    cr_assert_eq(quipu_get_changes(ledger, &filter, changes, 8, &count, &told), QUIPU_OK);
    cr_assert_eq(count, before);
    cr_assert_leq(told, durable_of(ledger));
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    cr_assert_eq(quipu_get_changes(ledger, &filter, changes, 8, &count, &told), QUIPU_OK);
    cr_assert_eq(count, before + 1);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

Test(durable, d4_in_memory_there_is_nothing_to_wait_for)
{
    quipu_ledger *ledger = ledger_open(QUIPU_OPTIMISTIC, NULL);

    cr_assert_eq(quipu_sync(NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_sync(ledger), QUIPU_OK);
    ledger_close(ledger);
}

Test(durable, d5_reads_of_the_latest_see_the_same)
{
    char path[SCRATCH_PATH];
    quipu_options options;
    quipu_ledger *ledger;

    scratch_make(path);
    options = options_at(path, QUIPU_OPTIMISTIC);
    options.reads = QUIPU_READ_LATEST;
    ledger = open_with(&options);
    make_accounts(ledger);
    cr_assert_eq(post(ledger, 1), QUIPU_CREATED);
    cr_assert(ledger_account(ledger, 2, NULL).credits_posted == 10);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

/* Overwrite the facts of the ledger. */
static void damage(const char *path)
{
    char name[SCRATCH_PATH + 16];
    int file;

    (void)snprintf(name, sizeof name, "%s/quipu.ledger", path);
    file = open(name, O_WRONLY | O_CLOEXEC);
    cr_assert_geq(file, 0);
    cr_assert_eq(pwrite(file, "damage", 6, 20), 6);
    (void)close(file);
}

Test(durable, d6_says_what_is_wrong)
{
    char path[SCRATCH_PATH], text[256] = "?";
    quipu_options options;
    quipu_ledger *ledger = NULL;

    scratch_make(path);
    options = options_at(path, QUIPU_OPTIMISTIC);
    ledger = open_with(&options);
    cr_assert_eq(quipu_diagnose(ledger, path, text, sizeof text), QUIPU_INVALID);
    cr_assert_eq(quipu_diagnose(NULL, NULL, text, sizeof text), QUIPU_INVALID);
    cr_assert_eq(quipu_diagnose(ledger, NULL, NULL, sizeof text), QUIPU_INVALID);
    cr_assert_eq(quipu_diagnose(ledger, NULL, text, 0), QUIPU_INVALID);
    cr_assert_eq(quipu_diagnose(ledger, NULL, text, sizeof text), QUIPU_OK);
    cr_assert_str_empty(text);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    cr_assert_eq(quipu_diagnose(NULL, path, text, sizeof text), QUIPU_OK);
    damage(path);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_CORRUPT);
    cr_assert_eq(quipu_diagnose(NULL, path, text, sizeof text), QUIPU_CORRUPT);
    cr_assert_not_null(strstr(text, "quipu.ledger"), "%s", text);
    scratch_remove(path);
}

struct cancelled {
    quipu_ledger *ledger;
    char copy[SCRATCH_PATH];
    int returned;
};

/* Cancelled from the start: the first point where that takes effect ends the thread. */
static void *call_while_cancelled(void *context)
{
    struct cancelled *cancelled = context;

    (void)pthread_cancel(pthread_self());
    (void)post(cancelled->ledger, 1);
    cancelled->returned++;
    cr_expect_eq(quipu_checkpoint(cancelled->ledger), QUIPU_OK);
    cancelled->returned++;
    cr_expect_eq(quipu_backup(cancelled->ledger, cancelled->copy), QUIPU_OK);
    cancelled->returned++;
    cr_expect_eq(quipu_close(cancelled->ledger), QUIPU_OK);
    cancelled->returned++;
    pthread_testcancel();
    return NULL;
}

/* D7 */
EVERY_PROTOCOL(durable, d7_ends_after_its_call)
{
    struct cancelled cancelled;
    char path[SCRATCH_PATH];
    void *ended = NULL;
    pthread_t thread;

    scratch_make(path);
    scratch_make(cancelled.copy);
    cancelled.ledger = open_at(path, protocols[*protocol_index]);
    cancelled.returned = 0;
    make_accounts(cancelled.ledger);
    cr_assert_eq(pthread_create(&thread, NULL, call_while_cancelled, &cancelled), 0);
    cr_assert_eq(pthread_join(thread, &ended), 0);
    cr_assert_eq(cancelled.returned, 4);
    cr_assert(ended == PTHREAD_CANCELED);
    cancelled.ledger = open_at(path, protocols[*protocol_index]);
    cr_assert_eq(post(cancelled.ledger, 1), QUIPU_CREATE_TRANSFER_EXISTS);
    ledger_close(cancelled.ledger);
    scratch_remove(path);
    scratch_remove(cancelled.copy);
}
