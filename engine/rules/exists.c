/* exists.c - a transfer whose id is in use: the same event again, or where does it differ?
 *
 * Zero fields of a post or void inherit from the pending transfer, so what the caller says now is
 * compared with what it meant then. */
#include "rules/transfer.h"

/* What a caller means that says `said`: itself, or what the pending transfer has. */
#define INHERIT(said, pending) ((said) != 0 ? (said) : (pending))

static uint32_t again_posting(const quipu_transfer *event, const quipu_transfer *stored)
{
    bool balancing =
        (event->flags & (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)) != 0;

    if (event->debit_account_id != stored->debit_account_id) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID;
    }
    if (event->credit_account_id != stored->credit_account_id) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID;
    }
    /* The amount of a balancing transfer is an upper limit; the record keeps what was moved. */
    if (balancing ? event->amount < stored->amount : event->amount != stored->amount) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT;
    }
    if (event->user_data_128 != stored->user_data_128) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_128;
    }
    if (event->user_data_64 != stored->user_data_64) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_64;
    }
    if (event->user_data_32 != stored->user_data_32) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_32;
    }
    if (event->ledger != stored->ledger) return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_LEDGER;
    if (event->code != stored->code) return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CODE;
    return QUIPU_CREATE_TRANSFER_EXISTS;
}

static bool same_amount(const quipu_transfer *event, const quipu_transfer *stored,
                        const quipu_transfer *pending)
{
    bool voids = (event->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0;
    bool all = event->amount == (voids ? 0 : QUIPU_AMOUNT_MAX);

    return stored->amount == (all ? pending->amount : event->amount);
}

static uint32_t again_resolving(const quipu_transfer *event, const quipu_transfer *stored,
                                const quipu_transfer *pending)
{
    if (event->debit_account_id != 0 && event->debit_account_id != stored->debit_account_id) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID;
    }
    if (event->credit_account_id != 0 && event->credit_account_id != stored->credit_account_id) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID;
    }
    if (!same_amount(event, stored, pending)) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT;
    }
    if (INHERIT(event->user_data_128, pending->user_data_128) != stored->user_data_128) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_128;
    }
    if (INHERIT(event->user_data_64, pending->user_data_64) != stored->user_data_64) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_64;
    }
    if (INHERIT(event->user_data_32, pending->user_data_32) != stored->user_data_32) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_USER_DATA_32;
    }
    if (event->ledger != 0 && event->ledger != stored->ledger) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_LEDGER;
    }
    if (event->code != 0 && event->code != stored->code) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_CODE;
    }
    return QUIPU_CREATE_TRANSFER_EXISTS;
}

uint32_t quipui_rules_transfer_again(const quipu_transfer *event, const quipu_transfer *stored,
                                     const quipu_transfer *pending)
{
    /* The flags decide how the rest is compared, so they come first. */
    if (event->flags != stored->flags) return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_FLAGS;
    if (event->pending_id != stored->pending_id) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_PENDING_ID;
    }
    if (event->timeout != stored->timeout) {
        return QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_TIMEOUT;
    }
    return rules_resolves(event) ? again_resolving(event, stored, pending)
                                 : again_posting(event, stored);
}
