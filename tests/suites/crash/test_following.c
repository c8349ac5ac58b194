/* test_following.c - a program that follows the changes of a ledger while it is closed and opened
 * again gets each change exactly once.
 *
 * The position of a change has an order among changes of one timestamp. That of an expiry hangs on
 * nothing but the strands of its accounts (timeouts.h, D8), so an opening does not change it.
 *
 *   F1  expiries are told once each, wherever a follower was when the ledger was closed
 *   F2  the history is as it was, with all positions: after a checkpoint, and after each opening
 *   F3  also of holds that are in a file of their own */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ledger.h"
#include "support/random.h"
#include "support/scratch.h"

enum { ACCOUNTS = 8, BATCH = 4096, PAGE = 1 << 15 };

static uint64_t now;

static quipu_ledger *open_under(quipu_protocol protocol, const char *path)
{
    const quipu_options options = {.path = path,
                                   .protocol = protocol,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 18,
                                   .checkpoint_bytes = UINT64_MAX,
                                   .clock = ledger_clock,
                                   .clock_context = &now};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    return ledger;
}

static quipu_ledger *open_at(const char *path)
{
    return open_under(QUIPU_OPTIMISTIC, path);
}

static void make_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (size_t i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account(1 + i);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, ACCOUNTS, results), QUIPU_OK);
}

static void post(quipu_ledger *ledger, quipu_transfer transfer)
{
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &transfer, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

/* --- F1 --- */

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

struct pair_of_holds {
    uint64_t credit;                /* hold 10 is from account 1 to this one; hold 11 from 3 to 4 */
    uint32_t timeout, next_timeout; /* of hold 10, and of hold 11, which is a second younger */
};

/* They expire in the order 11, 10. The program is told of `before` of them, then the ledger is
 * opened anew: from the log, or from a checkpoint. */
static void check_told(const struct pair_of_holds *pair, unsigned before, bool from_checkpoint)
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
    post(ledger, a_hold(10, 1, pair->credit, 5, pair->timeout));
    now += SECOND;
    post(ledger, a_hold(11, 3, 4, 5, pair->next_timeout));
    now += 100 * SECOND;
    post(ledger, a_transfer(12, 4, 5, 1)); /* its own accounts' hold comes first */
    follow(ledger, &at, before, told);
    now += SECOND;
    if (from_checkpoint) cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
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

static void check_both_are_told(struct pair_of_holds pair)
{
    for (unsigned before = 0; before <= 2; before++) {
        check_told(&pair, before, false);
        check_told(&pair, before, true);
    }
}

Test(following, expiries_in_order_are_told_once_across_an_opening)
{
    check_both_are_told((struct pair_of_holds){2, 20, 10});
}

Test(following, expiries_of_one_timestamp_are_told_once_across_an_opening)
{
    check_both_are_told((struct pair_of_holds){2, 20, 19});
}

Test(following, an_expiry_that_came_out_of_order_is_told_once_across_an_opening)
{
    check_both_are_told((struct pair_of_holds){2, 20, 40});
}

/* Hold 11 comes before hold 10, at the same timestamp, though its debit account has a later place.
 */
Test(following, expiries_of_one_account_are_told_once_across_an_opening)
{
    check_both_are_told((struct pair_of_holds){3, 20, 40});
}

/* --- F2 and F3 --- */

struct history {
    quipu_change *changes;
    size_t count, shared; /* of these, expiries that have the timestamp of the change before */
};

/* Positions rise, and on each account versions do. */
static void check_order(const struct history *history)
{
    uint64_t versions[ACCOUNTS + 1] = {0};

    for (size_t i = 0; i < history->count; i++) {
        const quipu_change *change = &history->changes[i], *before = change - 1;
        uint64_t *debit = &versions[(size_t)change->debit.id];
        uint64_t *credit = &versions[(size_t)change->credit.id];

        cr_assert(i == 0 || change->timestamp > before->timestamp ||
                      (change->timestamp == before->timestamp && change->order > before->order),
                  "change %zu", i);
        cr_assert_eq(change->debit_version, ++*debit, "change %zu", i);
        if (change->type == QUIPU_CHANGE_ACCOUNT) continue;
        cr_assert_eq(change->credit_version, ++*credit, "change %zu", i);
    }
}

/* All that happened so far, in pages of this size. */
static struct history read_history(quipu_ledger *ledger, uint32_t page)
{
    struct history history = {.count = 0};
    quipu_change_filter filter = {.limit = page};
    size_t room = 0, count;

    do {
        if (room < history.count + page) {
            room = 2 * (history.count + page);
            history.changes = realloc(history.changes, room * sizeof *history.changes);
            cr_assert_not_null(history.changes);
        }
        cr_assert_eq(
            quipu_get_changes(ledger, &filter, history.changes + history.count, page, &count, NULL),
            QUIPU_OK);
        history.count += count;
        if (history.count == 0) break;
        filter.after_timestamp = history.changes[history.count - 1].timestamp;
        filter.after_order = history.changes[history.count - 1].order;
    } while (count == page);
    for (size_t i = 1; i < history.count; i++) {
        const quipu_change *change = &history.changes[i];

        if (change->type != QUIPU_CHANGE_PENDING_EXPIRED) continue;
        history.shared += change->timestamp == (change - 1)->timestamp;
    }
    check_order(&history);
    return history;
}

/* Does the ledger's history begin with this one? Forgets this one. */
static void check_goes_on(quipu_ledger *ledger, struct history *was, uint32_t page)
{
    struct history is = read_history(ledger, page);

    cr_assert_geq(is.count, was->count);
    for (size_t i = 0; i < was->count; i++) {
        cr_assert(memcmp(&is.changes[i], &was->changes[i], sizeof is.changes[i]) == 0,
                  "change %zu of %zu", i, was->count);
    }
    free(is.changes);
    free(was->changes);
}

static uint64_t an_account_but(struct random *random, uint64_t other)
{
    uint64_t id = 1 + random_below(random, ACCOUNTS - 1);

    return id < other ? id : id + 1;
}

/* Holds of many accounts, of which some are voided and most expire, a slice at a time. */
static void make_traffic(quipu_ledger *ledger, struct random *random, quipu_uint128 *id)
{
    quipu_transfer events[6];
    quipu_result results[6];

    for (unsigned round = 0; round < 40; round++) {
        now += random_below(random, 3) * SECOND;
        for (size_t i = 0; i < 6; i++) {
            uint64_t debit = 1 + random_below(random, ACCOUNTS);
            uint64_t credit = an_account_but(random, debit);
            uint32_t timeout = 1 + (uint32_t)random_below(random, 9);

            events[i] = a_hold(++*id, debit, credit, 5, timeout);
            if (random_below(random, 8) == 0) events[i] = a_void(*id, *id - 9);
        }
        cr_assert_eq(quipu_create_transfers(ledger, events, 6, results), QUIPU_OK);
    }
}

EVERY_PROTOCOL(following, positions_are_the_same_after_each_opening)
{
    struct random random = {7};
    struct history history = {.count = 0};
    quipu_uint128 id = 10;
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;

    scratch_make(path);
    now = NOON;
    ledger = open_under(protocols[*protocol_index], path);
    make_accounts(ledger);
    for (unsigned openings = 0; openings < 6; openings++) {
        make_traffic(ledger, &random, &id);
        history = read_history(ledger, 15);
        if (openings % 3 != 0) {
            cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
            check_goes_on(ledger, &history, PAGE);
            history = read_history(ledger, PAGE);
        }
        cr_assert_eq(quipu_close(ledger), QUIPU_OK);
        ledger = open_under(protocols[*protocol_index], path);
        cr_expect_gt(history.shared, 10 * openings);
        check_goes_on(ledger, &history, 31);
    }
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}

/* So many holds to account 1, all with a shorter time-out than one that is made afterwards. */
static void post_holds(quipu_ledger *ledger, uint64_t count)
{
    static quipu_transfer events[BATCH];
    static quipu_result results[BATCH];

    for (uint64_t i = 0; i < count; i += BATCH) {
        for (uint64_t j = 0; j < BATCH; j++)
            events[j] = a_hold(10 + i + j, 2 + (i + j) % 4, 1, 1, 20);
        cr_assert_eq(quipu_create_transfers(ledger, events, BATCH, results), QUIPU_OK);
        cr_assert_eq(results[BATCH - 1].status, QUIPU_CREATED);
    }
}

/* The youngest hold expires first. So all others have its timestamp, one behind the other. */
Test(following, positions_are_kept_by_files_of_their_own)
{
    const uint64_t count = 17 * BATCH;
    char path[SCRATCH_PATH], piece[SCRATCH_PATH + 20];
    struct history history;
    quipu_ledger *ledger;

    scratch_make(path);
    (void)snprintf(piece, sizeof piece, "%s/holds.%012x", path, 0U);
    now = NOON;
    ledger = open_at(path);
    make_accounts(ledger);
    now += SECOND;
    post_holds(ledger, count);
    post(ledger, a_hold(8, 6, 1, 1, 40));
    now += 100 * SECOND;
    post(ledger, a_transfer(9, 6, 7, 1)); /* its own accounts' hold comes first */
    now += SECOND;
    history = read_history(ledger, PAGE);
    cr_expect_eq(history.shared, count);
    cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
    cr_assert_eq(access(piece, F_OK), 0);
    check_goes_on(ledger, &history, PAGE);
    history = read_history(ledger, PAGE);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    ledger = open_at(path);
    check_goes_on(ledger, &history, PAGE);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}
