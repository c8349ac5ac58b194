/* test_slot.c - an account as callers see it: what never changes is the slot's. */
#include <criterion/criterion.h>
#include <string.h>

#include "quipu/quipu.h"
#include "records/accounts.h"

static struct slot a_slot(uint16_t flags)
{
    struct slot slot = {
        .id = (quipu_uint128)1 << 100 | 1,
        .ledger = 2,
        .code = 3,
        .flags = flags,
        .user_data_128 = (quipu_uint128)1 << 90 | 4,
        .user_data_64 = 5,
        .user_data_32 = 6,
    };

    accounts_settle(&slot, 7);
    return slot;
}

Test(slot, shows_the_account)
{
    struct slot slot = a_slot(QUIPU_ACCOUNT_HISTORY);
    struct account_state state = {
        .balance = {11, 12, 13, 14, .version = 15, .closed = 0}, .head = 16, .touched = 17};
    quipu_account expected = {
        .id = slot.id,
        .debits_pending = 11,
        .debits_posted = 12,
        .credits_pending = 13,
        .credits_posted = 14,
        .user_data_128 = slot.user_data_128,
        .user_data_64 = 5,
        .user_data_32 = 6,
        .ledger = 2,
        .code = 3,
        .flags = QUIPU_ACCOUNT_HISTORY,
        .timestamp = 7,
    };
    quipu_account seen;

    memset(&seen, 0xA5, sizeof seen);
    quipui_slot_view(&slot, &state, &seen);
    cr_assert_eq(memcmp(&seen, &expected, sizeof seen), 0, "every byte, reserved ones too");
    state.balance.closed = 1;
    quipui_slot_view(&slot, &state, &seen);
    cr_assert_eq(seen.flags, QUIPU_ACCOUNT_HISTORY | QUIPU_ACCOUNT_CLOSED);
    cr_assert_eq(slot.flags, QUIPU_ACCOUNT_HISTORY, "the slot is as created");
}

Test(slot, is_a_party)
{
    struct slot slot = a_slot(QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    struct balance balance = {0};
    struct party party = slot_party(&slot, &balance);

    cr_assert_eq(party.balance, &balance);
    cr_assert_eq(party.created, 7);
    cr_assert_eq(party.ledger, 2);
    cr_assert_eq(party.flags, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
}

/* Slots are in order of timestamp, so a timestamp is found by halves: any number of accounts. */
Test(accounts, know_their_timestamps)
{
    enum { COUNT = 40 };
    struct accounts accounts;

    cr_assert(quipui_accounts_open(&accounts, COUNT));
    cr_assert(region_ensure(&accounts.slots, COUNT * sizeof(struct slot)));
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
    quipui_accounts_close(&accounts);
}
