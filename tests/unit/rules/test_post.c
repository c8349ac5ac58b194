/* test_post.c - the law of plain and pending transfers, to the last unit. */
#include "trial.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name
#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { HOLD = QUIPU_TRANSFER_PENDING };
enum { DR = QUIPU_TRANSFER_BALANCING_DEBIT, CR = QUIPU_TRANSFER_BALANCING_CREDIT };
enum { CLOSES_DEBIT = QUIPU_TRANSFER_CLOSING_DEBIT, CLOSES_CREDIT = QUIPU_TRANSFER_CLOSING_CREDIT };
enum {
    LIMITED_DEBIT = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
    LIMITED_CREDIT = QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS
};

#define PUT(name, change)                                                                          \
    static void name(struct trial *trial)                                                          \
    {                                                                                              \
        struct balance *debit = &trial->balances[DEBIT], *credit = &trial->balances[CREDIT];       \
        (void)debit;                                                                               \
        (void)credit;                                                                              \
        change;                                                                                    \
    }

PUT(no_debit, trial->missing[DEBIT] = true)
PUT(no_credit, trial->missing[CREDIT] = true)
PUT(ledgers_differ, trial->parties[CREDIT].ledger = 8)
PUT(other_ledger, trial->event.ledger = 9)
PUT(debit_closed, debit->closed = 1)
PUT(credit_closed, credit->closed = 1)
PUT(full_debits_pending, (debit->debits_pending = ALL, debit->debits_posted = 0))
PUT(full_credits_pending, (credit->credits_pending = ALL, credit->credits_posted = 0))
PUT(full_debits_posted, (debit->debits_posted = ALL, debit->debits_pending = 0))
PUT(full_credits_posted, (credit->credits_posted = ALL, credit->credits_pending = 0))
PUT(full_debits, (debit->debits_posted = ALL / 2 + 1, debit->debits_pending = ALL / 2))
PUT(full_credits, (credit->credits_posted = ALL / 2 + 1, credit->credits_pending = ALL / 2))
PUT(far_away, (trial->event.timeout = 1, trial->at.timestamp = INT64_MAX))
PUT(exceeds_credits, (trial->parties[DEBIT].flags |= LIMITED_DEBIT, debit->credits_posted = 0))
PUT(exceeds_debits, (trial->parties[CREDIT].flags |= LIMITED_CREDIT, credit->debits_posted = 0))
PUT(regresses, trial->at.newest_transfer = trial->event.timestamp)
PUT(taken, trial->at.taken_by_an_account = true)
PUT(before_debit, trial->parties[DEBIT].created = trial->event.timestamp)
PUT(before_credit, trial->parties[CREDIT].created = trial->event.timestamp)
PUT(has_timeout, trial->event.timeout = 1)

static const struct fault faults[] = {
    {IS(DEBIT_ACCOUNT_NOT_FOUND), no_debit},
    {IS(CREDIT_ACCOUNT_NOT_FOUND), no_credit},
    {IS(ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER), ledgers_differ},
    {IS(TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS), other_ledger},
    {IS(DEBIT_ACCOUNT_ALREADY_CLOSED), debit_closed},
    {IS(CREDIT_ACCOUNT_ALREADY_CLOSED), credit_closed},
    {IS(OVERFLOWS_DEBITS_PENDING), full_debits_pending},
    {IS(OVERFLOWS_CREDITS_PENDING), full_credits_pending},
    {IS(OVERFLOWS_DEBITS_POSTED), full_debits_posted},
    {IS(OVERFLOWS_CREDITS_POSTED), full_credits_posted},
    {IS(OVERFLOWS_DEBITS), full_debits},
    {IS(OVERFLOWS_CREDITS), full_credits},
    {IS(OVERFLOWS_TIMEOUT), far_away},
    {IS(EXCEEDS_CREDITS), exceeds_credits},
    {IS(EXCEEDS_DEBITS), exceeds_debits},
};

static const struct fault faults_of_imports[] = {
    {IS(TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS), other_ledger},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), regresses},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), taken},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT), before_debit},
    {IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT), before_credit},
    {IS(IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO), has_timeout},
    {IS(DEBIT_ACCOUNT_ALREADY_CLOSED), debit_closed},
    {IS(EXCEEDS_CREDITS), exceeds_credits},
};

Test(rules_post, refuses_in_order)
{
    struct trial trial = trial_sound();

    trial.event.flags = HOLD; /* all that can be wrong can be wrong with a hold */
    IN_ORDER(trial_post, &trial, QUIPU_CREATED, faults);
    trial.event.flags = HOLD | QUIPU_TRANSFER_IMPORTED;
    trial.event.timestamp = trial.at.timestamp = NOW - SECOND;
    IN_ORDER(trial_post, &trial, QUIPU_CREATED, faults_of_imports);
    /* Imports alone mind the past. */
    trial.event.flags = HOLD;
    regresses(&trial);
    taken(&trial);
    before_debit(&trial);
    cr_assert_eq(trial_post(&trial), QUIPU_CREATED);
}

static void check_moved(const struct trial *trial, const struct trial *before, int line, size_t row)
{
    const quipu_transfer *stored = &trial->stored;
    const bool hold = (stored->flags & HOLD) != 0;
    struct balance debit = before->balances[DEBIT], credit = before->balances[CREDIT];
    quipu_transfer expected = before->event;

    if (hold) {
        debit.debits_pending += stored->amount;
        credit.credits_pending += stored->amount;
        debit.closed = (stored->flags & CLOSES_DEBIT) != 0;
        credit.closed = (stored->flags & CLOSES_CREDIT) != 0;
    } else {
        debit.debits_posted += stored->amount;
        credit.credits_posted += stored->amount;
    }
    debit.version++;
    credit.version++;
    cr_assert_eq(memcmp(&debit, &trial->balances[DEBIT], sizeof debit), 0, "%d, %zu", line, row);
    cr_assert_eq(memcmp(&credit, &trial->balances[CREDIT], sizeof credit), 0, "%d, %zu", line, row);
    expected.amount = stored->amount;
    expected.timestamp = before->at.timestamp;
    cr_assert_eq(memcmp(&expected, stored, sizeof expected), 0, "line %d, row %zu", line, row);
}

Test(rules_post, moves_what_it_stores)
{
    static const uint16_t flags[] = {0,
                                     HOLD,
                                     HOLD | CLOSES_DEBIT,
                                     HOLD | CLOSES_CREDIT,
                                     HOLD | CLOSES_DEBIT | CLOSES_CREDIT,
                                     DR,
                                     CR | HOLD};
    static const quipu_uint128 amounts[] = {0, 1, 10, (quipu_uint128)1 << 64};

    for (size_t i = 0; i < ROWS(flags) * ROWS(amounts); i++) {
        struct trial before = trial_sound(), trial;

        before.event.flags = flags[i / ROWS(amounts)];
        before.event.amount = amounts[i % ROWS(amounts)];
        before.balances[DEBIT].credits_posted = before.balances[CREDIT].debits_posted = ALL / 2;
        trial = before;
        cr_assert_eq(trial_post(&trial), QUIPU_CREATED, "row %zu", i);
        cr_assert(trial.stored.amount == before.event.amount, "row %zu", i);
        check_moved(&trial, &before, __LINE__, i);
    }
}

/* clang-format off */

/* Pending debits count against posted credits; pending credits are no funds. */
Test(rules_post, keeps_limits_to_the_last_unit)
{
    static const struct {
        quipu_uint128 pending, posted, funds, no_funds, amount;
        bool fits;
    } rows[] = {
        /* pending  posted  funds  no_funds  amount   fits */
        {  0,       0,      0,     0,        0,       true },
        {  0,       0,      0,     0,        1,       false },
        {  0,       0,      0,     ALL,      1,       false },
        {  3,       4,      17,    0,        10,      true },
        {  3,       4,      17,    0,        11,      false },
        {  3,       4,      16,    ALL,      10,      false },
        {  7,       0,      17,    0,        10,      true },
        {  7,       0,      17,    0,        11,      false },
        {  0,       0,      ALL,   0,        ALL,     true },
        {  1,       0,      ALL,   0,        ALL - 1, true },
        {  9,       9,      10,    0,        0,       false }, /* over its limit already */
    };

    for (size_t i = 0; i < 4 * ROWS(rows); i++) {
        const size_t row = i / 4;
        struct trial trial = trial_sound();
        bool on_credit = i % 2 != 0;

        trial.event.flags = i / 2 % 2 != 0 ? HOLD : 0;
        trial.event.amount = rows[row].amount;
        memset(trial.balances, 0, sizeof trial.balances);
        if (on_credit) {
            trial.parties[CREDIT].flags = LIMITED_CREDIT;
            trial.parties[DEBIT].flags = LIMITED_CREDIT; /* not asked on this side */
            trial.balances[CREDIT] = (struct balance){rows[row].no_funds, rows[row].funds,
                                                      rows[row].pending, rows[row].posted, 1, 0};
        } else {
            trial.parties[DEBIT].flags = LIMITED_DEBIT;
            trial.parties[CREDIT].flags = LIMITED_DEBIT;
            trial.balances[DEBIT] = (struct balance){rows[row].pending, rows[row].posted,
                                                     rows[row].no_funds, rows[row].funds, 1, 0};
        }
        cr_assert_eq(trial_post(&trial),
                     rows[row].fits ? QUIPU_CREATED
                                    : on_credit ? IS(EXCEEDS_DEBITS) : IS(EXCEEDS_CREDITS),
                     "row %zu, %s", row, on_credit ? "credit" : "debit");
    }
}

Test(rules_post, overflows_at_two_to_the_128)
{
    static const struct {
        uint16_t flags;
        quipu_uint128 pending, posted, amount;
        uint32_t on_debit, on_credit;
    } rows[] = {
        /* flags pending  posted   amount  becomes */
        {  0,    0,       0,       ALL,     QUIPU_CREATED, QUIPU_CREATED },
        {  0,    0,       1,       ALL,     IS(OVERFLOWS_DEBITS_POSTED), IS(OVERFLOWS_CREDITS_POSTED) },
        {  0,    0,       ALL,     0,       QUIPU_CREATED, QUIPU_CREATED },
        {  0,    0,       ALL,     1,       IS(OVERFLOWS_DEBITS_POSTED), IS(OVERFLOWS_CREDITS_POSTED) },
        {  0,    0,       ALL - 9, 9,       QUIPU_CREATED, QUIPU_CREATED },
        {  0,    0,       ALL - 9, 10,      IS(OVERFLOWS_DEBITS_POSTED), IS(OVERFLOWS_CREDITS_POSTED) },
        {  0,    1,       0,       ALL,     IS(OVERFLOWS_DEBITS), IS(OVERFLOWS_CREDITS) },
        {  0,    1,       0,       ALL - 1, QUIPU_CREATED, QUIPU_CREATED },
        {  0,    ALL,     0,       1,       IS(OVERFLOWS_DEBITS), IS(OVERFLOWS_CREDITS) },
        {  0,    5,       ALL - 9, 4,       QUIPU_CREATED, QUIPU_CREATED },
        {  0,    5,       ALL - 9, 5,       IS(OVERFLOWS_DEBITS), IS(OVERFLOWS_CREDITS) },
        {  HOLD, 0,       0,       ALL,     QUIPU_CREATED, QUIPU_CREATED },
        {  HOLD, 1,       0,       ALL,     IS(OVERFLOWS_DEBITS_PENDING), IS(OVERFLOWS_CREDITS_PENDING) },
        {  HOLD, 1,       0,       ALL - 1, QUIPU_CREATED, QUIPU_CREATED },
        {  HOLD, 0,       1,       ALL,     IS(OVERFLOWS_DEBITS_POSTED), IS(OVERFLOWS_CREDITS_POSTED) },
        {  HOLD, 5,       ALL - 9, 4,       QUIPU_CREATED, QUIPU_CREATED },
        {  HOLD, 5,       ALL - 9, 5,       IS(OVERFLOWS_DEBITS), IS(OVERFLOWS_CREDITS) },
    };

    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        const size_t row = i / 2;
        struct trial trial = trial_sound(), before;
        bool on_credit = i % 2 != 0;
        uint32_t outcome;

        trial.event.flags = rows[row].flags;
        trial.event.amount = rows[row].amount;
        memset(trial.balances, 0, sizeof trial.balances);
        if (on_credit) {
            trial.balances[CREDIT].credits_pending = rows[row].pending;
            trial.balances[CREDIT].credits_posted = rows[row].posted;
        } else {
            trial.balances[DEBIT].debits_pending = rows[row].pending;
            trial.balances[DEBIT].debits_posted = rows[row].posted;
        }
        before = trial;
        outcome = trial_post(&trial);
        cr_assert_eq(outcome, on_credit ? rows[row].on_credit : rows[row].on_debit,
                     "row %zu, %s: %u", row, on_credit ? "credit" : "debit", outcome);
        if (outcome == QUIPU_CREATED) check_moved(&trial, &before, __LINE__, row);
    }
}

Test(rules_post, expires_within_time)
{
    static const struct {
        uint64_t timestamp;
        uint32_t timeout, outcome;
    } rows[] = {
        {  INT64_MAX - SECOND,     1,          QUIPU_CREATED },
        {  INT64_MAX - SECOND + 1, 1,          IS(OVERFLOWS_TIMEOUT) },
        {  INT64_MAX - SECOND,     2,          IS(OVERFLOWS_TIMEOUT) },
        {  INT64_MAX,              0,          QUIPU_CREATED },
        {  NOW,                    UINT32_MAX, QUIPU_CREATED },
        {  INT64_MAX,              UINT32_MAX, IS(OVERFLOWS_TIMEOUT) },
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct trial trial = trial_sound();

        trial.event.flags = HOLD;
        trial.event.timeout = rows[i].timeout;
        trial.at.timestamp = rows[i].timestamp;
        cr_assert_eq(trial_post(&trial), rows[i].outcome, "row %zu", i);
    }
}

/* min(amount, funds - posted - pending), floored at 0, of one account or of both. */
Test(rules_post, balances_from_zero_to_the_amount)
{
    static const struct {
        uint16_t flags;
        quipu_uint128 amount;
        quipu_uint128 debit[3], credit[3]; /* pending, posted, funds */
        quipu_uint128 moves;
    } rows[] = {
        /* flags   amount  debit                credit               moves */
        {  DR,     10,     { 0, 0, 0 },         { 0, 0, 0 },         0 },
        {  DR,     10,     { 0, 0, 9 },         { 0, 0, 0 },         9 },
        {  DR,     10,     { 0, 0, 10 },        { 0, 0, 0 },         10 },
        {  DR,     10,     { 0, 0, 11 },        { 0, 0, 0 },         10 },
        {  DR,     10,     { 3, 4, 8 },         { 0, 0, 0 },         1 },
        {  DR,     10,     { 3, 4, 7 },         { 0, 0, 0 },         0 },
        {  DR,     10,     { 3, 4, 6 },         { 0, 0, 0 },         0 }, /* never below */
        {  DR,     10,     { 0, ALL, 1 },       { 0, 0, 0 },         0 },
        {  DR,     ALL,    { 0, 0, ALL },       { 0, 0, 0 },         ALL },
        {  DR,     0,      { 0, 0, 5 },         { 0, 0, 0 },         0 },
        {  CR,     10,     { 0, 0, 0 },         { 0, 0, 0 },         0 },
        {  CR,     10,     { 0, 0, 0 },         { 3, 4, 8 },         1 },
        {  CR,     10,     { 0, 0, 0 },         { 3, 4, 6 },         0 },
        {  CR,     10,     { 0, 0, 0 },         { 0, 0, 99 },        10 },
        {  DR|CR,  10,     { 0, 0, 5 },         { 0, 0, 7 },         5 },
        {  DR|CR,  10,     { 0, 0, 7 },         { 0, 0, 5 },         5 },
        {  DR|CR,  10,     { 0, 0, 50 },        { 0, 0, 50 },        10 },
        {  0,      10,     { 0, 0, 0 },         { 0, 0, 0 },         10 },
    };

    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        const size_t row = i / 2;
        const quipu_uint128 *debit = rows[row].debit, *credit = rows[row].credit;
        struct trial trial = trial_sound(), before;

        trial.event.flags = rows[row].flags | (i % 2 != 0 ? HOLD : 0);
        trial.event.amount = rows[row].amount;
        trial.balances[DEBIT] = (struct balance){debit[0], debit[1], ALL, debit[2], 1, 0};
        trial.balances[CREDIT] = (struct balance){ALL, credit[2], credit[0], credit[1], 1, 0};
        before = trial;
        cr_assert_eq(trial_post(&trial), QUIPU_CREATED, "row %zu", row);
        cr_assert(trial.stored.amount == rows[row].moves, "row %zu moves %llu", row,
                  (unsigned long long)trial.stored.amount);
        check_moved(&trial, &before, __LINE__, row);
    }
}
