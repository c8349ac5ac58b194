/* repeated_ids.c - an id was used before: how does the new transfer differ from the stored one? */
#include "checker/checker_parts.h"

/* In a post or void, 0 stands for what the pending transfer has. */
static bool differ(const struct history_step *asked, quipu_uint128 said, quipu_uint128 pending,
                   quipu_uint128 stored)
{
    return (step_resolves(asked) && said == 0 ? pending : said) != stored;
}

static bool amounts_differ(const quipu_transfer *asked, const quipu_transfer *stored,
                           const quipu_transfer *pending)
{
    quipu_uint128 amount = asked->amount;

    if ((asked->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) && amount == QUIPU_AMOUNT_MAX) {
        amount = pending->amount;
    } else if ((asked->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) && amount == 0) {
        amount = pending->amount;
    } else if (asked->flags & (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)) {
        return amount < stored->amount;
    }
    return amount != stored->amount;
}

/* The outcome for the first field that differs, from the debit account on. */
static uint32_t first_field(const struct history_step *step, const quipu_transfer *stored,
                            const quipu_transfer *pending)
{
    const quipu_transfer *asked = &step->transfer;

    if (differ(step, asked->debit_account_id, pending->debit_account_id,
               stored->debit_account_id)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID;
    }
    if (differ(step, asked->credit_account_id, pending->credit_account_id,
               stored->credit_account_id)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID;
    }
    if (amounts_differ(asked, stored, pending)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT;
    }
    if (differ(step, asked->user_data_128, pending->user_data_128, stored->user_data_128)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_128;
    }
    if (differ(step, asked->user_data_64, pending->user_data_64, stored->user_data_64)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_64;
    }
    if (differ(step, asked->user_data_32, pending->user_data_32, stored->user_data_32)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_32;
    }
    if (differ(step, asked->ledger, pending->ledger, stored->ledger)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_LEDGER;
    }
    if (differ(step, asked->code, pending->code, stored->code)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CODE;
    }
    return QUIPU_CREATE_TRANSFER_EXISTS;
}

bool exists_is_right(const struct history_step *asked, const struct history_step *stored,
                     const struct history_step *pending)
{
    uint32_t flags = asked->transfer.flags ^ stored->transfer.flags;

    if (asked->status == QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_FLAGS) return flags != 0;
    /* A history may mark the transfers of a commit as linked. */
    if ((flags & ~(uint32_t)QUIPU_TRANSFER_LINKED) != 0) return false;
    if (asked->transfer.pending_id != stored->transfer.pending_id) {
        return asked->status == QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_PENDING_ID;
    }
    if (asked->transfer.timeout != stored->transfer.timeout) {
        return asked->status == QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_TIMEOUT;
    }
    if (step_resolves(asked) && pending == NULL) return true; /* noted elsewhere */
    return asked->status == first_field(asked, &stored->transfer,
                                        pending == NULL ? &stored->transfer : &pending->transfer);
}
