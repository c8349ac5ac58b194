/* test_account.c - the law of creating accounts, fault by fault. */
#include "trial.h"

#define IS(name) QUIPU_CREATE_ACCOUNT_##name

static struct trial sound(void)
{
    struct trial trial = {0};

    trial.account = (quipu_account){
        .id = 1,
        .user_data_128 = 2,
        .user_data_64 = 3,
        .user_data_32 = 4,
        .ledger = 5,
        .code = 6,
    };
    trial.stored_account = trial.account;
    trial.stored_account.timestamp = NOW;
    trial.stored_account.debits_posted = 77; /* what it moved is not compared */
    trial.now = NOW;
    return trial;
}

#define PUT(name, change)                                                                          \
    static void name(struct trial *trial)                                                          \
    {                                                                                              \
        quipu_account *event = &trial->account;                                                    \
        change;                                                                                    \
    }

PUT(debits_pending, event->debits_pending = 1)
PUT(debits_posted, event->debits_posted = 1)
PUT(credits_pending, event->credits_pending = 1)
PUT(credits_posted, event->credits_posted = (quipu_uint128)1 << 64)
PUT(reserved_field, event->reserved = 1)
PUT(reserved_flag, event->flags |= 1 << 6)
PUT(no_id, event->id = 0)
PUT(id_max, event->id = ALL)
PUT(both_limits, event->flags |= QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS |
                                 QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS)
PUT(no_ledger, event->ledger = 0)
PUT(no_code, event->code = 0)
PUT(regresses, (event->flags |= QUIPU_ACCOUNT_IMPORTED, event->timestamp = trial->now))
PUT(other_flags, event->flags ^= QUIPU_ACCOUNT_HISTORY)
PUT(other_data_128, event->user_data_128 ^= (quipu_uint128)1 << 100)
PUT(other_data_64, event->user_data_64 = 0)
PUT(other_data_32, event->user_data_32 = 9)
PUT(other_ledger, event->ledger = 9)
PUT(other_code, event->code = 9)

static uint32_t form(struct trial *trial)
{
    return quipui_rules_account_form(&trial->account);
}

static uint32_t fields(struct trial *trial)
{
    return quipui_rules_account_fields(&trial->account, trial->now);
}

static uint32_t again(struct trial *trial)
{
    return quipui_rules_account_again(&trial->account, &trial->stored_account);
}

Test(rules_account, form_in_order)
{
    static const struct fault faults[] = {
        {IS(RESERVED_FIELD), reserved_field},
        {IS(RESERVED_FLAG), reserved_flag},
        {IS(ID_MUST_NOT_BE_ZERO), no_id},
        {IS(ID_MUST_NOT_BE_INT_MAX), id_max},
    };
    struct trial trial = sound();

    IN_ORDER(form, &trial, QUIPU_CREATED, faults);
    trial.account.flags = (1 << 6) - 1; /* every flag there is */
    trial.account.id = ALL - 1;
    IN_ORDER(form, &trial, QUIPU_CREATED, faults);
    for (int bit = 6; bit < 16; bit++) {
        trial.account.flags = (uint16_t)(1 << bit);
        cr_assert_eq(form(&trial), IS(RESERVED_FLAG), "bit %d", bit);
    }
}

Test(rules_account, fields_in_order)
{
    static const struct fault faults[] = {
        {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), both_limits},
        {IS(DEBITS_PENDING_MUST_BE_ZERO), debits_pending},
        {IS(DEBITS_POSTED_MUST_BE_ZERO), debits_posted},
        {IS(CREDITS_PENDING_MUST_BE_ZERO), credits_pending},
        {IS(CREDITS_POSTED_MUST_BE_ZERO), credits_posted},
        {IS(LEDGER_MUST_NOT_BE_ZERO), no_ledger},
        {IS(CODE_MUST_NOT_BE_ZERO), no_code},
        {IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS), regresses},
    };
    struct trial trial = sound();

    IN_ORDER(fields, &trial, QUIPU_CREATED, faults);
    trial.account.flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS; /* one limit is fine */
    cr_assert_eq(fields(&trial), QUIPU_CREATED);
    trial.account.flags = QUIPU_ACCOUNT_IMPORTED;
    trial.account.timestamp = NOW + 1; /* later than any */
    cr_assert_eq(fields(&trial), QUIPU_CREATED);
}

Test(rules_account, again_in_order)
{
    static const struct fault faults[] = {
        {IS(EXISTS_WITH_DIFFERENT_FLAGS), other_flags},
        {IS(EXISTS_WITH_DIFFERENT_USER_DATA_128), other_data_128},
        {IS(EXISTS_WITH_DIFFERENT_USER_DATA_64), other_data_64},
        {IS(EXISTS_WITH_DIFFERENT_USER_DATA_32), other_data_32},
        {IS(EXISTS_WITH_DIFFERENT_LEDGER), other_ledger},
        {IS(EXISTS_WITH_DIFFERENT_CODE), other_code},
    };
    struct trial trial = sound();

    IN_ORDER(again, &trial, IS(EXISTS), faults);
}

/* clang-format off */

Test(rules_account, time_in_order)
{
    static const struct {
        bool batch_imports, imports;
        uint64_t timestamp;
        uint32_t outcome;
    } rows[] = {
        /* batch  event  timestamp                 becomes */
        {  true,  false, 1,                        IS(IMPORTED_EVENT_EXPECTED) },
        {  true,  false, 0,                        IS(IMPORTED_EVENT_EXPECTED) },
        {  false, true,  0,                        IS(IMPORTED_EVENT_NOT_EXPECTED) },
        {  false, true,  NOW - 1,                  IS(IMPORTED_EVENT_NOT_EXPECTED) },
        {  false, false, 1,                        IS(TIMESTAMP_MUST_BE_ZERO) },
        {  false, false, 0,                        QUIPU_CREATED },
        {  true,  true,  0,                        IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE) },
        {  true,  true,  (uint64_t)INT64_MAX + 1,  IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE) },
        {  true,  true,  INT64_MAX,                IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE) },
        {  true,  true,  NOW,                      IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE) },
        {  true,  true,  NOW - 1,                  QUIPU_CREATED },
        {  true,  true,  1,                        QUIPU_CREATED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quipu_account event = {
            .flags = rows[i].imports ? QUIPU_ACCOUNT_IMPORTED : 0, .timestamp = rows[i].timestamp,
        };
        uint32_t outcome = quipui_rules_account_time(&event, rows[i].batch_imports, NOW);

        cr_assert_eq(outcome, rows[i].outcome, "row %zu: %u", i, outcome);
    }
}
