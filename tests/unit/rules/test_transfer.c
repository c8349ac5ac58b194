/* test_transfer.c - what the law says of a transfer before it looks at accounts. */
#include "trial.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

#define PUT(name, change)                                                                          \
    static void name(struct trial *trial)                                                          \
    {                                                                                              \
        quipu_transfer *event = &trial->event;                                                     \
        change;                                                                                    \
    }

PUT(reserved_flag, event->flags |= 1 << 9)
PUT(no_id, event->id = 0)
PUT(id_max, event->id = ALL)
PUT(no_debit, event->debit_account_id = 0)
PUT(debit_max, event->debit_account_id = ALL)
PUT(no_credit, event->credit_account_id = 0)
PUT(credit_max, event->credit_account_id = ALL)
PUT(same_account, event->credit_account_id = event->debit_account_id)
PUT(has_pending_id, event->pending_id = 6)
PUT(has_timeout, event->timeout = 1)
PUT(closes_debit, event->flags |= QUIPU_TRANSFER_CLOSING_DEBIT)
PUT(closes_credit, event->flags |= QUIPU_TRANSFER_CLOSING_CREDIT)
PUT(no_ledger, event->ledger = 0)
PUT(no_code, event->code = 0)
PUT(posts_and_voids,
    event->flags |= QUIPU_TRANSFER_POST_PENDING_TRANSFER | QUIPU_TRANSFER_VOID_PENDING_TRANSFER)
PUT(no_pending_id, event->pending_id = 0)
PUT(pending_id_max, event->pending_id = ALL)
PUT(pending_id_same, event->pending_id = event->id)

static uint32_t form(struct trial *trial)
{
    return quipui_rules_transfer_form(&trial->event);
}

static uint32_t fields(struct trial *trial)
{
    return quipui_rules_transfer_fields(&trial->event);
}

Test(rules_transfer, form_in_order)
{
    static const struct fault faults[] = {
        {IS(RESERVED_FLAG), reserved_flag},
        {IS(ID_MUST_NOT_BE_ZERO), no_id},
        {IS(ID_MUST_NOT_BE_INT_MAX), id_max},
    };
    struct trial trial = trial_sound();

    IN_ORDER(form, &trial, QUIPU_CREATED, faults);
    trial.event.flags = (1 << 9) - 1; /* every flag there is */
    trial.event.id = ALL - 1;
    IN_ORDER(form, &trial, QUIPU_CREATED, faults);
    for (int bit = 9; bit < 16; bit++) {
        trial.event.flags = (uint16_t)(1 << bit);
        cr_assert_eq(form(&trial), IS(RESERVED_FLAG), "bit %d", bit);
    }
}

Test(rules_transfer, fields_of_a_posting_in_order)
{
    static const struct fault faults[] = {
        {IS(DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), no_debit},
        {IS(DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX), debit_max},
        {IS(CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), no_credit},
        {IS(CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX), credit_max},
        {IS(ACCOUNTS_MUST_BE_DIFFERENT), same_account},
        {IS(PENDING_ID_MUST_BE_ZERO), has_pending_id},
        {IS(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER), has_timeout},
        {IS(CLOSING_TRANSFER_MUST_BE_PENDING), closes_debit},
        {IS(CLOSING_TRANSFER_MUST_BE_PENDING), closes_credit},
        {IS(LEDGER_MUST_NOT_BE_ZERO), no_ledger},
        {IS(CODE_MUST_NOT_BE_ZERO), no_code},
    };
    struct trial trial = trial_sound();

    IN_ORDER(fields, &trial, QUIPU_CREATED, faults);
    trial.event.amount = 0; /* says nothing yet */
    IN_ORDER(fields, &trial, QUIPU_CREATED, faults);
}

/* A pending transfer may have a time-out and may close; the rest is the same. */
Test(rules_transfer, fields_of_a_hold_in_order)
{
    static const struct fault faults[] = {
        {IS(DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), no_debit},
        {IS(CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO), no_credit},
        {IS(ACCOUNTS_MUST_BE_DIFFERENT), same_account},
        {IS(PENDING_ID_MUST_BE_ZERO), has_pending_id},
        {IS(LEDGER_MUST_NOT_BE_ZERO), no_ledger},
        {IS(CODE_MUST_NOT_BE_ZERO), no_code},
    };
    struct trial trial = trial_sound();

    trial.event.timeout = UINT32_MAX;
    trial.event.flags =
        QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT | QUIPU_TRANSFER_CLOSING_CREDIT;
    IN_ORDER(fields, &trial, QUIPU_CREATED, faults);
}

Test(rules_transfer, fields_of_a_resolution_in_order)
{
    static const struct fault faults[] = {
        {IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), posts_and_voids},
        {IS(PENDING_ID_MUST_NOT_BE_ZERO), no_pending_id},
        {IS(PENDING_ID_MUST_NOT_BE_INT_MAX), pending_id_max},
        {IS(PENDING_ID_MUST_BE_DIFFERENT), pending_id_same},
        {IS(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER), has_timeout},
    };
    static const uint16_t excluded[] = {
        QUIPU_TRANSFER_PENDING,          QUIPU_TRANSFER_BALANCING_DEBIT,
        QUIPU_TRANSFER_BALANCING_CREDIT, QUIPU_TRANSFER_CLOSING_DEBIT,
        QUIPU_TRANSFER_CLOSING_CREDIT,
    };
    static const uint16_t resolving[] = {QUIPU_TRANSFER_POST_PENDING_TRANSFER,
                                         QUIPU_TRANSFER_VOID_PENDING_TRANSFER};

    for (int i = 0; i < 2; i++) {
        struct trial trial = {.event = {.id = 7, .pending_id = 6, .flags = resolving[i]}};

        IN_ORDER(fields, &trial, QUIPU_CREATED, faults);
        for (size_t j = 0; j < sizeof excluded / sizeof excluded[0]; j++) {
            trial.event.flags = resolving[i] | excluded[j];
            cr_assert_eq(fields(&trial), IS(FLAGS_ARE_MUTUALLY_EXCLUSIVE), "flag %u", excluded[j]);
        }
        trial.event.flags = resolving[i] | QUIPU_TRANSFER_LINKED | QUIPU_TRANSFER_IMPORTED;
        cr_assert_eq(fields(&trial), QUIPU_CREATED);
    }
}

/* clang-format off */

Test(rules_transfer, time_in_order)
{
    static const struct {
        bool batch_imports, imports;
        uint64_t timestamp;
        uint32_t outcome;
    } rows[] = {
        /* batch  event  timestamp                 becomes */
        {  true,  false, 1,                        IS(IMPORTED_EVENT_EXPECTED) },
        {  false, true,  0,                        IS(IMPORTED_EVENT_NOT_EXPECTED) },
        {  false, false, 1,                        IS(TIMESTAMP_MUST_BE_ZERO) },
        {  false, false, 0,                        QUIPU_CREATED },
        {  true,  true,  0,                        IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE) },
        {  true,  true,  (uint64_t)INT64_MAX + 1,  IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE) },
        {  true,  true,  NOW,                      IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE) },
        {  true,  true,  NOW - 1,                  QUIPU_CREATED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quipu_transfer event = {
            .flags = rows[i].imports ? QUIPU_TRANSFER_IMPORTED : 0, .timestamp = rows[i].timestamp,
        };
        uint32_t outcome = quipui_rules_transfer_time(&event, rows[i].batch_imports, NOW);

        cr_assert_eq(outcome, rows[i].outcome, "row %zu: %u", i, outcome);
    }
}

/* clang-format on */

Test(rules_transfer, burns_for_transient_reasons_only)
{
    /* As written in docs/semantics.md. */
    static const uint32_t transient[] = {21, 22, 25, 54, 55, 65, 66};
    const size_t count = sizeof transient / sizeof transient[0];

    for (uint32_t outcome = 0; outcome < 100; outcome++) {
        bool burns = false;

        for (size_t i = 0; i < count; i++)
            burns = burns || transient[i] == outcome;
        cr_assert_eq(quipui_rules_is_transient(outcome), burns, "outcome %u", outcome);
    }
    cr_assert_not(quipui_rules_is_transient(QUIPU_CREATED));
    cr_assert_not(quipui_rules_is_transient(QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID));
}

Test(rules_transfer, due_is_seconds_later)
{
    cr_assert_eq(rules_due(NOW, 1), NOW + SECOND);
    cr_assert_eq(rules_due(INT64_MAX, UINT32_MAX), INT64_MAX + UINT32_MAX * SECOND);
    cr_assert_gt(rules_due(INT64_MAX, UINT32_MAX), INT64_MAX, "does not wrap");
}
