/* test_balancing.c - a balancing transfer moves what there is, up to its amount. */
#include "support/twin.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { OTHER = 1, FUNDED = 2, FIRST = 100 };
enum {
    DEBIT = QUIPU_TRANSFER_BALANCING_DEBIT,
    CREDIT = QUIPU_TRANSFER_BALANCING_CREDIT,
    HOLD = QUIPU_TRANSFER_PENDING
};

static quipu_transfer stored(struct twin *twin, quipu_uint128 id)
{
    quipu_transfer transfer;

    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    return transfer;
}

/* One row: what the account has and has spent, the amount asked for, and what is moved. */
static const struct {
    quipu_uint128 funds, pending_funds, posted, pending, amount, moved;
} rows[] = {
    {0, 0, 0, 0, 5, 0},
    {10, 0, 0, 0, 5, 5},
    {10, 0, 0, 0, 10, 10},
    {10, 0, 0, 0, 11, 10},
    {10, 0, 0, 0, QUIPU_AMOUNT_MAX, 10},
    {10, 0, 0, 0, 0, 0},
    {10, 99, 0, 0, 11, 10}, /* pending credits are no funds */
    {10, 0, 4, 0, 99, 6},
    {10, 0, 0, 4, 99, 6},
    {10, 0, 3, 4, 99, 3},
    {10, 0, 10, 0, 99, 0},
    {10, 0, 11, 0, 99, 0}, /* never less than nothing */
    {10, 0, 6, 6, 99, 0},
    {QUIPU_AMOUNT_MAX, 0, 1, 0, QUIPU_AMOUNT_MAX, QUIPU_AMOUNT_MAX - 1},
};

static void try_row(struct twin *twin, size_t i, bool mirrored, uint16_t more_flags)
{
    quipu_uint128 account = 2 * (FIRST + i) + mirrored, id = 10 * account;
    quipu_uint128 other = account + 10000; /* its own, so that nothing overflows */
    quipu_uint128 from = mirrored ? other : account, to = mirrored ? account : other;
    uint16_t flags = (uint16_t)((mirrored ? CREDIT : DEBIT) | more_flags);

    twin_account(twin, an_account(account), QUIPU_CREATED);
    twin_account(twin, an_account(other), QUIPU_CREATED);
    twin_transfer(twin, a_transfer(id, to, from, rows[i].funds), QUIPU_CREATED);
    if (rows[i].pending_funds != 0) {
        twin_transfer(twin, a_hold(id + 1, to, from, rows[i].pending_funds, 0), QUIPU_CREATED);
    }
    twin_transfer(twin, a_transfer(id + 2, from, to, rows[i].posted), QUIPU_CREATED);
    twin_transfer(twin, a_hold(id + 3, from, to, rows[i].pending, 0), QUIPU_CREATED);
    twin_transfer(twin, a_flagged_transfer(id + 4, from, to, rows[i].amount, flags), QUIPU_CREATED);
    cr_assert(stored(twin, id + 4).amount == rows[i].moved, "row %zu", i);
}

EVERY_PROTOCOL(balancing, moves_what_there_is)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        try_row(&twin, i, false, 0);
        try_row(&twin, i, true, 0);
    }
    twin_close(&twin);
}

EVERY_PROTOCOL(balancing, holds_what_there_is)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        try_row(&twin, i, false, HOLD);
        try_row(&twin, i, true, HOLD);
    }
    twin_close(&twin);
}

/* Both at once: the smaller of the two decides. */
EVERY_PROTOCOL(balancing, of_both_sides_moves_the_smaller)
{
    static const struct {
        quipu_uint128 funds, debts, amount, moved;
    } both[] = {{10, 7, 99, 7}, {7, 10, 99, 7}, {10, 10, 4, 4}, {0, 10, 99, 0}, {10, 0, 99, 0}};
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(OTHER), QUIPU_CREATED);
    for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
        quipu_uint128 from = 10 * (i + 1), to = from + 1, id = 10 * from;

        twin_account(&twin, a_flagged_account(from, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                     QUIPU_CREATED);
        twin_account(&twin, a_flagged_account(to, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS),
                     QUIPU_CREATED);
        twin_transfer(&twin, a_transfer(id, OTHER, from, both[i].funds), QUIPU_CREATED);
        twin_transfer(&twin, a_transfer(id + 1, to, OTHER, both[i].debts), QUIPU_CREATED);
        twin_transfer(&twin, a_flagged_transfer(id + 2, from, to, both[i].amount, DEBIT | CREDIT),
                      QUIPU_CREATED);
        cr_assert(stored(&twin, id + 2).amount == both[i].moved, "row %zu", i);
    }
    twin_close(&twin);
}

/* The record keeps what was moved, so a retry that asks for as much or more is the same event. */
EVERY_PROTOCOL(balancing, may_be_retried_with_as_much_or_more)
{
    static const struct {
        quipu_uint128 amount;
        uint32_t outcome;
    } retries[] = {{10, IS(EXISTS)},
                   {11, IS(EXISTS)},
                   {QUIPU_AMOUNT_MAX, IS(EXISTS)},
                   {9, IS(EXISTS_WITH_DIFFERENT_AMOUNT)},
                   {0, IS(EXISTS_WITH_DIFFERENT_AMOUNT)}};
    static const uint16_t flags[] = {DEBIT, DEBIT | HOLD};
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(OTHER), QUIPU_CREATED);
    twin_account(&twin, an_account(FUNDED), QUIPU_CREATED);
    for (quipu_uint128 id = 10; id < 12; id++) {
        twin_transfer(&twin, a_transfer(id + 10, OTHER, FUNDED, 10), QUIPU_CREATED);
        twin_transfer(&twin, a_flagged_transfer(id, FUNDED, OTHER, 50, flags[id - 10]),
                      QUIPU_CREATED);
        for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
            twin_transfer(&twin,
                          a_flagged_transfer(id, FUNDED, OTHER, retries[i].amount, flags[id - 10]),
                          retries[i].outcome);
        }
    }
    twin_close(&twin);
}

/* A limit on the other side still holds: balancing looks at one account only. */
EVERY_PROTOCOL(balancing, does_not_loosen_the_other_limit)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(OTHER), QUIPU_CREATED);
    twin_account(&twin, an_account(FUNDED), QUIPU_CREATED);
    twin_account(&twin, a_flagged_account(FIRST, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS),
                 QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, OTHER, FUNDED, 10), QUIPU_CREATED);
    twin_transfer(&twin, a_flagged_transfer(2, FUNDED, FIRST, 50, DEBIT), IS(EXCEEDS_DEBITS));
    twin_transfer(&twin, a_flagged_transfer(3, FUNDED, FIRST, 50, DEBIT | CREDIT), QUIPU_CREATED);
    cr_assert(stored(&twin, 3).amount == 0);
    twin_close(&twin);
}

/* Within a chain it sees what the legs before it moved, on its own account too. */
EVERY_PROTOCOL(balancing, follows_other_legs_of_its_chain)
{
    struct twin twin;
    quipu_transfer events[] = {
        a_flagged_transfer(2, FUNDED, OTHER, 23, QUIPU_TRANSFER_LINKED),
        a_flagged_transfer(3, FUNDED, FIRST, 99, QUIPU_TRANSFER_LINKED | DEBIT),
        a_flagged_transfer(4, OTHER, FUNDED, 5, QUIPU_TRANSFER_LINKED),
        a_flagged_transfer(5, FUNDED, FIRST, 3, QUIPU_TRANSFER_LINKED | DEBIT | HOLD),
        a_flagged_transfer(6, FIRST, FUNDED, 99, DEBIT | CREDIT),
    };
    static const quipu_uint128 moved[] = {23, 27, 5, 3, 0};
    quipu_result results[5];

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(OTHER), QUIPU_CREATED);
    twin_account(&twin, an_account(FUNDED), QUIPU_CREATED);
    twin_account(&twin, an_account(FIRST), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, OTHER, FUNDED, 50), QUIPU_CREATED);
    twin_transfers(&twin, events, 5, results);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(results[i].status, QUIPU_CREATED);
        cr_assert(stored(&twin, events[i].id).amount == moved[i], "leg %zu", i);
    }
    twin_close(&twin);
}
