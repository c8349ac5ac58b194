/* test_resolve.c - the law of posting, voiding and expiring a pending transfer. */
#include "trial.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name
#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { POST = QUIPU_TRANSFER_POST_PENDING_TRANSFER, VOID = QUIPU_TRANSFER_VOID_PENDING_TRANSFER };
enum { CLOSES_DEBIT = QUIPU_TRANSFER_CLOSING_DEBIT, CLOSES_CREDIT = QUIPU_TRANSFER_CLOSING_CREDIT };

/* A post or void of the hold of 10; all that can be inherited is. */
static struct trial sound(uint16_t flags)
{
    struct trial trial = trial_sound();

    trial.event = (quipu_transfer){
        .id = 7, .pending_id = 6, .amount = flags == POST ? ALL : 0, .flags = flags};
    return trial;
}

#define PUT(name, change)                                                                          \
    static void name(struct trial *trial)                                                          \
    {                                                                                              \
        change;                                                                                    \
    }

PUT(nothing, trial->no_pending = true)
PUT(plain, trial->pending.flags = 0)
PUT(other_debit, trial->event.debit_account_id = 9)
PUT(other_credit, trial->event.credit_account_id = 9)
PUT(other_ledger, trial->event.ledger = 9)
PUT(other_code, trial->event.code = 9)
PUT(too_much, trial->event.amount = 11)
PUT(too_little, trial->event.amount = 9)
PUT(posted, trial->state = HOLD_POSTED)
PUT(voided, trial->state = HOLD_VOIDED)
PUT(expired, trial->state = HOLD_EXPIRED)
PUT(due, trial->pending.timeout = 100)
PUT(regresses, (trial->event.flags |= QUIPU_TRANSFER_IMPORTED,
                trial->event.timestamp = trial->at.newest_transfer))
PUT(taken, (trial->event.flags |= QUIPU_TRANSFER_IMPORTED, trial->event.timestamp = NOW,
            trial->at.taken_by_an_account = true))
PUT(debit_closed, trial->balances[DEBIT].closed = 1)
PUT(credit_closed, trial->balances[CREDIT].closed = 1)

#define UP_TO_THE_AMOUNT                                                                           \
    {IS(PENDING_TRANSFER_NOT_FOUND), nothing}, {IS(PENDING_TRANSFER_NOT_PENDING), plain},          \
        {IS(PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID), other_debit},                        \
        {IS(PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID), other_credit},                      \
        {IS(PENDING_TRANSFER_HAS_DIFFERENT_LEDGER), other_ledger},                                 \
        {IS(PENDING_TRANSFER_HAS_DIFFERENT_CODE), other_code},                                     \
    {                                                                                              \
        IS(EXCEEDS_PENDING_TRANSFER_AMOUNT), too_much                                              \
    }

#define FROM_THE_STATE                                                                             \
    {IS(PENDING_TRANSFER_ALREADY_POSTED), posted}, {IS(PENDING_TRANSFER_ALREADY_VOIDED), voided},  \
        {IS(PENDING_TRANSFER_EXPIRED), expired}, {IS(PENDING_TRANSFER_EXPIRED), due},              \
        {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), regresses},                                \
    {                                                                                              \
        IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), taken                                       \
    }

Test(rules_resolve, refuses_in_order)
{
    static const struct fault of_posts[] = {UP_TO_THE_AMOUNT,
                                            FROM_THE_STATE,
                                            {IS(DEBIT_ACCOUNT_ALREADY_CLOSED), debit_closed},
                                            {IS(CREDIT_ACCOUNT_ALREADY_CLOSED), credit_closed}};
    static const struct fault of_voids[] = {
        UP_TO_THE_AMOUNT, {IS(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT), too_little}, FROM_THE_STATE};
    struct trial trial = sound(POST);

    IN_ORDER(trial_resolve, &trial, QUIPU_CREATED, of_posts);
    trial = sound(VOID);
    IN_ORDER(trial_resolve, &trial, QUIPU_CREATED, of_voids);
    /* The same when nothing is left to inherit. */
    trial.event.debit_account_id = A;
    trial.event.credit_account_id = B;
    trial.event.amount = 10;
    trial.event.ledger = 1;
    trial.event.code = 2;
    IN_ORDER(trial_resolve, &trial, QUIPU_CREATED, of_voids);
}

/* clang-format off */

Test(rules_resolve, says_what_amounts_mean)
{
    static const struct {
        uint16_t flags;
        quipu_uint128 held, asked;
        uint32_t outcome;
        quipu_uint128 stored;
    } rows[] = {
        /* flags held     asked    becomes                                     stored */
        {  POST, 10,      ALL,     QUIPU_CREATED,                              10 },
        {  POST, 10,      10,      QUIPU_CREATED,                              10 },
        {  POST, 10,      9,       QUIPU_CREATED,                              9 },
        {  POST, 10,      0,       QUIPU_CREATED,                              0 },
        {  POST, 10,      11,      IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
        {  POST, 10,      ALL - 1, IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
        {  POST, ALL,     ALL,     QUIPU_CREATED,                              ALL },
        {  POST, ALL,     ALL - 1, QUIPU_CREATED,                              ALL - 1 },
        {  POST, 0,       ALL,     QUIPU_CREATED,                              0 },
        {  POST, 0,       0,       QUIPU_CREATED,                              0 },
        {  POST, 0,       1,       IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
        {  VOID, 10,      0,       QUIPU_CREATED,                              10 },
        {  VOID, 10,      10,      QUIPU_CREATED,                              10 },
        {  VOID, 10,      9,       IS(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT),  0 },
        {  VOID, 10,      1,       IS(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT),  0 },
        {  VOID, 10,      11,      IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
        {  VOID, 10,      ALL,     IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
        {  VOID, ALL,     ALL,     QUIPU_CREATED,                              ALL },
        {  VOID, 0,       0,       QUIPU_CREATED,                              0 },
        {  VOID, 0,       1,       IS(EXCEEDS_PENDING_TRANSFER_AMOUNT),        0 },
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct trial trial = sound(rows[i].flags);
        struct balance debit, credit;

        trial.event.amount = rows[i].asked;
        trial.pending.amount = rows[i].held;
        trial.balances[DEBIT] = (struct balance){rows[i].held, 0, 3, 4, 5, 0};
        trial.balances[CREDIT] = (struct balance){3, 4, rows[i].held, 0, 6, 0};
        debit = trial.balances[DEBIT];
        credit = trial.balances[CREDIT];
        cr_assert_eq(trial_resolve(&trial), rows[i].outcome, "row %zu", i);
        if (rows[i].outcome != QUIPU_CREATED) continue;
        cr_assert(trial.stored.amount == rows[i].stored, "row %zu", i);
        debit.debits_pending = credit.credits_pending = 0;
        debit.debits_posted = credit.credits_posted = rows[i].flags == POST ? rows[i].stored : 0;
        debit.version = 6;
        credit.version = 7;
        cr_assert_eq(memcmp(&debit, &trial.balances[DEBIT], sizeof debit), 0, "row %zu", i);
        cr_assert_eq(memcmp(&credit, &trial.balances[CREDIT], sizeof credit), 0, "row %zu", i);
    }
}

/* From the instant timestamp + timeout on a hold is as good as expired. */
Test(rules_resolve, is_late_at_the_instant)
{
    static const struct {
        enum hold_state state;
        uint32_t timeout;
        int64_t late; /* by so many ns */
        uint32_t outcome;
    } rows[] = {
        {  HOLD_PENDING, 1, -1,        QUIPU_CREATED },
        {  HOLD_PENDING, 1, 0,         IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_PENDING, 1, 1,         IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_NEW,     1, -1,        QUIPU_CREATED },
        {  HOLD_NEW,     1, 0,         IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_LAPSED,  1, -1,        QUIPU_CREATED },
        {  HOLD_LOCKED, 1, -1,        QUIPU_CREATED },
        {  HOLD_LOCKED, 1, 0,         IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_EXPIRED, 1, -1,        IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_EXPIRED, 0, 0,         IS(PENDING_TRANSFER_EXPIRED) },
        {  HOLD_POSTED,  1, 0,         IS(PENDING_TRANSFER_ALREADY_POSTED) },
        {  HOLD_VOIDED,  1, 0,         IS(PENDING_TRANSFER_ALREADY_VOIDED) },
        {  HOLD_PENDING, 0, 1,         QUIPU_CREATED }, /* never */
        {  HOLD_PENDING, 0, INT64_MAX, QUIPU_CREATED },
    };

    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        struct trial trial = sound(i % 2 != 0 ? VOID : POST);

        trial.state = rows[i / 2].state;
        trial.pending.timeout = rows[i / 2].timeout;
        trial.at.timestamp = trial.pending.timestamp + rows[i / 2].timeout * SECOND +
                             (uint64_t)rows[i / 2].late;
        cr_assert_eq(trial_resolve(&trial), rows[i / 2].outcome, "row %zu", i / 2);
    }
}

/* A closed account lets every void through and no post; the void of what closed it opens it. */
Test(rules_resolve, opens_what_the_hold_closed)
{
    static const struct {
        uint16_t flags, pending;
        int closed[2];
        uint32_t outcome;
        int after[2];
    } rows[] = {
        /* does  pending                        closed    becomes                            closed */
        {  VOID, CLOSES_DEBIT,                  { 1, 0 }, QUIPU_CREATED,                     { 0, 0 } },
        {  VOID, CLOSES_CREDIT,                 { 0, 1 }, QUIPU_CREATED,                     { 0, 0 } },
        {  VOID, CLOSES_DEBIT | CLOSES_CREDIT,  { 1, 1 }, QUIPU_CREATED,                     { 0, 0 } },
        {  VOID, CLOSES_DEBIT,                  { 1, 1 }, QUIPU_CREATED,                     { 0, 1 } },
        {  VOID, CLOSES_CREDIT,                 { 1, 1 }, QUIPU_CREATED,                     { 1, 0 } },
        {  VOID, 0,                             { 1, 0 }, QUIPU_CREATED,                     { 1, 0 } },
        {  VOID, 0,                             { 0, 1 }, QUIPU_CREATED,                     { 0, 1 } },
        {  VOID, 0,                             { 1, 1 }, QUIPU_CREATED,                     { 1, 1 } },
        {  POST, 0,                             { 1, 0 }, IS(DEBIT_ACCOUNT_ALREADY_CLOSED),  { 1, 0 } },
        {  POST, 0,                             { 0, 1 }, IS(CREDIT_ACCOUNT_ALREADY_CLOSED), { 0, 1 } },
        {  POST, CLOSES_DEBIT,                  { 1, 0 }, IS(DEBIT_ACCOUNT_ALREADY_CLOSED),  { 1, 0 } },
        {  POST, CLOSES_CREDIT,                 { 0, 1 }, IS(CREDIT_ACCOUNT_ALREADY_CLOSED), { 0, 1 } },
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct trial trial = sound(rows[i].flags);

        trial.pending.flags |= rows[i].pending;
        for (int side = 0; side < 2; side++)
            trial.balances[side].closed = (uint64_t)rows[i].closed[side];
        cr_assert_eq(trial_resolve(&trial), rows[i].outcome, "row %zu", i);
        for (int side = 0; side < 2; side++)
            cr_assert_eq(trial.balances[side].closed, (uint64_t)rows[i].after[side], "row %zu", i);
    }
}

/* clang-format on */

Test(rules_resolve, inherits_what_is_left_out)
{
    struct trial trial = sound(POST);

    trial.pending.user_data_128 = 33;
    trial.pending.user_data_64 = 44;
    trial.pending.user_data_32 = 55;
    cr_assert_eq(trial_resolve(&trial), QUIPU_CREATED);
    cr_assert(trial.stored.id == 7 && trial.stored.pending_id == 6);
    cr_assert(trial.stored.debit_account_id == A && trial.stored.credit_account_id == B);
    cr_assert(trial.stored.user_data_128 == 33);
    cr_assert_eq(trial.stored.user_data_64, 44);
    cr_assert_eq(trial.stored.user_data_32, 55);
    cr_assert_eq(trial.stored.ledger, 1);
    cr_assert_eq(trial.stored.code, 2);
    cr_assert_eq(trial.stored.flags, POST);
    cr_assert_eq(trial.stored.timestamp, NOW);
    trial.event.user_data_128 = 3;
    trial.event.user_data_64 = 4;
    trial.event.user_data_32 = 5;
    cr_assert_eq(trial_resolve(&trial), QUIPU_CREATED);
    cr_assert(trial.stored.user_data_128 == 3, "what was said is kept");
    cr_assert_eq(trial.stored.user_data_64, 4);
    cr_assert_eq(trial.stored.user_data_32, 5);
}

/* An expiry is a void that nobody sent. */
Test(rules_resolve, release_is_as_a_void)
{
    for (unsigned bits = 0; bits < 4; bits++) {
        struct trial trial = sound(VOID);
        struct balance debit, credit;

        trial.pending.flags |= (uint16_t)(bits * CLOSES_DEBIT);
        trial.balances[DEBIT].closed = bits & 1;
        trial.balances[CREDIT].closed = bits >> 1;
        debit = trial.balances[DEBIT];
        credit = trial.balances[CREDIT];
        quipui_rules_expire(&trial.pending, &debit, &credit);
        cr_assert_eq(trial_resolve(&trial), QUIPU_CREATED);
        cr_assert_eq(memcmp(&debit, &trial.balances[DEBIT], sizeof debit), 0, "bits %u", bits);
        cr_assert_eq(memcmp(&credit, &trial.balances[CREDIT], sizeof credit), 0, "bits %u", bits);
        cr_assert(debit.debits_pending == 990 && debit.debits_posted == 2000);
    }
}
