/* test_checkpoint.c - a ledger comes back from its checkpoint and the journal behind it.
 *
 * Random traffic on a twin (a ledger with a path, and the model). Now and then a checkpoint is
 * made, or the ledger is closed and opened again, under another protocol. The model must agree with
 * all that the ledger says, then and while the traffic goes on.
 *
 *   C1  everything that the public header can ask is as it was, with checkpoints at any time
 *   C2  the journal before a checkpoint is not needed any more
 *   C3  what is in files of its own is found as before: by id, as a duplicate, in histories, in
 *       scans; while the ledger is open, and once it is opened again
 *   C4  a transfer that is in a file costs at most 24 bytes of memory
 *   C5  a checkpoint that is not the newest, and files that none names, are removed
 *   C6  a backup is the ledger as of one instant, and a ledger of its own
 *   C8  capacities may grow from one opening to the next; too small ones are refused
 *   C7  a damaged or missing file is found: at the opening if it is read then, or by a check */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/scratch.h"
#include "support/twin_step.h"

#if defined(QUIPU_SANITIZED)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
enum { SEEDS = EFFORT(4), ROUNDS = 60, HOPS = 8 };

static quipu_options options_at(struct twin *twin, const char *path, int protocol_index)
{
    return (quipu_options){.protocol = protocols[protocol_index],
                           .path = path,
                           .account_capacity = 1 << 16,
                           .transfer_capacity = 1 << 22,
                           .failed_id_capacity = 1 << 22,
                           .checkpoint_bytes = UINT64_MAX,
                           .clock = ledger_clock,
                           .clock_context = &twin->now};
}

static void open_at(struct twin *twin, const char *path, int protocol_index)
{
    const quipu_options options = options_at(twin, path, protocol_index);
    quipu_status status = quipu_open(&options, &twin->ledger);
    char words[512] = "";

    if (status != QUIPU_OK) (void)quipu_diagnose(NULL, path, words, sizeof words);
    cr_assert_eq(status, QUIPU_OK, "%s: %s", quipu_status_text(status), words);
    twin->protocol = options.protocol;
}

static void traffic(struct twin *twin, struct generator *g, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        twin_step(twin, g, round);
        if (random_one_in(&g->random, 12)) cr_assert_eq(quipu_checkpoint(twin->ledger), QUIPU_OK);
    }
}

/* C1, C2 */
EVERY_PROTOCOL(checkpoint, c1_brings_everything_back)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        char path[SCRATCH_PATH];
        struct generator g;
        struct twin twin;

        scratch_make(path);
        twin_open(&twin, *protocol_index);
        ledger_close(twin.ledger);
        open_at(&twin, path, *protocol_index);
        twin.seed = seed;
        generator_start(&g, seed);
        for (int hop = 1; hop <= HOPS; hop++) {
            traffic(&twin, &g, ROUNDS);
            if (random_one_in(&g.random, 2)) {
                cr_assert_eq(quipu_checkpoint(twin.ledger), QUIPU_OK);
            }
            twin_pass(&twin, SECOND / 1000);
            ledger_close(twin.ledger);
            open_at(&twin, path, (*protocol_index + hop) % PROTOCOL_COUNT);
            twin_pass(&twin, SECOND / 1000);
            twin_audit(&twin);
        }
        twin_close(&twin);
        scratch_remove(path);
    }
}

/* --- whole pieces --- */

enum { ACCOUNTS = 200, BATCH = 2000, BATCHES = SANITIZED ? 80 : 105, PAGE = 1 << 19 };

struct pair {
    quipu_ledger *was, *is; /* in memory, and with a path: given the same calls */
    uint64_t now;
    quipu_uint128 next;
};

static quipu_ledger *open_pair(struct pair *pair, const char *path, quipu_protocol protocol)
{
    const quipu_options options = {.protocol = protocol,
                                   .path = path,
                                   .account_capacity = 1 << 12,
                                   .transfer_capacity = 1 << 23,
                                   .checkpoint_bytes = path == NULL ? 0 : UINT64_MAX,
                                   .clock = ledger_clock,
                                   .clock_context = &pair->now};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    return ledger;
}

static void both_accounts(struct pair *pair)
{
    static quipu_account accounts[ACCOUNTS];
    static quipu_result was[ACCOUNTS], is[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account((quipu_uint128)i + 1);
    accounts[0].flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    cr_assert_eq(quipu_create_accounts(pair->was, accounts, ACCOUNTS, was), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(pair->is, accounts, ACCOUNTS, is), QUIPU_OK);
    cr_assert_eq(memcmp(was, is, sizeof was), 0);
}

/* Plain ones; holds that are posted, voided or stand for ever; ids that fail. Without time-outs: a
 * checkpoint lets expire what is due, so the two would come to differ. */
static quipu_transfer an_event(struct pair *pair, struct random *random)
{
    quipu_uint128 id = pair->next++, debit = 2 + random_below(random, ACCOUNTS - 1);
    quipu_uint128 credit = 2 + (debit - 1) % (ACCOUNTS - 1);

    switch (random_below(random, 8)) {
    case 0: return a_hold(id, debit, credit, 5, 0);
    case 1: return a_post(id, id - 1 - random_below(random, 16), QUIPU_AMOUNT_MAX);
    case 2: return a_void(id, id - 1 - random_below(random, 16));
    case 3: return a_transfer(id, 1, credit, 7);
    default: return a_transfer(id, debit, credit, 1 + random_below(random, 100));
    }
}

static void both_transfers(struct pair *pair, struct random *random)
{
    static quipu_transfer events[BATCH];
    static quipu_result was[BATCH], is[BATCH];

    for (int i = 0; i < BATCH; i++)
        events[i] = an_event(pair, random);
    pair->now += SECOND / 2;
    cr_assert_eq(quipu_create_transfers(pair->was, events, BATCH, was), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(pair->is, events, BATCH, is), QUIPU_OK);
    cr_assert_eq(memcmp(was, is, sizeof was), 0);
}

static void compare_account(struct pair *pair, quipu_uint128 id, quipu_transfer *was,
                            quipu_transfer *is)
{
    quipu_account_filter filter = {
        .account_id = id, .limit = PAGE, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    size_t before, after;

    cr_assert_eq(quipu_get_account_transfers(pair->was, &filter, was, PAGE, &before), QUIPU_OK);
    cr_assert_eq(quipu_get_account_transfers(pair->is, &filter, is, PAGE, &after), QUIPU_OK);
    cr_assert_eq(before, after);
    cr_assert_eq(memcmp(was, is, before * sizeof *was), 0);
    filter.flags |= QUIPU_FILTER_REVERSED;
    filter.limit = 100;
    cr_assert_eq(
        quipu_get_account_balances(pair->was, &filter, (quipu_account_balance *)was, 100, &before),
        QUIPU_OK);
    cr_assert_eq(
        quipu_get_account_balances(pair->is, &filter, (quipu_account_balance *)is, 100, &after),
        QUIPU_OK);
    cr_assert_eq(before, after);
    cr_assert_eq(memcmp(was, is, before * sizeof(quipu_account_balance)), 0);
}

static void compare_changes(struct pair *pair, quipu_change *was, quipu_change *is)
{
    quipu_change_filter filter = {.limit = PAGE};
    size_t before, after;
    uint64_t horizon;

    cr_assert_eq(quipu_horizon(pair->was, &horizon), QUIPU_OK);
    filter.timestamp_max = horizon - 1;
    cr_assert_eq(quipu_get_changes(pair->was, &filter, was, PAGE, &before, NULL), QUIPU_OK);
    cr_assert_eq(quipu_get_changes(pair->is, &filter, is, PAGE, &after, NULL), QUIPU_OK);
    cr_assert_eq(before, after);
    for (size_t i = 0; i < before; i++)
        cr_assert_eq(memcmp(&was[i], &is[i], sizeof *was), 0, "change %zu", i);
}

/* Every id in use is answered alike: stored, failed, free. */
static void compare_ids(struct pair *pair)
{
    quipu_uint128 ids[BATCH];
    static quipu_transfer was[BATCH], is[BATCH];
    static quipu_hold was_holds[BATCH], is_holds[BATCH];
    static quipu_result was_results[BATCH], is_results[BATCH];

    for (quipu_uint128 from = 1; from + BATCH < pair->next; from += BATCH) {
        for (int i = 0; i < BATCH; i++)
            ids[i] = from + (quipu_uint128)i;
        cr_assert_eq(quipu_lookup_transfers(pair->was, ids, BATCH, was, NULL), QUIPU_OK);
        cr_assert_eq(quipu_lookup_transfers(pair->is, ids, BATCH, is, NULL), QUIPU_OK);
        cr_assert_eq(memcmp(was, is, sizeof was), 0);
        cr_assert_eq(quipu_lookup_holds(pair->was, ids, BATCH, was_holds), QUIPU_OK);
        cr_assert_eq(quipu_lookup_holds(pair->is, ids, BATCH, is_holds), QUIPU_OK);
        cr_assert_eq(memcmp(was_holds, is_holds, sizeof was_holds), 0);
        for (int i = 0; i < BATCH; i++)
            was[i] = is[i].id != 0 ? is[i] : a_transfer(ids[i], 1, 2, 7);
        for (int i = 0; i < BATCH; i++)
            was[i].timestamp = 0;
        pair->now += SECOND; /* beyond what the checkpoints of one of them have drawn */
        cr_assert_eq(quipu_create_transfers(pair->was, was, BATCH, was_results), QUIPU_OK);
        cr_assert_eq(quipu_create_transfers(pair->is, was, BATCH, is_results), QUIPU_OK);
        cr_assert_eq(memcmp(was_results, is_results, sizeof was_results), 0);
    }
}

static void compare(struct pair *pair)
{
    quipu_change *was = malloc(PAGE * sizeof *was), *is = malloc(PAGE * sizeof *is);

    cr_assert(was != NULL && is != NULL);
    compare_ids(pair);
    for (quipu_uint128 id = 1; id <= ACCOUNTS; id++)
        compare_account(pair, id, (quipu_transfer *)was, (quipu_transfer *)is);
    compare_changes(pair, was, is);
    free(was);
    free(is);
}

static size_t count_files(const char *path, const char *start)
{
    const struct dirent *entry;
    DIR *stream = opendir(path);
    size_t count = 0;

    cr_assert_not_null(stream);
    while ((entry = readdir(stream)) != NULL)
        count += strncmp(entry->d_name, start, strlen(start)) == 0;
    (void)closedir(stream);
    return count;
}

/* C3, C5 */
EVERY_PROTOCOL(checkpoint, c3_finds_what_is_in_files, .timeout = 300)
{
    struct random random = {7};
    struct pair pair = {.now = NOON, .next = 1};
    char path[SCRATCH_PATH];

    scratch_make(path);
    pair.was = open_pair(&pair, NULL, protocols[*protocol_index]);
    pair.is = open_pair(&pair, path, protocols[*protocol_index]);
    both_accounts(&pair);
    for (int batch = 1; batch <= BATCHES; batch++) {
        both_transfers(&pair, &random);
        if (batch % 25 == 0) cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    }
    cr_assert_geq(count_files(path, "transfers."), 1);
    cr_assert_eq(count_files(path, "checkpoint."), 1);
    compare(&pair);
    /* Under a sanitizer to the next protocol only. */
    for (int hop = 1; hop < (SANITIZED ? 2 : PROTOCOL_COUNT); hop++) {
        quipu_protocol next = protocols[(*protocol_index + hop) % PROTOCOL_COUNT];

        ledger_close(pair.is);
        pair.is = open_pair(&pair, path, next);
        compare(&pair);
        both_transfers(&pair, &random);
        if (hop == 2) cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    }
    if (!SANITIZED) compare(&pair);
    ledger_close(pair.was);
    ledger_close(pair.is);
    scratch_remove(path);
}

/* --- what it costs --- */

/* Memory of this process that no file is behind, in bytes. */
static uint64_t anonymous_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    unsigned long long kib = 0;
    char line[200];

    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Anonymous: %llu kB", &kib) == 1) break;
    }
    (void)fclose(file);
    return kib * 1024;
}

static void post_plain(struct pair *pair, uint64_t count)
{
    static quipu_transfer events[BATCH];
    static quipu_result results[BATCH];

    for (uint64_t done = 0; done < count; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            quipu_uint128 id = pair->next++;

            events[i] = a_transfer(id, 2 + id % 100, 102 + id % 99, 1);
        }
        cr_assert_eq(quipu_create_transfers(pair->is, events, BATCH, results), QUIPU_OK);
        cr_assert_eq(results[BATCH - 1].status, QUIPU_CREATED);
    }
    cr_assert_eq(quipu_checkpoint(pair->is), QUIPU_OK);
}

/* C4: of fifteen pieces more, beside what the one that is not full takes in either case. */
Test(checkpoint, c4_gives_memory_back)
{
    const uint64_t first = 2 * PIECE_ITEMS, more = 15 * PIECE_ITEMS;
    struct pair pair = {.now = NOON, .next = 1};
    char path[SCRATCH_PATH];
    uint64_t before;

    if (SANITIZED) cr_skip_test("a sanitizer has memory of its own for each byte");
    scratch_make(path);
    pair.was = open_pair(&pair, NULL, QUIPU_OPTIMISTIC);
    pair.is = open_pair(&pair, path, QUIPU_OPTIMISTIC);
    both_accounts(&pair);
    post_plain(&pair, first);
    before = anonymous_bytes();
    post_plain(&pair, more);
    cr_assert_leq(anonymous_bytes() - before, 24 * more, "%.1f bytes a transfer",
                  (double)(anonymous_bytes() - before) / (double)more);
    ledger_close(pair.was);
    ledger_close(pair.is);
    scratch_remove(path);
}

/* --- capacities --- */

static quipu_status open_small(struct pair *pair, const char *path, uint64_t accounts,
                               uint64_t transfers)
{
    const quipu_options options = {.path = path,
                                   .account_capacity = accounts,
                                   .transfer_capacity = transfers,
                                   .checkpoint_bytes = UINT64_MAX};

    return quipu_open(&options, &pair->is);
}

static quipu_status post_one(struct pair *pair, quipu_uint128 id)
{
    quipu_transfer event = a_transfer(id, 1, 2, 1);
    quipu_result result;
    quipu_status status = quipu_create_transfers(pair->is, &event, 1, &result);

    if (status == QUIPU_OK) cr_assert_eq(result.status, QUIPU_CREATED);
    return status;
}

/* C8 */
Test(checkpoint, c8_has_more_room_when_opened_again)
{
    const quipu_account accounts[3] = {an_account(1), an_account(2), an_account(3)};
    quipu_result results[3];
    struct pair pair = {.now = NOON};
    char path[SCRATCH_PATH];

    scratch_make(path);
    cr_assert_eq(open_small(&pair, path, 2, 4), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(pair.is, accounts, 3, results), QUIPU_NO_SPACE);
    for (quipu_uint128 id = 1; id <= 4; id++)
        cr_assert_eq(post_one(&pair, id), QUIPU_OK);
    cr_assert_eq(post_one(&pair, 5), QUIPU_NO_SPACE);
    cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    ledger_close(pair.is);
    cr_assert_eq(open_small(&pair, path, 1, 4), QUIPU_NO_SPACE);
    cr_assert_eq(open_small(&pair, path, 2, 3), QUIPU_NO_SPACE);
    cr_assert_eq(open_small(&pair, path, 3, 8), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(pair.is, accounts, 3, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATE_ACCOUNT_EXISTS);
    cr_assert_eq(results[2].status, QUIPU_CREATED);
    for (quipu_uint128 id = 5; id <= 8; id++)
        cr_assert_eq(post_one(&pair, id), QUIPU_OK);
    cr_assert_eq(post_one(&pair, 9), QUIPU_NO_SPACE);
    ledger_close(pair.is);
    scratch_remove(path);
}

/* --- backups --- */

/* C6 */
EVERY_PROTOCOL(checkpoint, c6_backs_up, .timeout = 300)
{
    struct random random = {11};
    struct pair pair = {.now = NOON, .next = 1};
    char path[SCRATCH_PATH], copy[SCRATCH_PATH];
    quipu_ledger *original;

    scratch_make(path);
    scratch_make(copy);
    pair.was = open_pair(&pair, NULL, protocols[*protocol_index]);
    pair.is = open_pair(&pair, path, protocols[*protocol_index]);
    both_accounts(&pair);
    for (int batch = 1; batch <= 60; batch++) {
        both_transfers(&pair, &random);
        if (batch == 50) cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    }
    cr_assert_eq(quipu_backup(pair.is, path), QUIPU_BUSY);
    cr_assert_eq(quipu_backup(pair.is, "/nowhere/at/all"), QUIPU_IO);
    cr_assert_eq(quipu_backup(pair.was, copy), QUIPU_INVALID);
    cr_assert_eq(quipu_backup(pair.is, copy), QUIPU_OK);
    original = pair.is;
    pair.is = open_pair(&pair, copy, protocols[(*protocol_index + 1) % PROTOCOL_COUNT]);
    compare(&pair);
    both_transfers(&pair, &random);
    cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    ledger_close(pair.is);
    pair.is = open_pair(&pair, copy, protocols[*protocol_index]);
    compare(&pair);
    ledger_close(pair.is);
    cr_assert_eq(quipu_checkpoint(original), QUIPU_OK);
    ledger_close(original);
    ledger_close(pair.was);
    scratch_remove(path);
    scratch_remove(copy);
}

/* --- damage --- */

/* The first file in the directory whose name begins so. */
static void find_file(const char *path, const char *start, char *file, size_t room)
{
    const struct dirent *entry;
    DIR *stream = opendir(path);

    cr_assert_not_null(stream);
    file[0] = 0;
    while ((entry = readdir(stream)) != NULL) {
        if (strncmp(entry->d_name, start, strlen(start)) != 0) continue;
        (void)snprintf(file, room, "%s/%s", path, entry->d_name);
    }
    (void)closedir(stream);
    cr_assert_neq(file[0], 0);
}

static void flip(const char *file, long at)
{
    FILE *stream = fopen(file, "r+b");
    int byte;

    cr_assert_not_null(stream);
    cr_assert_eq(fseek(stream, at, SEEK_SET), 0);
    byte = fgetc(stream);
    cr_assert_neq(byte, EOF);
    cr_assert_eq(fseek(stream, at, SEEK_SET), 0);
    cr_assert_neq(fputc(byte ^ 16, stream), EOF);
    cr_assert_eq(fclose(stream), 0);
}

static void refuses(struct pair *pair, const char *path, bool at_opening)
{
    const quipu_options options = {
        .path = path, .account_capacity = 1 << 12, .transfer_capacity = 1 << 23};
    char words[512] = "";
    quipu_ledger *ledger = NULL;

    (void)pair;
    cr_assert_eq(quipu_diagnose(NULL, path, words, sizeof words), QUIPU_CORRUPT, "%s", words);
    cr_assert_neq(words[0], 0);
    if (!at_opening) return;
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_CORRUPT);
    cr_assert_null(ledger);
}

/* C7 */
Test(checkpoint, c7_finds_damage, .timeout = 300)
{
    static const struct {
        const char *start;
        long at;
        bool at_opening;
    } damages[] = {
        {"checkpoint.", 50, true},
        {"checkpoint.", 4096 + 40, true},
        {"checkpoint.", 40000, true},
        {"transfers.", 40, true},
        {"transfers.", 65536, false},
        {"transfers.", 65536 + (8 << 20) + 100, false},
        {"transfers.", 65536 + (11 << 20) + 100, true},
    };
    struct random random = {13};
    struct pair pair = {.now = NOON, .next = 1};
    char path[SCRATCH_PATH], file[SCRATCH_PATH * 2], aside[SCRATCH_PATH * 2 + 8];

    scratch_make(path);
    pair.was = open_pair(&pair, NULL, QUIPU_OPTIMISTIC);
    pair.is = open_pair(&pair, path, QUIPU_OPTIMISTIC);
    both_accounts(&pair);
    for (int batch = 1; batch <= 60; batch++)
        both_transfers(&pair, &random);
    cr_assert_eq(quipu_checkpoint(pair.is), QUIPU_OK);
    ledger_close(pair.is);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        find_file(path, damages[i].start, file, sizeof file);
        flip(file, damages[i].at);
        refuses(&pair, path, damages[i].at_opening);
        flip(file, damages[i].at);
    }
    find_file(path, "transfers.", file, sizeof file);
    (void)snprintf(aside, sizeof aside, "%s.gone", file);
    cr_assert_eq(rename(file, aside), 0);
    refuses(&pair, path, true);
    cr_assert_eq(rename(aside, file), 0);
    pair.is = open_pair(&pair, path, QUIPU_CAS);
    compare(&pair);
    ledger_close(pair.is);
    ledger_close(pair.was);
    scratch_remove(path);
}
