/* test_two_phase.c - posting and voiding what is pending: every outcome, in order of precedence. */
#include "support/faults.h"

enum { A = 1, B, CLOSED, CLOSED_TOO };

/* Transfers of the fixture; all holds are of ten. */
enum {
    PLAIN = 500,
    HOLD,
    POSTED,
    VOIDED,
    EXPIRED,
    FROM_CLOSED,
    TO_CLOSED,
    CLOSES,
    CLOSES_TOO,
    BURNT,
    POST,
    VOID,
    NONE = 999
};

static void set_up(struct twin *twin, int protocol_index)
{
    const quipu_transfer events[] = {
        a_transfer(PLAIN, A, B, 10),
        a_hold(HOLD, A, B, 10, 0),
        a_hold(POSTED, A, B, 10, 0),
        a_post(POST, POSTED, 10),
        a_hold(VOIDED, A, B, 10, 0),
        a_void(VOID, VOIDED),
        a_hold(EXPIRED, A, B, 10, 1),
        a_hold(FROM_CLOSED, CLOSED, B, 10, 0),
        a_hold(TO_CLOSED, A, CLOSED_TOO, 10, 0),
        a_flagged_transfer(CLOSES, CLOSED, B, 0,
                           QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT),
        a_flagged_transfer(CLOSES_TOO, A, CLOSED_TOO, 0,
                           QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_CREDIT),
    };

    twin_open(twin, protocol_index);
    for (int id = A; id <= CLOSED_TOO; id++) {
        twin_account(twin, an_account((quipu_uint128)id), QUIPU_CREATED);
    }
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        twin_transfer(twin, events[i], QUIPU_CREATED);
    }
    twin_transfer(twin, a_post(BURNT, NONE, 1), QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND);
    twin_pass(twin, 2 * SECOND);
}

/* A fault of one statement. */
#define FAULT(name, statement)                                                                     \
    static void name(struct trial *t)                                                              \
    {                                                                                              \
        statement;                                                                                 \
    }

/* clang-format off */

FAULT(use_burnt_id, t->event.id = BURNT)
FAULT(post_and_void, t->event.flags |= QUIPU_TRANSFER_POST_PENDING_TRANSFER |
                                       QUIPU_TRANSFER_VOID_PENDING_TRANSFER)
FAULT(be_pending, t->event.flags |= QUIPU_TRANSFER_PENDING)
FAULT(balance_debit, t->event.flags |= QUIPU_TRANSFER_BALANCING_DEBIT)
FAULT(balance_credit, t->event.flags |= QUIPU_TRANSFER_BALANCING_CREDIT)
FAULT(close_debit, t->event.flags |= QUIPU_TRANSFER_CLOSING_DEBIT)
FAULT(close_credit, t->event.flags |= QUIPU_TRANSFER_CLOSING_CREDIT)
FAULT(clear_pending_id, t->event.pending_id = 0)
FAULT(max_pending_id, t->event.pending_id = ID_MAX)
FAULT(post_itself, t->event.pending_id = t->event.id)
FAULT(set_timeout, t->event.timeout = 1)
FAULT(post_nothing, t->event.pending_id = NONE)
FAULT(post_plain, t->event.pending_id = PLAIN)
FAULT(post_post, t->event.pending_id = POST)
FAULT(other_debit, t->event.debit_account_id = 77)
FAULT(other_credit, t->event.credit_account_id = A)
FAULT(other_ledger, t->event.ledger = 2)
FAULT(other_code, t->event.code = 2)
FAULT(exceed, t->event.amount = 11)
FAULT(post_posted, t->event.pending_id = POSTED)
FAULT(post_voided, t->event.pending_id = VOIDED)
FAULT(post_expired, t->event.pending_id = EXPIRED)
FAULT(post_closed, t->event.pending_id = FROM_CLOSED)
FAULT(post_closed_too, t->event.pending_id = TO_CLOSED)

/* clang-format on */

static void void_a_part(struct trial *t)
{
    t->event.flags &= (uint16_t)~QUIPU_TRANSFER_POST_PENDING_TRANSFER;
    t->event.flags |= QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
    t->event.amount = 9;
}

static void import_too_early(struct trial *t)
{
    t->event.flags |= QUIPU_TRANSFER_IMPORTED;
    t->event.timestamp = 1;
}

#define IS(name) QUIPU_CREATE_TRANSFER_##name

static const struct fault faults[] = {
    {IS(ID_ALREADY_FAILED), use_burnt_id},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), post_and_void},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), be_pending},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), balance_debit},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), balance_credit},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), close_debit},
    {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), close_credit},
    {IS(PENDING_ID_MUST_NOT_BE_ZERO), clear_pending_id},
    {IS(PENDING_ID_MUST_NOT_BE_INT_MAX), max_pending_id},
    {IS(PENDING_ID_MUST_BE_DIFFERENT), post_itself},
    {IS(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER), set_timeout},
    {IS(PENDING_TRANSFER_NOT_FOUND), post_nothing},
    {IS(PENDING_TRANSFER_NOT_PENDING), post_plain},
    {IS(PENDING_TRANSFER_NOT_PENDING), post_post},
    {IS(PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID), other_debit},
    {IS(PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID), other_credit},
    {IS(PENDING_TRANSFER_HAS_DIFFERENT_LEDGER), other_ledger},
    {IS(PENDING_TRANSFER_HAS_DIFFERENT_CODE), other_code},
    {IS(EXCEEDS_PENDING_TRANSFER_AMOUNT), exceed},
    {IS(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT), void_a_part},
    {IS(PENDING_TRANSFER_ALREADY_POSTED), post_posted},
    {IS(PENDING_TRANSFER_ALREADY_VOIDED), post_voided},
    {IS(PENDING_TRANSFER_EXPIRED), post_expired},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), import_too_early},
    {IS(DEBIT_ACCOUNT_ALREADY_CLOSED), post_closed},
    {IS(CREDIT_ACCOUNT_ALREADY_CLOSED), post_closed_too},
};

/* The two last are of posts only: a closed account lets every void through. */
#define FAULTS (sizeof(faults) / sizeof(faults[0]))
#define FAULTS_OF_VOIDS (FAULTS - 2)

EVERY_PROTOCOL(two_phase, posts_are_refused_in_order_of_precedence)
{
    struct twin twin;
    size_t before;

    set_up(&twin, *protocol_index);
    before = model_transfer_count(twin.model);
    faults_win_in_order(&twin, faults, FAULTS, a_post(0, HOLD, 10));
    cr_assert_eq(model_transfer_count(twin.model), before, "no faulty transfer was stored");
    twin_transfer(&twin, a_post(900, HOLD, 10), QUIPU_CREATED);
    twin_close(&twin);
}

EVERY_PROTOCOL(two_phase, voids_are_refused_in_order_of_precedence)
{
    struct twin twin;
    size_t before;

    set_up(&twin, *protocol_index);
    before = model_transfer_count(twin.model);
    faults_win_in_order(&twin, faults, FAULTS_OF_VOIDS, a_void(0, HOLD));
    cr_assert_eq(model_transfer_count(twin.model), before, "no faulty transfer was stored");
    twin_transfer(&twin, a_void(900, HOLD), QUIPU_CREATED);
    twin_transfer(&twin, a_void(901, FROM_CLOSED), QUIPU_CREATED);
    twin_transfer(&twin, a_void(902, TO_CLOSED), QUIPU_CREATED);
    twin_close(&twin);
}

/* One row: a hold of ten, how it is resolved, what is then posted, what a second try becomes. */
EVERY_PROTOCOL(two_phase, resolves_once)
{
    const struct {
        bool posts;
        quipu_uint128 amount, posted;
        uint32_t then;
    } rows[] = {
        {true, 10, 10, IS(PENDING_TRANSFER_ALREADY_POSTED)},
        {true, QUIPU_AMOUNT_MAX, 10, IS(PENDING_TRANSFER_ALREADY_POSTED)},
        {true, 7, 7, IS(PENDING_TRANSFER_ALREADY_POSTED)},
        {true, 0, 0, IS(PENDING_TRANSFER_ALREADY_POSTED)},
        {false, 0, 0, IS(PENDING_TRANSFER_ALREADY_VOIDED)},
        {false, 10, 0, IS(PENDING_TRANSFER_ALREADY_VOIDED)},
    };
    struct twin twin;
    quipu_uint128 posted = 0;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(A), QUIPU_CREATED);
    twin_account(&twin, an_account(B), QUIPU_CREATED);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        quipu_uint128 id = 10 * (i + 1);
        quipu_transfer event = rows[i].posts ? a_post(id + 1, id, 0) : a_void(id + 1, id);
        quipu_account a;
        uint64_t version, before;

        (void)twin_look(&twin, A, &before);
        twin_transfer(&twin, a_hold(id, A, B, 10, 0), QUIPU_CREATED);
        cr_assert(twin_look(&twin, A, NULL).debits_pending == 10);
        event.amount = rows[i].amount;
        twin_transfer(&twin, event, QUIPU_CREATED);
        posted += rows[i].posted;
        a = twin_look(&twin, A, &version);
        cr_assert(a.debits_pending == 0 && a.debits_posted == posted, "row %zu", i);
        cr_assert_eq(version, before + 2);
        twin_transfer(&twin, a_post(id + 2, id, 10), rows[i].then);
        twin_transfer(&twin, a_void(id + 3, id), rows[i].then);
    }
    twin_close(&twin);
}

/* The stored record has what was inherited, and its own where the event said so. */
EVERY_PROTOCOL(two_phase, inherits_what_is_zero)
{
    struct twin twin;
    quipu_transfer hold = a_hold(1, A, B, 10, 60), post = a_post(3, 1, 4), got[2];
    const quipu_uint128 ids[2] = {3, 4};

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(A), QUIPU_CREATED);
    twin_account(&twin, an_account(B), QUIPU_CREATED);
    hold.user_data_128 = 128;
    hold.user_data_64 = 64;
    hold.user_data_32 = 32;
    hold.code = 9;
    twin_transfer(&twin, hold, QUIPU_CREATED);
    hold.id = 2;
    twin_transfer(&twin, hold, QUIPU_CREATED);
    post.user_data_64 = 65;
    twin_transfer(&twin, post, QUIPU_CREATED);
    twin_transfer(&twin, a_void(4, 2), QUIPU_CREATED);

    cr_assert_eq(quipu_lookup_transfers(twin.ledger, ids, 2, got, NULL), QUIPU_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert(got[i].debit_account_id == A && got[i].credit_account_id == B);
        cr_assert(got[i].user_data_128 == 128 && got[i].user_data_32 == 32);
        cr_assert(got[i].ledger == 1 && got[i].code == 9 && got[i].timeout == 0);
    }
    cr_assert(got[0].amount == 4 && got[0].user_data_64 == 65 && got[0].pending_id == 1);
    cr_assert(got[1].amount == 10 && got[1].user_data_64 == 64 && got[1].pending_id == 2);
    twin_close(&twin);
}

/* A hold takes funds at once; its post takes no more, and what was given back is free again. */
EVERY_PROTOCOL(two_phase, holds_funds)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, a_flagged_account(A, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
    twin_account(&twin, an_account(B), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, B, A, 10), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(2, A, B, 8, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, A, B, 3), IS(EXCEEDS_CREDITS));
    twin_transfer(&twin, a_transfer(4, A, B, 2), QUIPU_CREATED);
    twin_transfer(&twin, a_post(5, 2, 5), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(6, A, B, 4, 0), IS(EXCEEDS_CREDITS));
    twin_transfer(&twin, a_hold(7, A, B, 3, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_void(8, 7), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(9, A, B, 3), QUIPU_CREATED);
    twin_close(&twin);
}
