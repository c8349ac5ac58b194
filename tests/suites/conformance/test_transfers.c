/* test_transfers.c - plain and pending transfers: every outcome, in order of precedence. */
#include "support/faults.h"

#include <string.h>

/* Accounts of the fixture. Names of those that are near a limit say which. */
enum {
    A = 1,
    B,
    NO_CREDITS,     /* debits must not exceed credits, and there are none */
    NO_DEBITS,      /* the mirror image */
    CLOSED,         /* as debit account */
    CLOSED_TOO,     /* as credit account */
    FOREIGN,        /* of another ledger */
    LATE,           /* younger than the newest transfer */
    LATE_TOO,       /* as credit account */
    DEBITS_PENDING, /* full, and limited, as are the five below */
    CREDITS_PENDING,
    DEBITS_POSTED,
    CREDITS_POSTED,
    DEBITS, /* pending and posted together */
    CREDITS,
    SOURCE,
    SINK,
    NOBODY = 99,
};

/* Transfers of the fixture. */
enum { STORED = 500, BURNT, FIRST_OF_FIXTURE };

static uint64_t between; /* a time after the newest transfer, before LATE was created */

static void fill(struct twin *twin)
{
    const quipu_uint128 all = QUIPU_AMOUNT_MAX, half = (quipu_uint128)1 << 127;
    const struct {
        int debit, credit;
        quipu_uint128 amount;
        uint16_t flags;
    } rows[] = {
        {DEBITS_POSTED, DEBITS_PENDING, all, 0},
        {CREDITS_PENDING, CREDITS_POSTED, all, 0},
        {DEBITS_PENDING, CREDITS_PENDING, all, QUIPU_TRANSFER_PENDING},
        {SOURCE, DEBITS, all, 0},
        {CREDITS, SINK, all, 0},
        {DEBITS, CREDITS, half - 1, 0},
        {DEBITS, CREDITS, half, QUIPU_TRANSFER_PENDING},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        twin_transfer(twin,
                      a_flagged_transfer(FIRST_OF_FIXTURE + i, (quipu_uint128)rows[i].debit,
                                         (quipu_uint128)rows[i].credit, rows[i].amount,
                                         rows[i].flags),
                      QUIPU_CREATED);
    }
}

static quipu_transfer stored_transfer(void)
{
    quipu_transfer stored = a_transfer(STORED, A, B, 5);

    stored.user_data_128 = 128;
    stored.user_data_64 = 64;
    stored.user_data_32 = 32;
    return stored;
}

static void set_up(struct twin *twin, int protocol_index)
{
    static const struct {
        int id;
        uint16_t flags;
    } accounts[] = {
        {A, 0},
        {B, 0},
        {NO_CREDITS, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS},
        {NO_DEBITS, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS},
        {CLOSED, QUIPU_ACCOUNT_CLOSED},
        {CLOSED_TOO, QUIPU_ACCOUNT_CLOSED},
        {DEBITS_PENDING, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS},
        {CREDITS_PENDING, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS},
        {DEBITS_POSTED, 0},
        {CREDITS_POSTED, 0},
        {DEBITS, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS},
        {CREDITS, QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS},
        {SOURCE, 0},
        {SINK, 0},
    };
    quipu_account foreign = an_account(FOREIGN);

    twin_open(twin, protocol_index);
    twin->now = 5000000000 * SECOND; /* so late that the longest time-out is too long */
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        twin_account(twin, a_flagged_account((quipu_uint128)accounts[i].id, accounts[i].flags),
                     QUIPU_CREATED);
    }
    foreign.ledger = 2;
    twin_account(twin, foreign, QUIPU_CREATED);
    fill(twin);
    twin_transfer(twin, stored_transfer(), QUIPU_CREATED);
    between = twin->now + 1;
    twin_transfer(twin, a_transfer(BURNT, NO_CREDITS, A, 1), QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    twin_account(twin, an_account(LATE), QUIPU_CREATED);
    twin_account(twin, an_account(LATE_TOO), QUIPU_CREATED);
}

/* A fault of one statement. */
#define FAULT(name, statement)                                                                     \
    static void name(struct trial *t)                                                              \
    {                                                                                              \
        statement;                                                                                 \
    }

/* --- faults of a batch --- */

/* clang-format off */

static void fail_chain(struct trial *t)
{
    t->preceded = true;
    t->before = a_flagged_transfer(0, A, B, 1, QUIPU_TRANSFER_LINKED);
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_IMPORTED;
}

FAULT(leave_chain_open, t->event.flags |= QUIPU_TRANSFER_LINKED)

static void not_import(struct trial *t)
{
    t->preceded = true;
    t->before = a_flagged_transfer(0, A, B, 1, QUIPU_TRANSFER_IMPORTED);
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_IMPORTED;
}

static void import_alone(struct trial *t)
{
    t->preceded = true;
    t->before = a_transfer(0, A, B, 1);
    t->event.flags |= QUIPU_TRANSFER_IMPORTED;
}

static void set_timestamp(struct trial *t)
{
    t->preceded = false;
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_IMPORTED;
    t->event.timestamp = 1;
}

static void import_at(struct trial *t, uint64_t timestamp)
{
    t->preceded = false;
    t->event.flags |= QUIPU_TRANSFER_IMPORTED;
    t->event.timestamp = timestamp;
}

FAULT(import_out_of_range, import_at(t, (uint64_t)1 << 63))
FAULT(import_at_zero, import_at(t, 0))
FAULT(import_future, import_at(t, INT64_MAX))

/* --- faults of form --- */

FAULT(set_unknown_flag, t->event.flags |= 1 << 9)
FAULT(set_last_unknown_flag, t->event.flags |= 1 << 15)
FAULT(clear_id, t->event.id = 0)
FAULT(max_id, t->event.id = ID_MAX)
FAULT(repeat, t->event = stored_transfer())

static void repeat_with_other_flags(struct trial *t)
{
    t->event.id = STORED;
    t->event.flags |= QUIPU_TRANSFER_PENDING;
}

FAULT(use_burnt_id, t->event.id = BURNT)
FAULT(clear_debit, t->event.debit_account_id = 0)
FAULT(max_debit, t->event.debit_account_id = ID_MAX)
FAULT(clear_credit, t->event.credit_account_id = 0)
FAULT(max_credit, t->event.credit_account_id = ID_MAX)
FAULT(use_one_account, t->event.credit_account_id = t->event.debit_account_id)
FAULT(set_pending_id, t->event.pending_id = STORED)

static void time_out_at_once(struct trial *t)
{
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_PENDING;
    t->event.timeout = 1;
}

static void close_debit_at_once(struct trial *t)
{
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_PENDING;
    t->event.flags |= QUIPU_TRANSFER_CLOSING_DEBIT;
    t->event.timeout = 0;
}

static void close_credit_at_once(struct trial *t)
{
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_PENDING;
    t->event.flags |= QUIPU_TRANSFER_CLOSING_CREDIT;
    t->event.timeout = 0;
}

FAULT(clear_ledger, t->event.ledger = 0)
FAULT(clear_code, t->event.code = 0)

/* --- faults of the accounts --- */

FAULT(debit_nobody, t->event.debit_account_id = NOBODY)
FAULT(credit_nobody, t->event.credit_account_id = NOBODY + 1)
FAULT(credit_foreigner, t->event.credit_account_id = FOREIGN)
FAULT(use_other_ledger, t->event.ledger = 3)
FAULT(import_too_early, import_at(t, 1))

static void import_before_debit(struct trial *t)
{
    import_at(t, between);
    t->event.debit_account_id = LATE;
}

static void import_before_credit(struct trial *t)
{
    import_at(t, between);
    t->event.credit_account_id = LATE_TOO;
}

static void import_with_timeout(struct trial *t)
{
    import_at(t, between);
    t->event.flags |= QUIPU_TRANSFER_PENDING;
    t->event.timeout = 1;
}

FAULT(debit_closed, t->event.debit_account_id = CLOSED)
FAULT(credit_closed, t->event.credit_account_id = CLOSED_TOO)

static void overflow_debits_pending(struct trial *t)
{
    t->event.debit_account_id = DEBITS_PENDING;
    t->event.flags |= QUIPU_TRANSFER_PENDING;
}

static void overflow_credits_pending(struct trial *t)
{
    t->event.credit_account_id = CREDITS_PENDING;
    t->event.flags |= QUIPU_TRANSFER_PENDING;
}

FAULT(overflow_debits_posted, t->event.debit_account_id = DEBITS_POSTED)
FAULT(overflow_credits_posted, t->event.credit_account_id = CREDITS_POSTED)
FAULT(overflow_debits, t->event.debit_account_id = DEBITS)
FAULT(overflow_credits, t->event.credit_account_id = CREDITS)

static void overflow_timeout(struct trial *t)
{
    t->event.flags |= QUIPU_TRANSFER_PENDING;
    t->event.timeout = UINT32_MAX;
}

FAULT(exceed_credits, t->event.debit_account_id = NO_CREDITS)
FAULT(exceed_debits, t->event.credit_account_id = NO_DEBITS)

/* clang-format on */

#define IS(name) QUIPU_CREATE_TRANSFER_##name

static const struct fault faults[] = {
    {IS(LINKED_EVENT_FAILED), fail_chain},
    {IS(LINKED_EVENT_CHAIN_OPEN), leave_chain_open},
    {IS(IMPORTED_EVENT_EXPECTED), not_import},
    {IS(IMPORTED_EVENT_NOT_EXPECTED), import_alone},
    {IS(TIMESTAMP_MUST_BE_ZERO), set_timestamp},
    {IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE), import_out_of_range},
    {IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE), import_at_zero},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE), import_future},
    {IS(RESERVED_FLAG), set_unknown_flag},
    {IS(RESERVED_FLAG), set_last_unknown_flag},
    {IS(ID_MUST_NOT_BE_ZERO), clear_id},
    {IS(ID_MUST_NOT_BE_INT_MAX), max_id},
    {IS(EXISTS_WITH_DIFFERENT_FLAGS), repeat_with_other_flags}, /* all of them: idempotency */
    {IS(EXISTS), repeat},
    {IS(ID_ALREADY_FAILED), use_burnt_id},
    {IS(DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), clear_debit},
    {IS(DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX), max_debit},
    {IS(CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), clear_credit},
    {IS(CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX), max_credit},
    {IS(ACCOUNTS_MUST_BE_DIFFERENT), use_one_account},
    {IS(PENDING_ID_MUST_BE_ZERO), set_pending_id},
    {IS(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER), time_out_at_once},
    {IS(CLOSING_TRANSFER_MUST_BE_PENDING), close_debit_at_once},
    {IS(CLOSING_TRANSFER_MUST_BE_PENDING), close_credit_at_once},
    {IS(LEDGER_MUST_NOT_BE_ZERO), clear_ledger},
    {IS(CODE_MUST_NOT_BE_ZERO), clear_code},
    {IS(DEBIT_ACCOUNT_NOT_FOUND), debit_nobody},
    {IS(CREDIT_ACCOUNT_NOT_FOUND), credit_nobody},
    {IS(ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER), credit_foreigner},
    {IS(TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS), use_other_ledger},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), import_too_early},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT), import_before_debit},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT), import_before_credit},
    {IS(IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO), import_with_timeout},
    {IS(DEBIT_ACCOUNT_ALREADY_CLOSED), debit_closed},
    {IS(CREDIT_ACCOUNT_ALREADY_CLOSED), credit_closed},
    {IS(OVERFLOWS_DEBITS_PENDING), overflow_debits_pending},
    {IS(OVERFLOWS_CREDITS_PENDING), overflow_credits_pending},
    {IS(OVERFLOWS_DEBITS_POSTED), overflow_debits_posted},
    {IS(OVERFLOWS_CREDITS_POSTED), overflow_credits_posted},
    {IS(OVERFLOWS_DEBITS), overflow_debits},
    {IS(OVERFLOWS_CREDITS), overflow_credits},
    {IS(OVERFLOWS_TIMEOUT), overflow_timeout},
    {IS(EXCEEDS_CREDITS), exceed_credits},
    {IS(EXCEEDS_DEBITS), exceed_debits},
};

EVERY_PROTOCOL(transfers, are_refused_in_order_of_precedence)
{
    struct twin twin;
    size_t before;

    set_up(&twin, *protocol_index);
    before = model_transfer_count(twin.model);
    faults_win_in_order(&twin, faults, sizeof(faults) / sizeof(faults[0]), a_transfer(0, A, B, 1));
    cr_assert_eq(model_transfer_count(twin.model), before, "no faulty transfer was stored");
    twin_transfer(&twin, a_transfer(900, A, B, 1), QUIPU_CREATED);
    twin_close(&twin);
}

/* Behind an ordinary transfer of the same call an event is told what it would be told alone. */
EVERY_PROTOCOL(transfers, are_refused_behind_others_as_alone)
{
    quipu_uint128 id = 1000;
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct trial trial = {.event = a_transfer(id + 1, A, B, 1)};
        quipu_transfer events[2] = {a_transfer(id, A, B, 1)};
        quipu_result results[2];

        faults[i].put(&trial);
        if (trial.preceded || (trial.event.flags & QUIPU_TRANSFER_IMPORTED) != 0) continue;
        events[1] = trial.event;
        cr_assert_eq(twin_transfers(&twin, events, 2, results), QUIPU_OK);
        cr_assert_eq(results[0].status, QUIPU_CREATED);
        cr_assert_eq(results[1].status, faults[i].outcome, "fault %zu", i);
        id += 2;
    }
    cr_assert_gt(id, 1000 + 2 * 25, "too few faults are of one event");
    twin_close(&twin);
}
