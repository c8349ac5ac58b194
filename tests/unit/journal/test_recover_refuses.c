/* test_recover_refuses.c - logs that contradict themselves, and ledgers that have too little room.
 *
 *   F1  all that is wrong with the entries is QUIPU_CORRUPT, in words that say what
 *   F2  more than there is room for is QUIPU_NO_SPACE; what fits to the last place, fits
 *   F3  each allocation may fail: QUIPU_NO_MEMORY, and nothing is left over
 *   F4  bytes that are no entries do no harm */
#include "support/tables.h"
#include "support/threads.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { ACCOUNTS = 4, LIMITED = 4, FOREIGN = 5 };

static uint64_t now;

/* Three ordinary accounts, a limited one, one of another ledger; and transfers: plain ones 1 to 5,
 * hold 10 posted by 11, hold 20 voided by 21, hold 30 expired, hold 40 closes account 3, failed
 * 50. */
static quipu_ledger *a_ledger(void)
{
    quipu_account accounts[5] = {
        an_account(1), an_account(2), an_account(3),
        a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
        an_account(FOREIGN)};
    quipu_transfer events[11] = {a_transfer(1, 1, 2, 100),
                                 a_transfer(2, 2, LIMITED, 100),
                                 a_transfer(3, LIMITED, 1, 60),
                                 a_hold(10, 1, 2, 50, 0),
                                 a_post(11, 10, 40),
                                 a_hold(20, 2, 1, 50, 0),
                                 a_void(21, 20),
                                 a_hold(30, 1, 2, 5, 1),
                                 a_hold(40, 3, 1, 5, 0),
                                 a_transfer(50, 1, 99, 1),
                                 a_transfer(4, 1, 2, 1)};
    quipu_transfer last = a_transfer(5, 1, 2, 1);
    quipu_result results[11];
    quipu_ledger *ledger;

    now = NOON;
    ledger = ledger_open(QUIPU_OPTIMISTIC, &now);
    accounts[4].ledger = 2;
    cr_assert_eq(quipu_create_accounts(ledger, accounts, 5, results), QUIPU_OK);
    events[8].flags |= QUIPU_TRANSFER_CLOSING_DEBIT;
    cr_assert_eq(quipu_create_transfers(ledger, events, 11, results), QUIPU_OK);
    for (size_t i = 0; i < 11; i++)
        cr_assert_eq(results[i].status == QUIPU_CREATED, i != 9, "%zu: %u", i, results[i].status);
    now += 2 * SECOND;
    (void)ledger_account(ledger, 1, NULL); /* 30 expires */
    cr_assert_eq(quipu_create_transfers(ledger, &last, 1, results), QUIPU_OK);
    return ledger;
}

static struct tables some_tables(void)
{
    quipu_ledger *ledger = a_ledger();
    struct tables tables;

    tables_take(&tables, ledger, NOON + SECOND);
    ledger_close(ledger);
    return tables;
}

static quipu_status recover(const struct tables *tables, quipu_options options, char words[256])
{
    struct memory_log *log = memory_log_new();
    struct diagnosis diagnosis = {.words = ""};
    quipu_ledger *ledger = NULL;
    struct recovered recovered;
    quipu_status status;

    options.clock = ledger_clock;
    options.clock_context = &now;
    tables_write(tables, 0, tables->count, log, NOON + 3 * SECOND, 100);
    status = tables_recover(&log->log, &options, &ledger, &recovered, &diagnosis);
    if (words != NULL) memcpy(words, diagnosis.words, sizeof diagnosis.words);
    if (status == QUIPU_OK) ledger_close(ledger);
    memory_log_free(log);
    return status;
}

static const quipu_options small = {.account_capacity = 1000, .transfer_capacity = 1000};

/* --- F1 --- */

static struct entry *first(struct tables *tables, enum entry_kind kind)
{
    return &tables->entries[tables_find(tables, kind, 0)];
}

static void lose(struct tables *t, struct entry *entry)
{
    tables_remove(t, (size_t)(entry - t->entries));
}

static void twice(struct tables *t, const struct entry *entry)
{
    struct entry copy = *entry;

    tables_add(t, &copy);
}

static void lost_transfer(struct tables *t)
{
    lose(t, tables_transfer(t, 1));
}
static void lost_post(struct tables *t)
{
    lose(t, tables_transfer(t, 11));
}
static void lost_expiry(struct tables *t)
{
    lose(t, first(t, ENTRY_EXPIRY));
}
static void lost_hold(struct tables *t)
{
    lose(t, tables_transfer(t, 10));
}
static void lost_account(struct tables *t)
{
    lose(t, &t->entries[1]);
}
static void lost_last_account(struct tables *t)
{
    t->entries[4].account[0] = 7;
}
static void lost_limited(struct tables *t)
{
    /* The last place: no hole, but transfers name it. */
    lose(t, &t->entries[4]);
    lose(t, &t->entries[3]);
}
static void transfer_twice(struct tables *t)
{
    twice(t, tables_transfer(t, 1));
}
static void failed_twice(struct tables *t)
{
    twice(t, first(t, ENTRY_FAILED_ID));
}
static void failed_and_stored(struct tables *t)
{
    first(t, ENTRY_FAILED_ID)->id = 1;
}
static void account_twice(struct tables *t)
{
    t->entries[1].record.id = 1;
}
static void place_twice(struct tables *t)
{
    t->entries[1].account[0] = 0;
}
static void accounts_out_of_order(struct tables *t)
{
    t->entries[0].account[0] = 1;
    t->entries[1].account[0] = 0;
}
static void account_against_rules(struct tables *t)
{
    t->entries[0].record.code = 0;
}
static void account_said_imported(struct tables *t)
{
    t->entries[0].origin.drawn = NOON;
}
static void said_imported(struct tables *t)
{
    tables_transfer(t, 1)->origin.drawn = NOON + 9;
}
static void version_twice(struct tables *t)
{
    tables_transfer(t, 2)->version[0] = 2;
}
static void version_too_large(struct tables *t)
{
    tables_transfer(t, 1)->version[0] = 1000;
}
static void version_too_small(struct tables *t)
{
    tables_transfer(t, 1)->version[1] = 1;
}
static void version_huge(struct tables *t)
{
    tables_transfer(t, 1)->version[1] = UINT64_MAX;
}
static void expiry_version(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->version[0] = 2;
}
static void other_expiry(struct tables *t)
{
    struct entry entry = *first(t, ENTRY_EXPIRY);

    entry.version[0]++;
    tables_add(t, &entry);
}
static void expiry_too_early(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->timestamp--;
}
static void expiry_of_resolved(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->id = 10;
}
static void expiry_of_nothing(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->id = 1000;
}
static void expiry_of_plain(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->id = 1;
}
static void expiry_elsewhere(struct tables *t)
{
    first(t, ENTRY_EXPIRY)->account[1] = 2;
}
static void place_unknown(struct tables *t)
{
    tables_transfer(t, 1)->account[0] = 5;
}
static void place_huge(struct tables *t)
{
    tables_transfer(t, 1)->account[1] = UINT64_MAX;
}
static void other_ledger(struct tables *t)
{
    tables_transfer(t, 1)->account[1] = 4;
}
static void same_account(struct tables *t)
{
    tables_transfer(t, 1)->account[1] = 0;
}
static void older_than_account(struct tables *t)
{
    tables_transfer(t, 1)->transfer.timestamp = NOON + 1;
}
static void no_code(struct tables *t)
{
    tables_transfer(t, 1)->transfer.code = 0;
}
static void odd_flags(struct tables *t)
{
    tables_transfer(t, 1)->transfer.flags = 1 << 12;
}
static void odd_post(struct tables *t)
{
    tables_transfer(t, 11)->transfer.flags |= QUIPU_TRANSFER_PENDING;
}
static void posts_more(struct tables *t)
{
    tables_transfer(t, 11)->transfer.amount = 51;
}
static void voids_less(struct tables *t)
{
    tables_transfer(t, 21)->transfer.amount = 49;
}
static void posts_other_code(struct tables *t)
{
    tables_transfer(t, 11)->transfer.code = 7;
}
static void posts_before(struct tables *t)
{
    tables_transfer(t, 11)->transfer.timestamp = tables_transfer(t, 10)->timestamp;
}
static void posts_late(struct tables *t)
{
    tables_transfer(t, 10)->transfer.timeout = 1;
    tables_transfer(t, 11)->transfer.timestamp += SECOND;
}
static void posts_plain(struct tables *t)
{
    tables_transfer(t, 11)->transfer.pending_id = 1;
}
static void posts_nothing(struct tables *t)
{
    tables_transfer(t, 11)->transfer.pending_id = 1000;
}
static void posts_resolved(struct tables *t)
{
    tables_transfer(t, 4)->transfer.pending_id = 10;
    tables_transfer(t, 4)->transfer.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
}
static void posts_elsewhere(struct tables *t)
{
    tables_transfer(t, 11)->account[0] = 2;
}
static void due_too_late(struct tables *t)
{
    tables_transfer(t, 40)->transfer.timeout = UINT32_MAX;
    tables_transfer(t, 40)->transfer.timestamp = INT64_MAX - SECOND;
    tables_transfer(t, 40)->origin.drawn = NOON + 20;
    tables_transfer(t, 40)->transfer.flags |= QUIPU_TRANSFER_IMPORTED;
}
static void over_limit(struct tables *t)
{
    tables_transfer(t, 3)->transfer.amount = 101;
}
static void over_all(struct tables *t)
{
    tables_transfer(t, 1)->transfer.amount = QUIPU_AMOUNT_MAX;
}
static void over_all_pending(struct tables *t)
{
    tables_transfer(t, 40)->transfer.amount = QUIPU_AMOUNT_MAX;
}
static void no_time(struct tables *t)
{
    tables_transfer(t, 1)->transfer.timestamp = 0;
}
static void beyond_time(struct tables *t)
{
    tables_transfer(t, 1)->transfer.timestamp = (uint64_t)INT64_MAX + 1;
}

/* Where two things are wrong ('|'), either may be found first. */
static const struct {
    void (*put)(struct tables *tables);
    const char *words;
} wrongs[] = {
    {lost_transfer, "version 2 of account 1 is missing"},
    {lost_post, "is missing"},
    {lost_expiry, "is missing"},
    {lost_hold, "transfer 11 resolves a pending transfer that is not there"},
    {lost_account, "the account at place 1 is missing"},
    {lost_last_account, "the account at place 4 is missing"},
    {lost_limited, "names an account that is not there"},
    {transfer_twice, "transfer 1 is in the log twice"},
    {failed_twice, "transfer 50 has failed twice"},
    {failed_and_stored, "transfer 1 "},
    {account_twice, "account 1 is in the log twice"},
    {place_twice, "has the place of another"},
    {accounts_out_of_order, "account 1 is older than one that was created before it"},
    {account_against_rules, "account 1 is against the rules"},
    {account_said_imported, "account 1 is against the rules"},
    {said_imported, "transfer 1 is imported and is not"},
    {version_twice, "version 2 of account 2 is there twice"},
    {version_too_large, "version 2 of account 1 is missing"},
    {version_too_small, "version 2 of account 2 is missing"},
    {version_huge, "version 2 of account 2 is missing"},
    {expiry_version, "version 2 of account 1 is there twice"},
    {other_expiry, "transfer 30 expired, and was resolved before"},
    {expiry_too_early, "transfer 30 expired before it was due"},
    {expiry_of_resolved, "transfer 10 expired before it was due"},
    {expiry_of_nothing, "transfer 1000 expired, and was not pending"},
    {expiry_of_plain, "transfer 1 expired, and was not pending"},
    {expiry_elsewhere, "transfer 30 expired, and was not pending between these accounts"},
    {place_unknown, "transfer 1 names an account that is not there"},
    {place_huge, "transfer 1 names an account that is not there"},
    {other_ledger,
     "transfer 1 is between accounts of two ledgers|version 2 of account 2 is missing"},
    {same_account, "transfer 1 is against the rules|version 2 of account 2 is missing"},
    {older_than_account, "transfer 1 is older than its accounts"},
    {no_code, "transfer 1 is against the rules"},
    {odd_flags, "transfer 1 is against the rules"},
    {odd_post, "transfer 11 is against the rules"},
    {posts_more, "transfer 11 posts more than was pending"},
    {voids_less, "transfer 21 voids another amount than was pending"},
    {posts_other_code, "transfer 11 resolves a pending transfer of another code"},
    {posts_before, "transfer 11 resolves a pending transfer of later"},
    {posts_late, "transfer 11 resolves what has expired"},
    {posts_plain, "transfer 11 resolves a transfer that is not pending"},
    {posts_nothing, "transfer 11 resolves a pending transfer that is not there"},
    {posts_resolved, "resolves what was resolved before"},
    {posts_elsewhere, "transfer 11 resolves a pending transfer of other accounts"},
    {due_too_late, "transfer 40 falls due too late"},
    {over_limit, "account 4 is over its limit"},
    {over_all, "is more than its accounts can take"},
    {over_all_pending, "has more than it can take"},
    {no_time, "has no time that there is"},
    {beyond_time, "has no time that there is"},
};

/* Do the words say one of these, which are parted by '|'? */
static bool says(const char *words, const char *expected)
{
    char one[256];

    /* Ends: each turn takes one. */
    while (*expected != '\0') {
        size_t length = strcspn(expected, "|");

        (void)snprintf(one, sizeof one, "%.*s", (int)length, expected);
        if (strstr(words, one) != NULL) return true;
        expected += length + (expected[length] == '|');
    }
    return false;
}

Test(recover_refuses, contradictions)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        for (uint64_t seed = 0; seed < 3; seed++) {
            struct random random = {seed};
            struct tables tables = some_tables();
            char words[256] = "";
            quipu_status status;

            wrongs[i].put(&tables);
            if (seed > 0) tables_shuffle(&tables, &random);
            status = recover(&tables, small, words);
            cr_expect_eq(status, QUIPU_CORRUPT, "%zu: %s", i, wrongs[i].words);
            cr_expect(seed > 0 || says(words, wrongs[i].words), "%zu: %s, not \"%s\"", i, words,
                      wrongs[i].words);
            tables_free(&tables);
        }
    }
}

/* An expiry that was written twice is one. */
Test(recover_refuses, not_what_is_the_same)
{
    struct tables tables = some_tables();
    char words[256] = "";

    twice(&tables, first(&tables, ENTRY_EXPIRY));
    cr_assert_eq(recover(&tables, small, words), QUIPU_OK, "%s", words);
    tables_free(&tables);
}

/* --- F2 --- */

Test(recover_refuses, what_has_no_room)
{
    static const struct {
        uint64_t accounts, transfers, failed_ids;
        quipu_status status;
    } rooms[] = {
        {5, 11, 1, QUIPU_OK},
        {4, 11, 1, QUIPU_NO_SPACE},
        {5, 10, 1, QUIPU_NO_SPACE},
        {6, 12, 2, QUIPU_OK},
    };
    struct tables tables = some_tables();

    twice(&tables, first(&tables, ENTRY_FAILED_ID));
    tables.entries[tables.count - 1].id = 51;
    cr_assert_eq(recover(&tables,
                         (quipu_options){.account_capacity = 5,
                                         .transfer_capacity = 11,
                                         .failed_id_capacity = 1},
                         NULL),
                 QUIPU_NO_SPACE);
    tables_remove(&tables, tables.count - 1);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        const quipu_options options = {.account_capacity = rooms[i].accounts,
                                       .transfer_capacity = rooms[i].transfers,
                                       .failed_id_capacity = rooms[i].failed_ids};
        char words[256] = "";

        cr_expect_eq(recover(&tables, options, words), rooms[i].status, "%zu: %s", i, words);
    }
    tables_free(&tables);
}

/* --- F3 --- */

static uint64_t asked, allowed; /* shared */

static bool refuse(void)
{
    return shared_add(&asked, 1) >= allowed;
}

EVERY_PROTOCOL(recover_refuses, without_memory)
{
    struct tables tables = some_tables();
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = 1000,
                                   .transfer_capacity = 1000};
    quipu_status status = QUIPU_NO_MEMORY;
    unsigned most;

    for (most = 0; status != QUIPU_OK; most++) {
        cr_assert_lt(most, 1000);
        asked = 0;
        allowed = most;
        quipui_memory_refuse = refuse;
        status = recover(&tables, options, NULL);
        quipui_memory_refuse = NULL;
        cr_assert(status == QUIPU_OK || status == QUIPU_NO_MEMORY, "%u: %d", most, (int)status);
    }
    cr_assert_gt(most, 20);
    tables_free(&tables);
}

/* --- F4 --- */

/* Frames of any bytes, and good ones with some bytes changed. */
Test(recover_refuses, any_bytes)
{
    struct tables tables = some_tables();
    struct random random = {3};
    unsigned corrupt = 0, good = 0;

    for (int i = 0; i < 1000; i++) {
        struct memory_log *log = memory_log_new();
        quipu_ledger *ledger = NULL;
        struct recovered recovered;
        quipu_status status;

        tables_write(&tables, 0, tables.count, log, NOON + 3 * SECOND, 100);
        for (uint32_t changes = random_below(&random, 4); changes > 0; changes--) {
            struct memory_frame *frame = &log->frames[random_below(&random, (uint32_t)log->count)];

            if (frame->frame.length == 0) continue;
            frame->bytes[random_below(&random, (uint32_t)frame->frame.length)] =
                (unsigned char)random_next(&random);
        }
        if (random_one_in(&random, 10)) log->damaged = 1 + random_below(&random, 4);
        status = tables_recover(&log->log, &small, &ledger, &recovered, NULL);
        if (status == QUIPU_OK) ledger_close(ledger);
        cr_assert(status == QUIPU_OK || status == QUIPU_CORRUPT || status == QUIPU_NO_SPACE, "%d",
                  (int)status);
        corrupt += status == QUIPU_CORRUPT;
        good += status == QUIPU_OK;
        memory_log_free(log);
    }
    cr_assert_gt(corrupt, 300);
    cr_assert_gt(good, 150);
    tables_free(&tables);
}

/* What the log says goes up as it is. */
Test(recover_refuses, what_the_log_refuses)
{
    static const quipu_status refusals[] = {QUIPU_IO, QUIPU_UNSUPPORTED, QUIPU_NO_MEMORY};

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct memory_log *log = memory_log_new();
        struct diagnosis diagnosis;
        quipu_ledger *ledger = NULL;
        struct recovered recovered;

        log->refuse = refusals[i];
        cr_assert_eq(tables_recover(&log->log, NULL, &ledger, &recovered, &diagnosis), refusals[i]);
        cr_assert_str_eq(diagnosis.words, "cannot be read");
        memory_log_free(log);
    }
}
