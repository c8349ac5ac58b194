/* test_accounts.c - creating accounts: every outcome, in order of precedence. */
#include "support/twin.h"

#include <string.h>

enum { STORED = 50 };

struct trial {
    quipu_account before, event;
    bool preceded;
};

static const quipu_account stored = {.id = STORED,
                                     .user_data_128 = 128,
                                     .user_data_64 = 64,
                                     .user_data_32 = 32,
                                     .ledger = 7,
                                     .code = 8,
                                     .flags = QUIPU_ACCOUNT_HISTORY};

/* A chain before the event is broken. */
static void fail_chain(struct trial *t)
{
    t->preceded = true;
    t->before = a_flagged_account(0, QUIPU_ACCOUNT_LINKED);
    t->event.flags &= (uint16_t)~QUIPU_ACCOUNT_IMPORTED;
}

static void leave_chain_open(struct trial *t)
{
    t->event.flags |= QUIPU_ACCOUNT_LINKED;
}

static void not_import(struct trial *t)
{
    t->preceded = true;
    t->before = a_flagged_account(0, QUIPU_ACCOUNT_IMPORTED);
    t->event.flags &= (uint16_t)~QUIPU_ACCOUNT_IMPORTED;
}

static void import_alone(struct trial *t)
{
    t->preceded = true;
    t->before = an_account(0);
    t->event.flags |= QUIPU_ACCOUNT_IMPORTED;
}

static void set_timestamp(struct trial *t)
{
    t->preceded = false;
    t->event.flags &= (uint16_t)~QUIPU_ACCOUNT_IMPORTED;
    t->event.timestamp = 1;
}

static void import_at(struct trial *t, uint64_t timestamp)
{
    t->preceded = false;
    t->event.flags |= QUIPU_ACCOUNT_IMPORTED;
    t->event.timestamp = timestamp;
}

static void import_out_of_range(struct trial *t)
{
    import_at(t, (uint64_t)1 << 63);
}

static void import_at_zero(struct trial *t)
{
    import_at(t, 0);
}

static void import_future(struct trial *t)
{
    import_at(t, INT64_MAX);
}

static void set_reserved(struct trial *t)
{
    t->event.reserved = 1;
}

static void set_unknown_flag(struct trial *t)
{
    t->event.flags |= 1 << 6;
}

static void set_last_unknown_flag(struct trial *t)
{
    t->event.flags |= 1 << 15;
}

static void clear_id(struct trial *t)
{
    t->event.id = 0;
}

static void max_id(struct trial *t)
{
    t->event.id = ID_MAX;
}

/* The stored account again, but for the fields from the n-th on, in order of their comparison. */
static void again(struct trial *t, int n)
{
    t->event.id = STORED;
    t->event.timestamp = 0;
    if (n > 0) t->event.flags = stored.flags;
    if (n > 1) t->event.user_data_128 = stored.user_data_128;
    if (n > 2) t->event.user_data_64 = stored.user_data_64;
    if (n > 3) t->event.user_data_32 = stored.user_data_32;
    if (n > 4) t->event.ledger = stored.ledger;
    if (n > 5) t->event.code = stored.code;
}

static void differ_in_flags(struct trial *t)
{
    again(t, 0);
    t->event.flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
}

static void differ_in_user_data_128(struct trial *t)
{
    again(t, 1);
    t->event.user_data_128 = 0;
}

static void differ_in_user_data_64(struct trial *t)
{
    again(t, 2);
    t->event.user_data_64 = 0;
}

static void differ_in_user_data_32(struct trial *t)
{
    again(t, 3);
    t->event.user_data_32 = 0;
}

static void differ_in_ledger(struct trial *t)
{
    again(t, 4);
    t->event.ledger = 0;
}

static void differ_in_code(struct trial *t)
{
    again(t, 5);
    t->event.code = 0;
}

static void differ_in_nothing(struct trial *t)
{
    again(t, 6);
}

static void limit_both(struct trial *t)
{
    t->event.flags |=
        QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS | QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
}

static void set_debits_pending(struct trial *t)
{
    t->event.debits_pending = (quipu_uint128)1 << 64;
}

static void set_debits_posted(struct trial *t)
{
    t->event.debits_posted = 1;
}

static void set_credits_pending(struct trial *t)
{
    t->event.credits_pending = 1;
}

static void set_credits_posted(struct trial *t)
{
    t->event.credits_posted = 1;
}

static void clear_ledger(struct trial *t)
{
    t->event.ledger = 0;
}

static void clear_code(struct trial *t)
{
    t->event.code = 0;
}

static void import_too_early(struct trial *t)
{
    import_at(t, 1);
}

#define IS(name) QUIPU_CREATE_ACCOUNT_##name

static const struct {
    uint32_t outcome;
    void (*put)(struct trial *);
} faults[] = {
    {IS(LINKED_EVENT_FAILED), fail_chain},
    {IS(LINKED_EVENT_CHAIN_OPEN), leave_chain_open},
    {IS(IMPORTED_EVENT_EXPECTED), not_import},
    {IS(IMPORTED_EVENT_NOT_EXPECTED), import_alone},
    {IS(TIMESTAMP_MUST_BE_ZERO), set_timestamp},
    {IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE), import_out_of_range},
    {IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE), import_at_zero},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE), import_future},
    {IS(RESERVED_FIELD), set_reserved},
    {IS(RESERVED_FLAG), set_unknown_flag},
    {IS(RESERVED_FLAG), set_last_unknown_flag},
    {IS(ID_MUST_NOT_BE_ZERO), clear_id},
    {IS(ID_MUST_NOT_BE_INT_MAX), max_id},
    {IS(EXISTS_WITH_DIFFERENT_FLAGS), differ_in_flags},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_128), differ_in_user_data_128},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_64), differ_in_user_data_64},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_32), differ_in_user_data_32},
    {IS(EXISTS_WITH_DIFFERENT_LEDGER), differ_in_ledger},
    {IS(EXISTS_WITH_DIFFERENT_CODE), differ_in_code},
    {IS(EXISTS), differ_in_nothing},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), limit_both},
    {IS(DEBITS_PENDING_MUST_BE_ZERO), set_debits_pending},
    {IS(DEBITS_POSTED_MUST_BE_ZERO), set_debits_posted},
    {IS(CREDITS_PENDING_MUST_BE_ZERO), set_credits_pending},
    {IS(CREDITS_POSTED_MUST_BE_ZERO), set_credits_posted},
    {IS(LEDGER_MUST_NOT_BE_ZERO), clear_ledger},
    {IS(CODE_MUST_NOT_BE_ZERO), clear_code},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), import_too_early},
};

enum { FAULT_COUNT = sizeof(faults) / sizeof(faults[0]) };

static void check(struct twin *twin, size_t earlier, size_t later)
{
    static quipu_uint128 fresh = 1000;
    struct trial trial = {.event = an_account(++fresh)};
    quipu_account events[2];
    quipu_result results[2];
    size_t count = 0;

    faults[later].put(&trial);
    faults[earlier].put(&trial);
    if (trial.preceded) events[count++] = trial.before;
    events[count++] = trial.event;
    twin_accounts(twin, events, count, results);
    cr_assert_eq(results[count - 1].status, faults[earlier].outcome,
                 "%s: \"%s\" put in before \"%s\" becomes \"%s\"", protocol_name(twin->protocol),
                 quipu_create_account_text(faults[later].outcome),
                 quipu_create_account_text(faults[earlier].outcome),
                 quipu_create_account_text(results[count - 1].status));
}

EVERY_PROTOCOL(accounts, refuses_in_order_of_precedence)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, stored, QUIPU_CREATED);
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        for (size_t j = i; j < FAULT_COUNT; j++) {
            /* The one exception: an open chain is tested before a broken one. */
            if (faults[i].outcome == IS(LINKED_EVENT_FAILED) &&
                faults[j].outcome == IS(LINKED_EVENT_CHAIN_OPEN)) {
                continue;
            }
            check(&twin, i, j);
        }
    }
    cr_assert_eq(model_account_count(twin.model), 1, "no faulty account was stored");
    twin_close(&twin);
}

EVERY_PROTOCOL(accounts, keeps_every_field)
{
    struct twin twin;
    quipu_account got;
    uint64_t version;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, stored, QUIPU_CREATED);
    got = twin_look(&twin, STORED, &version);
    cr_assert_eq(version, 1);
    cr_assert_eq(got.timestamp, twin.now);
    got.timestamp = 0;
    cr_assert_eq(memcmp(&got, &stored, sizeof(got)), 0);
    twin_close(&twin);
}

EVERY_PROTOCOL(accounts, takes_each_flag)
{
    static const uint16_t flags[] = {0,
                                     QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
                                     QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS,
                                     QUIPU_ACCOUNT_HISTORY,
                                     QUIPU_ACCOUNT_CLOSED,
                                     QUIPU_ACCOUNT_HISTORY | QUIPU_ACCOUNT_CLOSED |
                                         QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS};
    struct twin twin;

    twin_open(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        twin_account(&twin, a_flagged_account(1 + i, flags[i]), QUIPU_CREATED);
        cr_assert_eq(twin_look(&twin, 1 + i, NULL).flags, flags[i]);
        twin_account(&twin, a_flagged_account(1 + i, flags[i]), IS(EXISTS));
    }
    twin_close(&twin);
}

/* Accounts and transfers have separate id spaces. */
EVERY_PROTOCOL(accounts, share_no_ids_with_transfers)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(1), QUIPU_CREATED);
    twin_account(&twin, an_account(2), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, 1, 2, 5), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, 1, 2, 5), QUIPU_CREATED);
    twin_account(&twin, an_account(3), QUIPU_CREATED);
    twin_close(&twin);
}

/* One draw per call: event i gets base + i, and the next call is later even if the clock is not. */
EVERY_PROTOCOL(accounts, are_stamped_one_by_one)
{
    struct twin twin;
    quipu_account events[3] = {an_account(1), an_account(0), an_account(3)};
    quipu_result results[3];

    twin_open(&twin, *protocol_index);
    twin_accounts(&twin, events, 3, results);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(results[i].timestamp, twin.now + i);
    twin.step = 0;
    events[1].id = 2;
    twin_accounts(&twin, events, 3, results);
    cr_assert_eq(results[0].timestamp, twin.now, "an account that exists keeps its timestamp");
    cr_assert_eq(results[1].timestamp, twin.now + 4);
    cr_assert_eq(results[2].timestamp, twin.now + 2);
    twin.now -= 1000;
    twin_account(&twin, an_account(4), QUIPU_CREATED);
    cr_assert_eq(twin_look(&twin, 4, NULL).timestamp, NOON + 10000 + 6, "time never goes back");
    twin_close(&twin);
}

/* Ids that differ only in their high or low half are different. */
EVERY_PROTOCOL(accounts, are_told_apart_by_all_of_their_ids)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    for (int bit = 0; bit < 128; bit++) {
        twin_account(&twin, an_account((quipu_uint128)1 << bit), QUIPU_CREATED);
    }
    twin_account(&twin, an_account(ID_MAX - 1), QUIPU_CREATED);
    for (int bit = 0; bit < 128; bit++) {
        twin_account(&twin, an_account((quipu_uint128)1 << bit), IS(EXISTS));
    }
    twin_close(&twin);
}
