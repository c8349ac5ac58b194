/* test_changes.c - what happened, in order, page by page. Every audit of a twin follows all changes
 * (support/follower.h); here is what it does not look at. */
#include "support/follower.h"
#include "support/twin.h"

#include <string.h>

enum { MANY = 32 };

/* All changes at once. */
static size_t all_changes(struct twin *twin, quipu_change *changes, uint64_t *horizon)
{
    const quipu_change_filter filter = {.limit = MANY};
    size_t count;

    cr_assert_eq(quipu_get_changes(twin->ledger, &filter, changes, MANY, &count, horizon),
                 QUIPU_OK);
    return count;
}

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (unsigned i = 1; i <= 3; i++)
        twin_account(twin, an_account(i), QUIPU_CREATED);
}

EVERY_PROTOCOL(changes, say_what_happened)
{
    static const uint32_t types[] = {QUIPU_CHANGE_ACCOUNT,        QUIPU_CHANGE_ACCOUNT,
                                     QUIPU_CHANGE_ACCOUNT,        QUIPU_CHANGE_TRANSFER,
                                     QUIPU_CHANGE_PENDING,        QUIPU_CHANGE_PENDING,
                                     QUIPU_CHANGE_PENDING,        QUIPU_CHANGE_PENDING_POSTED,
                                     QUIPU_CHANGE_PENDING_VOIDED, QUIPU_CHANGE_PENDING_EXPIRED};
    quipu_change changes[MANY];
    uint64_t horizon;
    struct twin twin;
    size_t count;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1, 1, 2, 10), QUIPU_CREATED);
    for (unsigned id = 2; id <= 4; id++)
        twin_transfer(&twin, a_hold(id, 1, 2, 5, id == 4 ? 1 : 0), QUIPU_CREATED);
    twin_transfer(&twin, a_post(5, 2, 3), QUIPU_CREATED);
    twin_transfer(&twin, a_void(6, 3), QUIPU_CREATED);
    twin_transfer(&twin, a_post(7, 3, 1), QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED);
    twin_pass(&twin, SECOND);
    count = all_changes(&twin, changes, &horizon);
    cr_assert_eq(count, sizeof types / sizeof types[0]);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(changes[i].type, types[i], "change %zu", i);
        cr_assert_lt(changes[i].timestamp, horizon);
    }
    cr_assert(changes[7].transfer.id == 5 && changes[7].transfer.amount == 3);
    cr_assert(changes[9].transfer.id == 4, "the expiry names the pending transfer");
    cr_assert_eq(changes[9].timestamp, changes[9].transfer.timestamp + SECOND - 1);
    cr_assert(changes[9].debit.debits_pending == 0 && changes[8].debit.debits_pending == 5);
    twin_close(&twin);
}

/* Holds that fall due at the same instant expire at one timestamp, which a page may cut in two. */
EVERY_PROTOCOL(changes, come_once_on_any_page)
{
    enum { PAIRS = 4 };
    quipu_transfer first[PAIRS], second[PAIRS];
    quipu_result results[2][PAIRS];
    struct follower follower;
    const char *wrong;
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (unsigned i = 0; i < PAIRS; i++) {
        first[i] = a_hold(1 + i, 1 + i % 2, 3, i, 2);
        second[i] = a_hold(100 + i, 1 + i % 2, 3, i, 1);
    }
    twin.step = 0;
    twin_pass(&twin, SECOND);
    twin_transfers(&twin, first, PAIRS, results[0]);
    twin_pass(&twin, results[0][0].timestamp + SECOND - twin.now);
    twin_transfers(&twin, second, PAIRS, results[1]);
    cr_assert_eq(results[0][1].timestamp + SECOND, results[1][1].timestamp, "not due together");
    twin_pass(&twin, 2 * SECOND);
    for (uint32_t page = 1; page <= 5; page++) {
        follower_start(&follower);
        wrong = follower_finish(&follower, twin.ledger, page);
        cr_assert_null(wrong, "pages of %u: %s", page, wrong);
        cr_assert_eq(follower.expiries, 2 * PAIRS);
        cr_assert_eq(follower.transfers, 2 * PAIRS);
        follower_stop(&follower);
    }
    twin_close(&twin);
}

/* An imported record comes when it was imported, not at its timestamp of long ago. */
EVERY_PROTOCOL(changes, tell_imports_when_they_came)
{
    quipu_account account = a_flagged_account(9, QUIPU_ACCOUNT_IMPORTED);
    quipu_transfer event = a_flagged_transfer(1, 9, 1, 5, QUIPU_TRANSFER_IMPORTED);
    struct follower follower;
    struct twin twin;
    size_t count;

    twin_open(&twin, *protocol_index);
    account.timestamp = 10;
    twin_account(&twin, account, QUIPU_CREATED);
    account.id = 1;
    account.timestamp = 20;
    twin_account(&twin, account, QUIPU_CREATED);
    follower_start(&follower);
    cr_assert_null(follower_take(&follower, twin.ledger, FOLLOWER_PAGE, &count));
    cr_assert_eq(count, 2);
    event.timestamp = 30;
    twin_transfer(&twin, event, QUIPU_CREATED);
    cr_assert_null(follower_take(&follower, twin.ledger, FOLLOWER_PAGE, &count));
    cr_assert_eq(count, 1, "an import comes after what was followed before it");
    event.id = 2;
    event.timestamp = 40;
    twin_transfer(&twin, event, QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, 1, 9, 1), QUIPU_CREATED);
    cr_assert_null(follower_finish(&follower, twin.ledger, 1));
    cr_assert_eq(follower.transfers, 3);
    follower_stop(&follower);
    twin_close(&twin);
}

EVERY_PROTOCOL(changes, resume_and_end_where_they_are_told)
{
    quipu_change changes[MANY], part[MANY];
    struct twin twin;
    size_t all, count;

    set_up(&twin, *protocol_index);
    for (unsigned id = 1; id <= 5; id++)
        twin_transfer(&twin, a_transfer(id, 1 + id % 3, 1 + (id + 1) % 3, id), QUIPU_CREATED);
    all = all_changes(&twin, changes, NULL);
    for (size_t from = 0; from < all; from++) {
        quipu_change_filter filter = {.after_timestamp = changes[from].timestamp,
                                      .after_order = changes[from].order,
                                      .timestamp_max = changes[all - 2].timestamp,
                                      .limit = MANY};
        size_t left = from + 1 < all - 1 ? all - 2 - from : 0;

        cr_assert_eq(quipu_get_changes(twin.ledger, &filter, part, MANY, &count, NULL), QUIPU_OK);
        cr_assert_eq(count, left);
        cr_assert_eq(memcmp(part, &changes[from + 1], count * sizeof *part), 0);
    }
    twin_close(&twin);
}

static uint64_t horizon_of(quipu_ledger *ledger)
{
    uint64_t horizon;

    cr_assert_eq(quipu_horizon(ledger, &horizon), QUIPU_OK);
    return horizon;
}

EVERY_PROTOCOL(changes, horizon_follows_the_clock_of_an_idle_ledger)
{
    quipu_transfer event = a_transfer(1, 1, 2, 5);
    quipu_result result;
    struct twin twin;
    uint64_t before;

    set_up(&twin, *protocol_index);
    twin_pass(&twin, SECOND);
    cr_assert_geq(horizon_of(twin.ledger), twin.now);
    before = horizon_of(twin.ledger);
    twin_transfers(&twin, &event, 1, &result);
    cr_assert_geq(result.timestamp, before, "nothing new comes below a horizon");
    cr_assert_gt(horizon_of(twin.ledger), result.timestamp);
    twin_close(&twin);
}

EVERY_PROTOCOL(changes, refuse_filters_that_make_no_sense)
{
    const quipu_change_filter good = {.limit = 1};
    quipu_change_filter filters[] = {good, good, good, good};
    quipu_change change;
    struct twin twin;
    uint64_t horizon;
    size_t count = 7;

    filters[0].limit = 0;
    filters[1].after_timestamp = (uint64_t)INT64_MAX + 1;
    filters[2].timestamp_max = (uint64_t)INT64_MAX + 1;
    filters[3].reserved[8] = 1;
    twin_open(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        cr_assert_eq(quipu_get_changes(twin.ledger, &filters[i], &change, 1, &count, &horizon),
                     QUIPU_INVALID);
        cr_assert_eq(count, 7, "nothing is written");
    }
    cr_assert_eq(quipu_get_changes(twin.ledger, &good, &change, 0, &count, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_changes(twin.ledger, &good, NULL, 1, &count, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_changes(twin.ledger, NULL, &change, 1, &count, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_changes(twin.ledger, &good, &change, 1, NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_changes(NULL, &good, &change, 1, &count, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_horizon(twin.ledger, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_horizon(NULL, &horizon), QUIPU_INVALID);
    cr_assert_eq(quipu_get_changes(twin.ledger, &good, &change, 1, &count, NULL), QUIPU_OK);
    cr_assert_eq(count, 0, "nothing happened in a new ledger");
    twin_close(&twin);
}
