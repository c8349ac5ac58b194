/* test_following.c - a program that follows the changes of a ledger while it is closed and opened
 * again gets each change exactly once.
 *
 * Disabled, since two cases fail. The order of an expiry among changes of one timestamp is its
 * number among all expiries, in the order in which they took effect. After an opening they have
 * other numbers: by timestamp, and then by hold. So a program may be told of an expiry twice, and
 * not at all of another one of the same timestamp. */
#include "support/ledger.h"
#include "support/scratch.h"

static uint64_t now;

static quipu_ledger *open_at(const char *path)
{
    const quipu_options options = {.path = path,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 10,
                                   .clock = ledger_clock,
                                   .clock_context = &now};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    return ledger;
}

static void make_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[] = {an_account(1), an_account(2), an_account(3), an_account(4)};
    quipu_result results[4];

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 4, results), QUIPU_OK);
}

static void post(quipu_ledger *ledger, quipu_transfer transfer)
{
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &transfer, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

/* Go to the next change after a position. Returns false if there is none. */
static bool next(quipu_ledger *ledger, quipu_change *at)
{
    const quipu_change_filter filter = {
        .after_timestamp = at->timestamp, .after_order = at->order, .limit = 1};
    size_t count;

    cr_assert_eq(quipu_get_changes(ledger, &filter, at, 1, &count, NULL), QUIPU_OK);
    return count == 1;
}

/* Follow from a position until so many expiries were told, or all. told[] counts them by id. */
static void follow(quipu_ledger *ledger, quipu_change *at, unsigned expiries, unsigned *told)
{
    while (expiries > 0 && next(ledger, at)) {
        if (at->type != QUIPU_CHANGE_PENDING_EXPIRED) continue;
        told[(size_t)at->transfer.id]++;
        expiries--;
    }
}

/* Hold 10, between accounts 1 and 2, and hold 11, between 3 and 4, expire in the order 11, 10. The
 * program is told of `before` of them, then the ledger is opened anew. */
static void check_both_are_told(uint32_t timeout, uint32_t other_timeout, unsigned before)
{
    unsigned told[16] = {0};
    quipu_change at = {.type = 0};
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;

    scratch_make(path);
    now = NOON;
    ledger = open_at(path);
    make_accounts(ledger);
    now = NOON + SECOND;
    post(ledger, a_hold(10, 1, 2, 5, timeout));
    now += SECOND;
    post(ledger, a_hold(11, 3, 4, 5, other_timeout));
    now += 100 * SECOND;
    post(ledger, a_transfer(12, 3, 4, 1)); /* its own accounts' hold comes first */
    follow(ledger, &at, before, told);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);

    ledger = open_at(path);
    now += SECOND;
    follow(ledger, &at, 4, told);
    cr_expect_eq(told[10], 1, "hold 10 is told %u times", told[10]);
    cr_expect_eq(told[11], 1, "hold 11 is told %u times", told[11]);
    cr_expect(at.transfer.id == 12, "the last is transfer %u", (unsigned)at.transfer.id);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

/* Nothing is out of order: this holds. */
Test(following, expiries_in_order_are_told_once_across_an_opening)
{
    check_both_are_told(20, 10, 1);
}

Test(following, expiries_of_one_timestamp_are_told_once_across_an_opening, .disabled = true)
{
    check_both_are_told(20, 19, 1);
}

Test(following, an_expiry_that_came_out_of_order_is_told_once_across_an_opening, .disabled = true)
{
    check_both_are_told(20, 40, 2);
}
