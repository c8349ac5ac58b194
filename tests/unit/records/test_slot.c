/* test_slot.c - an account as callers see it: what never changes is the slot's. */
#include <criterion/criterion.h>
#include <string.h>

#include "quipu/quipu.h"
#include "records/accounts.h"

enum { COUNT = 40 };

static struct accounts accounts;

static void start(void)
{
    cr_assert(quipui_accounts_open(&accounts, COUNT));
    cr_assert(quipui_accounts_grow(&accounts, COUNT));
}

static void finish(void)
{
    quipui_accounts_close(&accounts);
}

TestSuite(slot, .init = start, .fini = finish);
TestSuite(accounts, .init = start, .fini = finish);

static const quipu_account given = {
    .id = (quipu_uint128)1 << 100 | 1,
    .user_data_128 = (quipu_uint128)1 << 90 | 4,
    .user_data_64 = 5,
    .user_data_32 = 6,
    .ledger = 2,
    .code = 3,
};

/* The slot at a place, filled from what a caller gives. */
static struct slot *a_slot(uint64_t place, quipu_account account)
{
    struct slot *slot = slot_at(&accounts, place);

    quipui_account_fill(&accounts, slot, &account);
    accounts_settle(slot, 7);
    return slot;
}

static void check_view(struct slot *slot, quipu_account expected)
{
    struct account_state state = {
        .balance = {11, 12, 13, 14, .version = 15, .closed = 0}, .head = 16, .touched = 17};
    quipu_account seen;

    expected.debits_pending = 11;
    expected.debits_posted = 12;
    expected.credits_pending = 13;
    expected.credits_posted = 14;
    expected.timestamp = 7;
    memset(&seen, 0xA5, sizeof seen);
    quipui_account_view(&accounts, slot, &state, &seen);
    cr_assert_eq(memcmp(&seen, &expected, sizeof seen), 0, "every byte, reserved ones too");
    state.balance.closed = 1;
    expected.flags |= QUIPU_ACCOUNT_CLOSED;
    quipui_account_view(&accounts, slot, &state, &seen);
    cr_assert_eq(memcmp(&seen, &expected, sizeof seen), 0);
}

Test(slot, shows_the_account)
{
    quipu_account account = given;

    account.flags = QUIPU_ACCOUNT_HISTORY;
    for (uint64_t place = 0; place < 3; place++) {
        struct slot *slot = a_slot(place, account);

        check_view(slot, account);
        cr_assert_eq(slot_flags(slot), QUIPU_ACCOUNT_HISTORY, "the slot is as created");
        account.user_data_64++;
    }
}

/* User data of any width is kept, and an account without any leaves the details alone: also at a
 * place where one had some that was never settled. */
Test(slot, has_user_data_or_none)
{
    quipu_account account = given;

    for (uint64_t bits = 0; bits < 8; bits++) {
        account.user_data_128 = (bits & 1) != 0 ? given.user_data_128 : 0;
        account.user_data_64 = (bits & 2) != 0 ? given.user_data_64 : 0;
        account.user_data_32 = (bits & 4) != 0 ? given.user_data_32 : 0;
        check_view(a_slot(bits, account), account);
        cr_assert_eq(load_relaxed(&accounts.have_user_data), bits > 0);
    }
    check_view(a_slot(7, account), account);
    account.user_data_128 = account.user_data_64 = account.user_data_32 = 0;
    check_view(a_slot(7, account), account);
    cr_assert_eq(slot_user_data(&accounts, slot_at(&accounts, 7)), &quipui_details_none);
}

Test(slot, is_a_party)
{
    struct balance balance = {0};
    quipu_account account = given;
    struct party party;

    account.flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    party = slot_party(a_slot(0, account), &balance);
    cr_assert_eq(party.balance, &balance);
    cr_assert_eq(party.created, 7);
    cr_assert_eq(party.ledger, 2);
    cr_assert_eq(party.flags & ~SLOT_HAS_USER_DATA, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
}

/* Slots are in order of timestamp, so a timestamp is found by halves: any number of accounts. */
Test(accounts, know_their_timestamps)
{
    for (uint64_t count = 0; count <= COUNT; count++) {
        for (uint64_t timestamp = 0; timestamp <= 3 * COUNT + 3; timestamp++) {
            bool expected = timestamp % 3 == 0 && timestamp >= 3 && timestamp / 3 <= count;

            cr_assert_eq(quipui_accounts_have_timestamp(&accounts, timestamp), expected,
                         "%llu of %llu", (unsigned long long)timestamp, (unsigned long long)count);
        }
        if (count == COUNT) break;
        accounts_settle(slot_at(&accounts, count), 3 * (count + 1));
        accounts_set_count(&accounts, count + 1);
        cr_assert_eq(accounts_count(&accounts), count + 1);
    }
}
