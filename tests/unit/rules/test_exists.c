/* test_exists.c - a transfer whose id is in use: the same again, or where does it differ? */
#include "trial.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

#define PUT(name, change)                                                                          \
    static void name(struct trial *trial)                                                          \
    {                                                                                              \
        quipu_transfer *event = &trial->event;                                                     \
        change;                                                                                    \
    }

PUT(other_flags, event->flags ^= QUIPU_TRANSFER_LINKED)
PUT(other_pending_id, event->pending_id ^= 1)
PUT(other_timeout, event->timeout ^= 1)
PUT(other_debit, event->debit_account_id = 9)
PUT(other_credit, event->credit_account_id = 9)
PUT(other_amount, event->amount = 3)
PUT(other_data_128, event->user_data_128 = (quipu_uint128)9 << 100)
PUT(other_data_64, event->user_data_64 = 9)
PUT(other_data_32, event->user_data_32 = 9)
PUT(other_ledger, event->ledger = 9)
PUT(other_code, event->code = 9)

static const struct fault faults[] = {
    {IS(EXISTS_WITH_DIFFERENT_FLAGS), other_flags},
    {IS(EXISTS_WITH_DIFFERENT_PENDING_ID), other_pending_id},
    {IS(EXISTS_WITH_DIFFERENT_TIMEOUT), other_timeout},
    {IS(EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID), other_debit},
    {IS(EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID), other_credit},
    {IS(EXISTS_WITH_DIFFERENT_AMOUNT), other_amount},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_128), other_data_128},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_64), other_data_64},
    {IS(EXISTS_WITH_DIFFERENT_USER_DATA_32), other_data_32},
    {IS(EXISTS_WITH_DIFFERENT_LEDGER), other_ledger},
    {IS(EXISTS_WITH_DIFFERENT_CODE), other_code},
};

static uint32_t again(struct trial *trial)
{
    return quipui_rules_transfer_again(&trial->event, &trial->stored,
                                       trial->no_pending ? NULL : &trial->pending);
}

static struct trial posting(uint16_t flags)
{
    struct trial trial = trial_sound();

    trial.event.flags = flags;
    trial.event.user_data_128 = 3;
    trial.event.user_data_64 = 4;
    trial.event.user_data_32 = 5;
    trial.stored = trial.event;
    trial.stored.timestamp = NOW;
    trial.no_pending = true;
    return trial;
}

/* A post or void that was stored with what it inherited, said again in full. */
static struct trial resolving(uint16_t flags, quipu_uint128 amount)
{
    struct trial trial = posting(flags);

    trial.no_pending = false;
    trial.event.pending_id = trial.stored.pending_id = trial.pending.id;
    trial.event.amount = trial.stored.amount = amount;
    trial.pending.user_data_128 = 33;
    trial.pending.user_data_64 = 44;
    trial.pending.user_data_32 = 55;
    return trial;
}

Test(rules_again, of_a_posting_in_order)
{
    static const uint16_t flags[] = {0, QUIPU_TRANSFER_PENDING, QUIPU_TRANSFER_BALANCING_DEBIT,
                                     QUIPU_TRANSFER_BALANCING_CREDIT | QUIPU_TRANSFER_PENDING};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct trial trial = posting(flags[i]);

        IN_ORDER(again, &trial, IS(EXISTS), faults);
    }
}

Test(rules_again, of_a_resolution_in_order)
{
    struct trial trial = resolving(QUIPU_TRANSFER_POST_PENDING_TRANSFER, 8);

    IN_ORDER(again, &trial, IS(EXISTS), faults);
    trial = resolving(QUIPU_TRANSFER_VOID_PENDING_TRANSFER, 10);
    IN_ORDER(again, &trial, IS(EXISTS), faults);
}

/* What was inherited may be said or left out, as before. */
Test(rules_again, of_a_resolution_inherits)
{
    struct trial trial = resolving(QUIPU_TRANSFER_POST_PENDING_TRANSFER, 8);

    trial.event.debit_account_id = trial.event.credit_account_id = 0;
    trial.event.ledger = 0;
    trial.event.code = 0;
    cr_assert_eq(again(&trial), IS(EXISTS));
    /* User data left out means the pending transfer's: it was another's here. */
    trial.event.user_data_128 = 0;
    cr_assert_eq(again(&trial), IS(EXISTS_WITH_DIFFERENT_USER_DATA_128));
    trial.stored.user_data_128 = 33;
    trial.event.user_data_64 = 0;
    cr_assert_eq(again(&trial), IS(EXISTS_WITH_DIFFERENT_USER_DATA_64));
    trial.stored.user_data_64 = 44;
    trial.event.user_data_32 = 0;
    cr_assert_eq(again(&trial), IS(EXISTS_WITH_DIFFERENT_USER_DATA_32));
    trial.stored.user_data_32 = 55;
    cr_assert_eq(again(&trial), IS(EXISTS));
}

/* clang-format off */

Test(rules_again, compares_what_amounts_mean)
{
    enum { POST = QUIPU_TRANSFER_POST_PENDING_TRANSFER, VOID = QUIPU_TRANSFER_VOID_PENDING_TRANSFER,
           DR = QUIPU_TRANSFER_BALANCING_DEBIT, CR = QUIPU_TRANSFER_BALANCING_CREDIT };
    static const struct {
        uint16_t flags;
        quipu_uint128 asked, stored;
        bool same;
    } rows[] = {
        /* flags  asked   stored   the pending transfer is of 10 */
        {  0,     10,     10,      true },
        {  0,     11,     10,      false },
        {  0,     9,      10,      false },
        {  DR,    10,     10,      true },
        {  DR,    ALL,    10,      true },  /* an upper limit */
        {  DR,    9,      10,      false },
        {  CR,    11,     10,      true },
        {  CR,    9,      10,      false },
        {  DR|CR, 0,      0,       true },
        {  POST,  8,      8,       true },
        {  POST,  9,      8,       false },
        {  POST,  ALL,    8,       false }, /* all was not posted */
        {  POST,  ALL,    10,      true },
        {  POST,  10,     10,      true },
        {  POST,  0,      10,      false },
        {  POST,  0,      0,       true },
        {  VOID,  0,      10,      true },
        {  VOID,  10,     10,      true },
        {  VOID,  9,      10,      false },
        {  VOID,  ALL,    10,      false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool resolves = (rows[i].flags & (POST | VOID)) != 0;
        struct trial trial = resolves ? resolving(rows[i].flags, rows[i].stored)
                                      : posting(rows[i].flags);

        trial.event.amount = rows[i].asked;
        trial.stored.amount = rows[i].stored;
        cr_assert_eq(again(&trial),
                     rows[i].same ? IS(EXISTS) : IS(EXISTS_WITH_DIFFERENT_AMOUNT), "row %zu", i);
    }
}
