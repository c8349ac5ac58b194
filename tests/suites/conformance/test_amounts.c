/* test_amounts.c - what a transfer moves, and how much may be moved. */
#include "support/twin.h"

#include <string.h>

enum { A = 1, B, C, LIMITED, CAPPED };

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, an_account(C), QUIPU_CREATED);
    twin_account(twin, a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
    twin_account(twin, a_flagged_account(CAPPED, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS),
                 QUIPU_CREATED);
}

EVERY_PROTOCOL(amounts, move_from_debit_to_credit)
{
    struct twin twin;
    quipu_account a, b;
    uint64_t version;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1, A, B, 70), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(2, A, B, 5, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, B, A, 100), QUIPU_CREATED);

    a = twin_look(&twin, A, &version);
    cr_assert(a.debits_posted == 70 && a.debits_pending == 5);
    cr_assert(a.credits_posted == 100 && a.credits_pending == 0);
    cr_assert_eq(version, 4, "three transfers make version 4 of 1");
    b = twin_look(&twin, B, &version);
    cr_assert(b.debits_posted == 100 && b.debits_pending == 0);
    cr_assert(b.credits_posted == 70 && b.credits_pending == 5);
    cr_assert_eq(version, 4);
    (void)twin_look(&twin, C, &version);
    cr_assert_eq(version, 1, "who took no part did not change");
    twin_close(&twin);
}

EVERY_PROTOCOL(amounts, of_zero_are_recorded_and_move_nothing)
{
    struct twin twin;
    quipu_account a;
    uint64_t version;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1, A, B, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(2, LIMITED, CAPPED, 0, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, A, B, 0), QUIPU_CREATE_TRANSFER_EXISTS);
    a = twin_look(&twin, A, &version);
    cr_assert(a.debits_posted == 0);
    cr_assert_eq(version, 2, "recorded is changed");
    twin_close(&twin);
}

/* The most there can be, in one and in two steps, over both halves of the 128 bits. */
EVERY_PROTOCOL(amounts, reach_the_maximum_and_no_further)
{
    struct twin twin;
    const quipu_uint128 low = UINT64_MAX;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1, A, B, QUIPU_AMOUNT_MAX - 1), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(2, A, C, 2), QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED);
    twin_transfer(&twin, a_transfer(2, A, C, 1), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, A, C, 1), QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED);
    twin_transfer(&twin, a_hold(4, A, C, 1, 0), QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED);
    twin_transfer(&twin, a_transfer(5, A, C, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(6, C, B, 2), QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED);

    twin_transfer(&twin, a_transfer(7, LIMITED, C, low), QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    twin_transfer(&twin, a_transfer(8, B, LIMITED, low), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(9, B, LIMITED, 1), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(10, LIMITED, C, low + 2),
                  QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    twin_transfer(&twin, a_transfer(11, LIMITED, C, low + 1), QUIPU_CREATED);
    twin_close(&twin);
}

EVERY_PROTOCOL(amounts, pending_and_posted_share_the_maximum)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(1, A, B, QUIPU_AMOUNT_MAX - 5, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(2, A, C, 6), QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS);
    twin_transfer(&twin, a_transfer(3, C, B, 6), QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS);
    twin_transfer(&twin, a_hold(4, A, C, 6, 0), QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING);
    twin_transfer(&twin, a_hold(5, C, B, 6, 0), QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING);
    twin_transfer(&twin, a_transfer(6, A, B, 5), QUIPU_CREATED);
    twin_transfer(&twin, a_post(7, 1, QUIPU_AMOUNT_MAX), QUIPU_CREATED);
    cr_assert(twin_look(&twin, A, NULL).debits_posted == QUIPU_AMOUNT_MAX);
    twin_close(&twin);
}

/* One row: funds and what was taken of them before, the next amount, and what becomes of it. */
EVERY_PROTOCOL(amounts, respect_limits)
{
    static const struct {
        quipu_uint128 funds, pending_funds, posted, pending, amount;
        bool created;
    } rows[] = {
        {0, 0, 0, 0, 0, true},    {0, 0, 0, 0, 1, false},     {10, 0, 0, 0, 10, true},
        {10, 0, 0, 0, 11, false}, {10, 0, 4, 0, 6, true},     {10, 0, 4, 0, 7, false},
        {10, 0, 0, 4, 6, true},   {10, 0, 0, 4, 7, false},    {10, 0, 3, 4, 3, true},
        {10, 0, 3, 4, 4, false},  {10, 100, 0, 0, 11, false}, {0, 100, 0, 0, 1, false},
        {10, 100, 5, 5, 0, true}, {10, 0, 5, 5, 1, false},
    };
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            quipu_uint128 account = 100 + 2 * i + (quipu_uint128)mirrored, id = 10 * account;
            quipu_uint128 other = mirrored ? account : A, own = mirrored ? A : account;
            uint32_t refused = mirrored ? QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS
                                        : QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
            uint32_t expected = rows[i].created ? QUIPU_CREATED : refused;

            twin_account(
                &twin,
                a_flagged_account(account, mirrored ? QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS
                                                    : QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                QUIPU_CREATED);
            twin_transfer(&twin, a_transfer(id, other, own, rows[i].funds), QUIPU_CREATED);
            twin_transfer(&twin, a_hold(id + 1, other, own, rows[i].pending_funds, 0),
                          QUIPU_CREATED);
            twin_transfer(&twin, a_transfer(id + 2, own, other, rows[i].posted), QUIPU_CREATED);
            twin_transfer(&twin, a_hold(id + 3, own, other, rows[i].pending, 0), QUIPU_CREATED);
            twin_transfer(&twin, a_transfer(id + 4, own, other, rows[i].amount), expected);
            twin_transfer(&twin,
                          a_hold(id + 5, own, other, rows[i].created ? 0 : rows[i].amount, 0),
                          expected);
        }
    }
    twin_close(&twin);
}

EVERY_PROTOCOL(amounts, are_kept_with_every_field)
{
    struct twin twin;
    quipu_transfer event = a_hold(1, A, B, ((quipu_uint128)3 << 64) | 4, 60), got;
    quipu_transfer_versions versions;

    set_up(&twin, *protocol_index);
    event.user_data_128 = ((quipu_uint128)5 << 64) | 6;
    event.user_data_64 = UINT64_MAX;
    event.user_data_32 = UINT32_MAX;
    event.code = UINT16_MAX;
    twin_transfer(&twin, event, QUIPU_CREATED);
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, &event.id, 1, &got, &versions), QUIPU_OK);
    cr_assert_eq(got.timestamp, twin.now);
    got.timestamp = 0;
    cr_assert_eq(memcmp(&got, &event, sizeof(got)), 0);
    cr_assert(versions.debit == 2 && versions.credit == 2);
    twin_close(&twin);
}
