/* test_timeouts.c - a pending transfer with a time-out expires exactly when it is due.
 *
 * Due is `timestamp + timeout`: one nanosecond before, every check and every read sees the hold;
 * from then on none does. */
#include "support/twin.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, C, LIMITED };

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, an_account(C), QUIPU_CREATED);
    twin_account(twin, a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
    twin_transfer(twin, a_transfer(1, B, LIMITED, 10), QUIPU_CREATED);
    twin->step = 0;
    twin_pass(twin, SECOND);
}

/* Hold, and say when it is due. */
static uint64_t hold(struct twin *twin, quipu_transfer event)
{
    quipu_transfer stored;

    twin_transfer(twin, event, QUIPU_CREATED);
    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &event.id, 1, &stored, NULL), QUIPU_OK);
    return stored.timestamp + event.timeout * SECOND;
}

EVERY_PROTOCOL(timeouts, are_seen_by_reads_at_the_instant)
{
    struct twin twin;
    uint64_t due, version;

    set_up(&twin, *protocol_index);
    due = hold(&twin, a_hold(2, A, B, 7, 3));
    twin.now = due - 1;
    cr_assert(twin_look(&twin, A, &version).debits_pending == 7);
    cr_assert_eq(version, 2);
    twin_audit(&twin);
    twin.now = due;
    cr_assert(twin_look(&twin, A, &version).debits_pending == 0);
    cr_assert_eq(version, 3, "an expiry is a change");
    cr_assert(twin_look(&twin, B, &version).credits_pending == 0);
    cr_assert_eq(version, 4, "of both accounts");
    twin_close(&twin);
}

/* Each way of reading, as the first to come after the expiry. */
EVERY_PROTOCOL(timeouts, are_seen_by_every_read)
{
    struct twin twin;
    quipu_query_filter filter = {.limit = 10};
    quipu_account accounts[10];
    size_t count;
    uint64_t version;

    set_up(&twin, *protocol_index);
    twin.now = hold(&twin, a_hold(2, A, B, 7, 3));
    cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, accounts, 10, &count), QUIPU_OK);
    cr_assert(accounts[0].debits_pending == 0 && accounts[1].credits_pending == 0);

    twin_pass(&twin, SECOND);
    twin.now = hold(&twin, a_hold(3, A, B, 7, 3));
    twin_audit(&twin); /* lookups, histories, queries and a snapshot */

    twin_pass(&twin, SECOND);
    twin.now = hold(&twin, a_hold(4, A, B, 7, 3));
    cr_assert(ledger_account(twin.ledger, B, &version).credits_pending == 0);
    cr_assert_eq(version, 2 + 3 * 2);
    twin_close(&twin);
}

EVERY_PROTOCOL(timeouts, are_seen_by_checks_at_the_instant)
{
    struct twin twin;
    uint64_t due;

    set_up(&twin, *protocol_index);
    due = hold(&twin, a_hold(2, LIMITED, B, 10, 1));
    twin.now = due - 1;
    twin_transfer(&twin, a_transfer(3, LIMITED, C, 1), IS(EXCEEDS_CREDITS));
    twin.now = due;
    twin_transfer(&twin, a_transfer(4, LIMITED, C, 10), QUIPU_CREATED);

    twin_transfer(&twin, a_transfer(5, C, LIMITED, 10), QUIPU_CREATED);
    twin_pass(&twin, SECOND);
    due = hold(&twin, a_hold(6, LIMITED, B, 10, 1));
    twin.now = due;
    twin_transfer(&twin, a_flagged_transfer(7, LIMITED, B, 99, QUIPU_TRANSFER_BALANCING_DEBIT),
                  QUIPU_CREATED);
    cr_assert(twin_look(&twin, LIMITED, NULL).debits_posted == 20);
    twin_close(&twin);
}

/* All that LIMITED has is held, until the instant after the next; when is that? */
static uint64_t hold_until_next(struct twin *twin)
{
    uint64_t due = hold(twin, a_hold(2, LIMITED, B, 10, 1));

    twin->now = due - 1;
    return due;
}

/* A batch has as many instants as events: the hold is there for the first, not for the second. */
EVERY_PROTOCOL(timeouts, fall_between_the_events_of_a_batch)
{
    struct twin twin;
    quipu_transfer events[2] = {a_transfer(3, LIMITED, C, 1), a_transfer(4, LIMITED, C, 1)};
    quipu_result results[2];

    set_up(&twin, *protocol_index);
    (void)hold_until_next(&twin);
    twin_transfers(&twin, events, 2, results);
    cr_assert_eq(results[0].status, IS(EXCEEDS_CREDITS));
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    twin_close(&twin);
}

/* The same within a chain, which then fails: the expiry stays. */
EVERY_PROTOCOL(timeouts, outlive_a_broken_chain)
{
    struct twin twin;
    quipu_transfer events[3] = {
        a_flagged_transfer(3, A, B, 1, QUIPU_TRANSFER_LINKED),
        a_flagged_transfer(4, LIMITED, C, 10, QUIPU_TRANSFER_LINKED),
        a_transfer(5, A, A, 1),
    };
    quipu_result results[3];

    set_up(&twin, *protocol_index);
    (void)hold_until_next(&twin);
    twin_transfers(&twin, events, 3, results);
    cr_assert_eq(results[2].status, IS(ACCOUNTS_MUST_BE_DIFFERENT), "4 found the funds free");
    twin_audit(&twin);
    twin_pass(&twin, SECOND);
    twin_transfer(&twin, a_transfer(6, LIMITED, C, 10), QUIPU_CREATED);
    twin_close(&twin);
}

/* Both legs of a chain are at instants that have the hold, or both are at instants that do not. */
EVERY_PROTOCOL(timeouts, do_not_fall_between_the_legs_of_a_chain)
{
    struct twin twin;
    quipu_transfer events[2] = {a_flagged_transfer(3, B, LIMITED, 1, QUIPU_TRANSFER_LINKED),
                                a_transfer(4, A, LIMITED, 1)};
    quipu_result results[2];
    uint64_t due;

    set_up(&twin, *protocol_index);
    due = hold_until_next(&twin);
    twin_transfers(&twin, events, 2, results);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    cr_assert_geq(results[0].timestamp, due);
    cr_assert(twin_look(&twin, LIMITED, NULL).debits_pending == 0);
    twin_close(&twin);
}

EVERY_PROTOCOL(timeouts, decide_a_post_and_a_void)
{
    struct twin twin;
    quipu_uint128 id = 10;

    set_up(&twin, *protocol_index);
    for (int before = 0; before < 2; before++) {
        for (int voids = 0; voids < 2; voids++) {
            uint64_t due = hold(&twin, a_hold(id, A, B, 5, 2));

            twin.now = due - (uint64_t)before;
            twin_transfer(&twin, voids ? a_void(id + 1, id) : a_post(id + 1, id, 5),
                          before ? QUIPU_CREATED : IS(PENDING_TRANSFER_EXPIRED));
            /* What was resolved in time does not expire. */
            twin.now = due + SECOND;
            twin_audit(&twin);
            twin_transfer(&twin, a_post(id + 2, id, 5),
                          before ? (voids ? IS(PENDING_TRANSFER_ALREADY_VOIDED)
                                          : IS(PENDING_TRANSFER_ALREADY_POSTED))
                                 : IS(PENDING_TRANSFER_EXPIRED));
            twin_pass(&twin, SECOND);
            id += 10;
        }
    }
    twin_close(&twin);
}

/* Many holds on one account, due in another order than they were made, and some together. */
EVERY_PROTOCOL(timeouts, come_one_by_one)
{
    static const uint32_t seconds[] = {5, 3, 9, 3, 0, 1, 7, 2, 8, 4};
    enum { COUNT = sizeof(seconds) / sizeof(seconds[0]) };
    struct twin twin;
    uint64_t start;
    quipu_transfer events[COUNT];
    quipu_result results[COUNT];

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < COUNT; i++) {
        events[i] = a_hold(10 + i, A, i % 2 ? B : C, (quipu_uint128)1 << i, seconds[i]);
    }
    twin_transfers(&twin, events, COUNT, results);
    start = twin.now;
    for (uint64_t t = 1; t <= 10; t++) {
        twin.now = start + t * SECOND - 1;
        twin_audit_accounts(&twin);
        for (uint64_t i = 0; i < COUNT; i++) {
            twin.now = start + t * SECOND + i;
            twin_audit_accounts(&twin);
        }
        if (t == 4) twin_transfer(&twin, a_void(100, 16), QUIPU_CREATED);
    }
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 1 << 4, "no time-out: never due");
    twin_close(&twin);
}

/* An account that nobody touches for long catches up at once. */
EVERY_PROTOCOL(timeouts, may_have_passed_long_ago)
{
    struct twin twin;
    uint64_t version;

    set_up(&twin, *protocol_index);
    for (unsigned i = 0; i < 50; i++) {
        twin_transfer(&twin, a_hold(10 + i, A, i % 2 ? B : C, 1 + i, 1 + i % 7), QUIPU_CREATED);
    }
    twin_pass(&twin, 1000 * SECOND);
    twin_transfer(&twin, a_transfer(100, B, C, 1), QUIPU_CREATED);
    (void)twin_look(&twin, A, &version);
    cr_assert_eq(version, 1 + 50 + 50);
    twin_close(&twin);
}

/* The balances after a transfer show expiries that came before it; an expiry has no entry. */
EVERY_PROTOCOL(timeouts, show_in_the_balances_that_follow)
{
    struct twin twin;
    quipu_account_filter filter = {.account_id = A, .limit = 9, .flags = QUIPU_FILTER_DEBITS};
    quipu_account_balance got[9];
    size_t count;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(2, A, B, 1), QUIPU_CREATED);
    twin_pass(&twin, SECOND);
    twin.now = hold(&twin, a_hold(3, A, B, 7, 3)) + 5;
    twin_transfer(&twin, a_transfer(4, A, B, 2), QUIPU_CREATED);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, &filter, got, 9, &count), QUIPU_OK);
    cr_assert_eq(count, 3);
    cr_assert(got[1].debits_pending == 7 && got[1].debits_posted == 1);
    cr_assert(got[2].debits_pending == 0 && got[2].debits_posted == 3);
    twin_close(&twin);
}

EVERY_PROTOCOL(timeouts, may_be_as_long_as_they_come)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(2, A, B, 7, UINT32_MAX), QUIPU_CREATED);
    twin_pass(&twin, UINT32_MAX * SECOND - 1);
    twin_transfer(&twin, a_post(3, 2, 1), QUIPU_CREATED);
    /* A clock is believed up to 2^63 - 2^56 ns, which is 72,057,594 seconds less. */
    twin.now = INT64_MAX - (UINT64_C(1) << 56) - 4 * SECOND;
    twin_transfer(&twin, a_hold(4, A, B, 7, 72057599), IS(OVERFLOWS_TIMEOUT));
    twin_transfer(&twin, a_hold(5, A, B, 7, 72057598), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(6, A, B, 7, 3), QUIPU_CREATED);
    twin_pass(&twin, 3 * SECOND);
    twin_close(&twin);
}
