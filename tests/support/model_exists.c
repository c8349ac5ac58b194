/* model_exists.c - what the reference model says to an id that is stored already. */
#include "support/model_parts.h"

uint32_t model_account_exists(const quipu_account *a, const struct model_account *e)
{
    if (a->flags != e->flags_created) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_FLAGS;
    if (a->user_data_128 != e->is.user_data_128) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_128;
    }
    if (a->user_data_64 != e->is.user_data_64) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_64;
    }
    if (a->user_data_32 != e->is.user_data_32) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_32;
    }
    if (a->ledger != e->is.ledger) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_LEDGER;
    if (a->code != e->is.code) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_CODE;
    return QUIPU_CREATE_ACCOUNT_EXISTS;
}

static bool amount_differs(const quipu_transfer *t, const quipu_transfer *e,
                           const quipu_transfer *pending)
{
    if (t->flags & BALANCING) return t->amount < e->amount;
    if ((t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) && t->amount == 0) {
        return e->amount != pending->amount;
    }
    if ((t->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) && t->amount == QUIPU_AMOUNT_MAX) {
        return e->amount != pending->amount;
    }
    return t->amount != e->amount;
}

/* A zero field of a post or void was inherited: it is compared as what it stands for. */
uint32_t model_transfer_exists(const struct model *m, const quipu_transfer *t,
                               const quipu_transfer *e)
{
    quipu_transfer want = *t, pending = {0};

    if (t->flags != e->flags) return OUTCOME(EXISTS_WITH_DIFFERENT_FLAGS);
    if (t->pending_id != e->pending_id) return OUTCOME(EXISTS_WITH_DIFFERENT_PENDING_ID);
    if (t->timeout != e->timeout) return OUTCOME(EXISTS_WITH_DIFFERENT_TIMEOUT);
    if (t->flags & POST_OR_VOID) {
        pending = m->transfers[model_find_transfer(m, t->pending_id)].is;
        if (want.debit_account_id == 0) want.debit_account_id = pending.debit_account_id;
        if (want.credit_account_id == 0) want.credit_account_id = pending.credit_account_id;
        if (want.user_data_128 == 0) want.user_data_128 = pending.user_data_128;
        if (want.user_data_64 == 0) want.user_data_64 = pending.user_data_64;
        if (want.user_data_32 == 0) want.user_data_32 = pending.user_data_32;
        if (want.ledger == 0) want.ledger = pending.ledger;
        if (want.code == 0) want.code = pending.code;
    }
    if (want.debit_account_id != e->debit_account_id) {
        return OUTCOME(EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID);
    }
    if (want.credit_account_id != e->credit_account_id) {
        return OUTCOME(EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID);
    }
    if (amount_differs(t, e, &pending)) return OUTCOME(EXISTS_WITH_DIFFERENT_AMOUNT);
    if (want.user_data_128 != e->user_data_128) {
        return OUTCOME(EXISTS_WITH_DIFFERENT_USER_DATA_128);
    }
    if (want.user_data_64 != e->user_data_64) return OUTCOME(EXISTS_WITH_DIFFERENT_USER_DATA_64);
    if (want.user_data_32 != e->user_data_32) return OUTCOME(EXISTS_WITH_DIFFERENT_USER_DATA_32);
    if (want.ledger != e->ledger) return OUTCOME(EXISTS_WITH_DIFFERENT_LEDGER);
    if (want.code != e->code) return OUTCOME(EXISTS_WITH_DIFFERENT_CODE);
    return OUTCOME(EXISTS);
}
