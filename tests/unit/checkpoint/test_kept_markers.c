/* test_kept_markers.c - markers of strands are kept by checkpoints.
 *
 *   K1  once a ledger is opened again, a page in the middle of a history costs what is on it, two
 *       sections beside, and what the journal has; and it says what it said before
 *   K2  a checkpoint passes each knot once, also under another protocol after an opening
 *   K3  markers of versions that are not older than the cut stay out of it
 *   K4  full pieces of markers are written once, and are in a backup
 *   K5  a damaged or missing piece of markers is found, and named */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "history/piece.h"
#include "read/steps.h"
#include "records/markers.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { BATCH = 2000, PAGE = 10, STRAND = 8 * BATCH, TAIL = 300, BESIDE = 2 * 256 + PAGE };

/* As many as two accounts need for a piece, and some more. */
enum { FOR_A_PIECE = PIECE_MARKERS_COUNT * 128 + BATCH };

struct scene {
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;
    uint64_t now;
    quipu_uint128 a, b, next;
};

static void open_scene(struct scene *scene, const char *path, int protocol_index)
{
    const quipu_options options = {.protocol = protocols[protocol_index],
                                   .path = path,
                                   .account_capacity = 1 << 14,
                                   .transfer_capacity = 1 << 21,
                                   .durability = QUIPU_BUFFERED,
                                   .checkpoint_bytes = UINT64_MAX,
                                   .clock = ledger_clock,
                                   .clock_context = &scene->now};

    cr_assert_eq(quipu_open(&options, &scene->ledger), QUIPU_OK);
}

static void begin(struct scene *scene, int protocol_index, unsigned accounts)
{
    quipu_result result;

    *scene = (struct scene){.now = NOON, .a = accounts - 1, .b = accounts, .next = 1};
    scratch_make(scene->path);
    open_scene(scene, scene->path, protocol_index);
    for (unsigned i = 1; i <= accounts; i++) {
        const quipu_account account = an_account(i);

        cr_assert_eq(quipu_create_accounts(scene->ledger, &account, 1, &result), QUIPU_OK);
    }
}

static void end(struct scene *scene)
{
    ledger_close(scene->ledger);
    scratch_remove(scene->path);
}

static void reopen(struct scene *scene, int protocol_index)
{
    ledger_close(scene->ledger);
    open_scene(scene, scene->path, protocol_index);
}

static void post(struct scene *scene, size_t count)
{
    static quipu_transfer events[BATCH];
    static quipu_result results[BATCH];

    for (size_t done = 0, n; done < count; done += n) {
        n = count - done < BATCH ? count - done : BATCH;
        for (size_t i = 0; i < n; i++)
            events[i] = a_transfer(scene->next++, scene->a, scene->b, 1);
        scene->now += SECOND;
        cr_assert_eq(quipu_create_transfers(scene->ledger, events, n, results), QUIPU_OK);
        cr_assert_eq(results[n - 1].status, QUIPU_CREATED);
    }
}

/* Ten balances of an account from this transfer on; and how many steps that took. */
static uint64_t read_page(struct scene *scene, quipu_uint128 account, quipu_uint128 first,
                          quipu_account_balance *page)
{
    quipu_account_filter filter = {
        .account_id = account, .limit = PAGE, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    uint64_t before;
    quipu_transfer transfer;
    size_t count;

    cr_assert_eq(quipu_lookup_transfers(scene->ledger, &first, 1, &transfer, NULL), QUIPU_OK);
    filter.timestamp_min = transfer.timestamp;
    before = quipui_steps;
    cr_assert_eq(quipu_get_account_balances(scene->ledger, &filter, page, PAGE, &count), QUIPU_OK);
    cr_assert_eq(count, PAGE);
    return quipui_steps - before;
}

/* Each transfer was of 1. */
static void expect_page(struct scene *scene, quipu_uint128 account, quipu_uint128 first,
                        uint64_t bound)
{
    quipu_account_balance page[PAGE];
    uint64_t steps = read_page(scene, account, first, page);

    for (unsigned i = 0; i < PAGE; i++) {
        quipu_uint128 posted = account == scene->a ? page[i].debits_posted : page[i].credits_posted;

        cr_assert_eq(posted, first + i, "K1");
    }
    cr_assert_leq(steps, bound, "K1: %llu steps", (unsigned long long)steps);
}

static void checkpoint_within(struct scene *scene, uint64_t bound)
{
    uint64_t before = quipui_steps;

    cr_assert_eq(quipu_checkpoint(scene->ledger), QUIPU_OK);
    cr_assert_leq(quipui_steps - before, bound, "K2: %llu steps",
                  (unsigned long long)(quipui_steps - before));
}

/* K1, K2 */
EVERY_PROTOCOL(kept_markers, k1_lead_to_the_middle)
{
    struct scene scene;

    begin(&scene, *protocol_index, 2);
    post(&scene, STRAND);
    /* A reader has marked the account that checkpoints come to last: its markers come first. */
    expect_page(&scene, scene.b, STRAND / 2, STRAND + BESIDE);
    checkpoint_within(&scene, 2 * (STRAND + 2 * 256));
    for (int hop = 1; hop <= PROTOCOL_COUNT; hop++) {
        post(&scene, TAIL);
        reopen(&scene, (*protocol_index + hop) % PROTOCOL_COUNT);
        expect_page(&scene, scene.a, STRAND / 2, BESIDE + TAIL + 256);
        expect_page(&scene, scene.b, STRAND / 4, BESIDE + TAIL + 256);
        post(&scene, TAIL);
        checkpoint_within(&scene, 4 * (2 * TAIL + 2 * 256));
        checkpoint_within(&scene, 4 * 256);
        expect_page(&scene, scene.a, 1, BESIDE + 256);
        reopen(&scene, (*protocol_index + hop) % PROTOCOL_COUNT);
        expect_page(&scene, scene.b, STRAND + TAIL, BESIDE + 256);
    }
    end(&scene);
}

/* --- K3 --- */

static struct scene *scene_in_the_making; /* NULL: nothing comes between */

/* In the middle of the accounts: more transfers, and a reader that leaves markers. */
static int write_after_all(struct files *files, int file, const struct iovec *parts, int part_count,
                           uint64_t offset, size_t *done)
{
    static _Thread_local bool is_between;
    struct scene *scene = scene_in_the_making;
    quipu_account_balance page[PAGE];

    (void)files;
    if (scene != NULL && !is_between && offset == 4096) {
        is_between = true;
        scene_in_the_making = NULL;
        post(scene, STRAND);
        (void)read_page(scene, scene->b, STRAND / 2, page);
        is_between = false;
    }
    return quipui_file_system.calls->write(&quipui_file_system, file, parts, part_count, offset,
                                           done);
}

/* K3: the last two accounts are copied after more than a block of others was written. */
EVERY_PROTOCOL(kept_markers, k3_are_older_than_the_cut)
{
    struct file_calls calls = *quipui_file_system.calls;
    struct files files = {&calls};
    struct scene scene;

    calls.write = write_after_all;
    quipui_files_of_tests = &files;
    begin(&scene, *protocol_index, 7000);
    post(&scene, TAIL);
    scene_in_the_making = &scene;
    cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
    cr_assert_null(scene_in_the_making);
    for (int hop = 1; hop <= 2; hop++) {
        reopen(&scene, (*protocol_index + hop) % PROTOCOL_COUNT);
        expect_page(&scene, scene.a, STRAND / 2, hop == 1 ? UINT64_MAX : BESIDE + 256);
        expect_page(&scene, scene.b, STRAND / 4, hop == 1 ? UINT64_MAX : BESIDE + 256);
        cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
    }
    end(&scene);
    quipui_files_of_tests = NULL;
}

/* --- K4, K5 --- */

static void piece_at(const char *path, char *file)
{
    (void)snprintf(file, SCRATCH_PATH * 2, "%s/markers.000000000000", path);
}

static struct stat about(const char *file)
{
    struct stat about;

    cr_assert_eq(stat(file, &about), 0);
    return about;
}

static void flip(const char *file, long at)
{
    FILE *stream = fopen(file, "r+b");
    int byte;

    cr_assert_not_null(stream);
    cr_assert_eq(fseek(stream, at, SEEK_SET), 0);
    byte = fgetc(stream);
    cr_assert_eq(fseek(stream, at, SEEK_SET), 0);
    cr_assert_neq(fputc(byte ^ 16, stream), EOF);
    cr_assert_eq(fclose(stream), 0);
}

static void refuses(const char *path)
{
    const quipu_options options = {
        .path = path, .account_capacity = 1 << 14, .transfer_capacity = 1 << 21};
    char words[512] = "";
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_diagnose(NULL, path, words, sizeof words), QUIPU_CORRUPT);
    cr_assert_not_null(strstr(words, "markers.000000000000"), "%s", words);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_CORRUPT);
}

static void expect_pages(struct scene *scene)
{
    expect_page(scene, scene->a, FOR_A_PIECE / 2, BESIDE + 256);
    expect_page(scene, scene->b, 17, BESIDE + 256);
    expect_page(scene, scene->b, FOR_A_PIECE - 600, BESIDE + 256);
}

Test(kept_markers, k4_are_written_once, .timeout = 300)
{
    char file[SCRATCH_PATH * 2], copy[SCRATCH_PATH];
    struct stat was, is;
    struct scene scene, other;

    begin(&scene, 0, 2);
    post(&scene, FOR_A_PIECE);
    checkpoint_within(&scene, 2 * (FOR_A_PIECE + 2 * 256));
    piece_at(scene.path, file);
    was = about(file);
    for (int hop = 1; hop <= 2; hop++) {
        post(&scene, BATCH);
        cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
        reopen(&scene, hop);
        expect_pages(&scene);
    }
    is = about(file);
    cr_assert_eq(was.st_ino, is.st_ino, "K4");
    cr_assert_eq(was.st_mtim.tv_nsec, is.st_mtim.tv_nsec, "K4");
    scratch_make(copy);
    cr_assert_eq(quipu_backup(scene.ledger, copy), QUIPU_OK);
    other = scene;
    open_scene(&other, copy, 3);
    expect_pages(&other);
    ledger_close(other.ledger);
    scratch_remove(copy);
    end(&scene);
}

Test(kept_markers, k5_damage_is_found, .timeout = 300)
{
    static const long damages[] = {40, 65536, 65536 + 100 * 96 + 80};
    char file[SCRATCH_PATH * 2], aside[SCRATCH_PATH * 2 + 8];
    struct scene scene;

    begin(&scene, 0, 2);
    post(&scene, FOR_A_PIECE);
    cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
    ledger_close(scene.ledger);
    piece_at(scene.path, file);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        flip(file, damages[i]);
        refuses(scene.path);
        flip(file, damages[i]);
    }
    (void)snprintf(aside, sizeof aside, "%s.gone", file);
    cr_assert_eq(rename(file, aside), 0);
    refuses(scene.path);
    cr_assert_eq(rename(aside, file), 0);
    open_scene(&scene, scene.path, 1);
    expect_pages(&scene);
    end(&scene);
}
