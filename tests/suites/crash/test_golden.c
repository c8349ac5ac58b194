/* test_golden.c - directories that earlier versions wrote open for ever, under every protocol.
 *
 * tests/suites/crash/golden/N/ was written by the N-th version of the format: a journal of two
 * openings with a checkpoint between, and every kind of change before and after it; in 2 also a
 * history that is long enough for markers; 3, packed by `tar -cJf`, has so many transfers and holds
 * that pieces of both are in files, and in one of them a hold that stands. In it is what story()
 * tells; that is told to a ledger in memory, too, and both must say the same.
 *
 * QUIPU_GOLDEN=DIR writes such a directory: for a new version of the format, and only then. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/directory.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { ACCOUNTS = 5, IDS = 400, PAGE = 64, FIRST_OF_MANY = 100000, CALL = 7000 };

/* What is there, how many transfers made its history long, and how many of them in a call. */
static const struct golden {
    const char *path;
    int many, in_call;
} goldens[] = {{"tests/suites/crash/golden/1", 0, 1},
               {"tests/suites/crash/golden/2", 700, 1},
               {"tests/suites/crash/golden/3.tar.xz", 20 * CALL, CALL}};

/* What is written today. */
static const struct golden *const newest = &goldens[sizeof goldens / sizeof *goldens - 1];

struct teller {
    quipu_ledger *ledger;
    uint64_t now;
    quipu_uint128 next;
};

static void tell(struct teller *teller, quipu_transfer event, uint32_t outcome)
{
    quipu_result result;

    teller->now += SECOND / 100;
    cr_assert_eq(quipu_create_transfers(teller->ledger, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, outcome, "%s", quipu_create_transfer_text(result.status));
}

/* Every kind of change, among five accounts; account 1 may not be overdrawn. */
static void tell_all(struct teller *teller)
{
    quipu_uint128 id = teller->next;
    quipu_transfer chain[2] = {a_transfer(id, 2, 3, 4), a_transfer(id + 1, 3, 4, 5)};
    quipu_transfer closing = a_hold(id + 11, 5, 2, 0, 0);
    quipu_result results[2];

    chain[0].flags = QUIPU_TRANSFER_LINKED;
    closing.flags |= QUIPU_TRANSFER_CLOSING_DEBIT;
    teller->now += SECOND;
    cr_assert_eq(quipu_create_transfers(teller->ledger, chain, 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    tell(teller, a_transfer(id + 2, 2, 1, 50), QUIPU_CREATED);
    tell(teller, a_transfer(id + 3, 1, 2, 10), QUIPU_CREATED);
    tell(teller, a_transfer(id + 4, 1, 2, 1000), QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    tell(teller, a_hold(id + 5, 2, 3, 7, 1), QUIPU_CREATED);    /* expires */
    tell(teller, a_hold(id + 6, 3, 4, 8, 0), QUIPU_CREATED);    /* is posted in part */
    tell(teller, a_hold(id + 7, 4, 2, 9, 1000), QUIPU_CREATED); /* is voided */
    tell(teller, a_hold(id + 8, 2, 4, 3, 5000), QUIPU_CREATED); /* stands */
    tell(teller, a_post(id + 9, id + 6, 6), QUIPU_CREATED);
    tell(teller, a_void(id + 10, id + 7), QUIPU_CREATED);
    tell(teller, closing, QUIPU_CREATED);
    teller->now += 2 * SECOND;
    tell(teller, a_transfer(id + 12, 2, 5, 1), QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED);
    tell(teller, a_void(id + 13, id + 11), QUIPU_CREATED);
    tell(teller, a_transfer(id + 14, 2, 5, 1), QUIPU_CREATED);
    teller->next += 16;
}

static void tell_accounts(struct teller *teller)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++) {
        accounts[i] = an_account((quipu_uint128)i + 1);
        accounts[i].user_data_64 = 1000 + (uint64_t)i;
    }
    accounts[0].flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    cr_assert_eq(quipu_create_accounts(teller->ledger, accounts, ACCOUNTS, results), QUIPU_OK);
    cr_assert_eq(results[ACCOUNTS - 1].status, QUIPU_CREATED);
}

/* By themselves they are plain; in calls every other one posts the hold before it. */
static quipu_transfer one_of_many(const struct golden *golden, int i)
{
    quipu_uint128 id = FIRST_OF_MANY + (quipu_uint128)i;

    if (golden->in_call == 1) return a_transfer(id, 3, 4, 1);
    return i % 2 == 0 ? a_hold(id, 3, 4, 1, 0) : a_post(id, id - 1, 1);
}

/* Accounts 3 and 4 get a long history. */
static void tell_many(struct teller *teller, const struct golden *golden)
{
    static quipu_transfer events[CALL];
    static quipu_result results[CALL];

    for (int from = 0; from < golden->many; from += golden->in_call) {
        for (int i = 0; i < golden->in_call; i++)
            events[i] = one_of_many(golden, from + i);
        teller->now += SECOND / 100;
        cr_assert_eq(
            quipu_create_transfers(teller->ledger, events, (size_t)golden->in_call, results),
            QUIPU_OK);
        cr_assert_eq(results[golden->in_call - 1].status, QUIPU_CREATED);
    }
}

static void open_teller(struct teller *teller, const char *path, quipu_protocol protocol)
{
    const quipu_options options = {.protocol = protocol,
                                   .path = path,
                                   .account_capacity = 64,
                                   .transfer_capacity = 1 << 18,
                                   .clock = ledger_clock,
                                   .clock_context = &teller->now};

    cr_assert_eq(quipu_open(&options, &teller->ledger), QUIPU_OK);
}

/* With a path, it is closed and opened in the middle, right after a checkpoint. */
static void story(struct teller *teller, const char *path, const struct golden *golden)
{
    teller->now = NOON;
    teller->next = 1;
    open_teller(teller, path, QUIPU_OPTIMISTIC);
    tell_accounts(teller);
    if (golden->in_call > 1) tell_all(teller); /* before the first piece is full */
    tell_many(teller, golden);
    for (int i = 0; i < 3; i++)
        tell_all(teller);
    if (path != NULL) {
        cr_assert_eq(quipu_checkpoint(teller->ledger), QUIPU_OK);
        tell_all(teller);
        cr_assert_eq(quipu_close(teller->ledger), QUIPU_OK);
        open_teller(teller, path, QUIPU_OPTIMISTIC);
    } else {
        tell_all(teller);
    }
    tell_all(teller);
    teller->now += 10 * SECOND;
}

static void write_golden(const char *path)
{
    const struct directory_options where = {
        .path = path, .segment_bytes = JOURNAL_SEGMENT_BYTES_MIN, .create = true};
    struct directory *directory;
    struct teller teller;

    cr_assert_eq(quipui_directory_open(&where, &directory, NULL), QUIPU_OK);
    quipui_directory_close(directory);
    story(&teller, path, newest);
    cr_assert_eq(quipu_close(teller.ledger), QUIPU_OK);
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t count;

    cr_assert(in != NULL && out != NULL, "%s", from);
    while ((count = fread(bytes, 1, sizeof bytes, in)) > 0)
        cr_assert_eq(fwrite(bytes, 1, count, out), count);
    (void)fclose(in);
    cr_assert_eq(fclose(out), 0);
}

static void copy_all(const char *from, const char *to)
{
    const struct dirent *entry;
    DIR *stream = opendir(from);
    char source[600], copy[600];

    cr_assert_not_null(stream, "%s", from);
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        (void)snprintf(copy, sizeof copy, "%s/%s", to, entry->d_name);
        copy_file(source, copy);
    }
    (void)closedir(stream);
}

static void unpack(const char *packed, const char *to)
{
    char command[SCRATCH_PATH + 700];

    (void)snprintf(command, sizeof command, "tar -xJf '%s' -C '%s'", packed, to);
    cr_assert_eq(system(command), 0, "%s", command);
}

static void put_all(const char *from, const char *to)
{
    if (strstr(from, ".tar.xz") != NULL) {
        unpack(from, to);
    } else {
        copy_all(from, to);
    }
}

static void compare(struct teller *was, struct teller *is)
{
    static quipu_transfer before[IDS], after[IDS];
    static quipu_hold held[IDS], holds[IDS];
    quipu_account accounts[ACCOUNTS], again[ACCOUNTS];
    uint64_t versions[ACCOUNTS], same[ACCOUNTS];
    quipu_uint128 ids[IDS];

    for (int i = 0; i < IDS; i++)
        ids[i] = (quipu_uint128)i + 1;
    cr_assert_eq(quipu_lookup_accounts(was->ledger, ids, ACCOUNTS, accounts, versions), QUIPU_OK);
    cr_assert_eq(quipu_lookup_accounts(is->ledger, ids, ACCOUNTS, again, same), QUIPU_OK);
    cr_assert_eq(memcmp(accounts, again, sizeof accounts), 0);
    cr_assert_eq(memcmp(versions, same, sizeof versions), 0);
    cr_assert_eq(quipu_lookup_transfers(was->ledger, ids, IDS, before, NULL), QUIPU_OK);
    cr_assert_eq(quipu_lookup_transfers(is->ledger, ids, IDS, after, NULL), QUIPU_OK);
    cr_assert_eq(memcmp(before, after, sizeof before), 0);
    cr_assert_eq(quipu_lookup_holds(was->ledger, ids, IDS, held), QUIPU_OK);
    cr_assert_eq(quipu_lookup_holds(is->ledger, ids, IDS, holds), QUIPU_OK);
    cr_assert_eq(memcmp(held, holds, sizeof held), 0);
}

/* A page in the middle of a history. */
static void compare_pages(struct teller *was, struct teller *is)
{
    static quipu_account_balance before[PAGE], after[PAGE];
    const quipu_account_filter filter = {.account_id = 3,
                                         .timestamp_min = NOON + 2 * SECOND,
                                         .limit = PAGE,
                                         .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    size_t count, same;

    cr_assert_eq(quipu_get_account_balances(was->ledger, &filter, before, PAGE, &count), QUIPU_OK);
    cr_assert_eq(quipu_get_account_balances(is->ledger, &filter, after, PAGE, &same), QUIPU_OK);
    cr_assert(count > 0 && count == same);
    cr_assert_eq(memcmp(before, after, count * sizeof *before), 0);
}

/* An id that had failed stays so; what comes next is created. */
static void go_on(struct teller *teller)
{
    tell(teller, a_transfer(5, 2, 3, 1), QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED);
    tell_all(teller);
}

static void check(const char *path, const struct golden *golden, quipu_protocol protocol)
{
    struct teller was, is;

    story(&was, NULL, golden);
    is = was;
    open_teller(&is, path, protocol);
    compare(&was, &is);
    compare_pages(&was, &is);
    go_on(&was);
    go_on(&is);
    compare(&was, &is);
    ledger_close(was.ledger);
    ledger_close(is.ledger);
}

EVERY_PROTOCOL(golden, opens_for_ever)
{
    char path[SCRATCH_PATH];

    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        scratch_make(path);
        put_all(goldens[i].path, path);
        check(path, &goldens[i], protocols[*protocol_index]);
        scratch_remove(path);
    }
}

/* What this version writes is read as what earlier ones wrote. */
Test(golden, is_what_is_written)
{
    const char *asked = getenv("QUIPU_GOLDEN");
    char path[SCRATCH_PATH];

    if (asked != NULL) write_golden(asked);
    scratch_make(path);
    write_golden(path);
    check(path, newest, QUIPU_MUTEX);
    scratch_remove(path);
}
