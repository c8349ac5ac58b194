/* resolve.c - the law of posting, voiding and expiring a pending transfer. */
#include "rules/movement.h"
#include "rules/transfer.h"

static bool posts(uint16_t flags)
{
    return (flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;
}

static uint32_t check_match(const quipu_transfer *event, const quipu_transfer *pending)
{
    if (event->debit_account_id != 0 && event->debit_account_id != pending->debit_account_id) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID;
    }
    if (event->credit_account_id != 0 && event->credit_account_id != pending->credit_account_id) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID;
    }
    if (event->ledger != 0 && event->ledger != pending->ledger) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_LEDGER;
    }
    if (event->code != 0 && event->code != pending->code) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CODE;
    }
    return QUIPU_CREATED;
}

/* The amount that a post or void means: 2^128-1 posts all, 0 voids all. */
static quipu_uint128 meant(quipu_uint128 amount, uint16_t flags, const quipu_transfer *pending)
{
    bool all = amount == (posts(flags) ? QUIPU_AMOUNT_MAX : 0);

    return all ? pending->amount : amount;
}

static uint32_t check_amount(quipu_uint128 amount, uint16_t flags, const quipu_transfer *pending)
{
    if (amount > pending->amount) return QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT;
    if (!posts(flags) && amount < pending->amount) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT;
    }
    return QUIPU_CREATED;
}

static uint32_t check_state(const struct hold_view *hold, uint64_t timestamp)
{
    const quipu_transfer *pending = hold->transfer;

    switch (hold->state) {
    case HOLD_POSTED: return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED;
    case HOLD_VOIDED: return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED;
    case HOLD_EXPIRED: return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED;
    case HOLD_NEW:
    case HOLD_PENDING:
    case HOLD_LAPSED:
    case HOLD_LOCKED: break;
    }
    if (pending->timeout != 0 && timestamp >= rules_due(pending->timestamp, pending->timeout)) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED;
    }
    return QUIPU_CREATED;
}

/* A closed account lets every void through, whichever pending transfer it voids. */
static uint32_t check_closed(uint16_t flags, const struct party *debit, const struct party *credit)
{
    if (!posts(flags)) return QUIPU_CREATED;
    if (debit->balance->closed) return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED;
    if (credit->balance->closed) return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED;
    return QUIPU_CREATED;
}

/* The record, but for its amount. */
static void keep(const quipu_transfer *event, uint16_t flags, const quipu_transfer *pending,
                 uint64_t timestamp, quipu_transfer *stored)
{
    rules_record(event, stored);
    stored->debit_account_id = pending->debit_account_id;
    stored->credit_account_id = pending->credit_account_id;
    if (event->user_data_128 == 0) stored->user_data_128 = pending->user_data_128;
    if (event->user_data_64 == 0) stored->user_data_64 = pending->user_data_64;
    if (event->user_data_32 == 0) stored->user_data_32 = pending->user_data_32;
    stored->ledger = pending->ledger;
    stored->code = pending->code;
    stored->flags = flags; /* again: a compiler that knows them knows what it moves */
    stored->timestamp = timestamp;
}

static void move(struct movement moved, struct balance *debit, struct balance *credit)
{
    rules_move(&moved, &debit->debits_pending, &debit->debits_posted);
    rules_move(&moved, &credit->credits_pending, &credit->credits_posted);
    debit->version++;
    credit->version++;
}

/* Only what closed an account opens it again. */
static void open_again(const quipu_transfer *pending, struct balance *debit, struct balance *credit)
{
    if ((pending->flags & QUIPU_TRANSFER_CLOSING_DEBIT) != 0) debit->closed = 0;
    if ((pending->flags & QUIPU_TRANSFER_CLOSING_CREDIT) != 0) credit->closed = 0;
}

uint32_t quipui_rules_resolve(const quipu_transfer *event, uint16_t flags, const struct moment *at,
                              const struct hold_view *hold, const struct party *debit,
                              const struct party *credit, quipu_transfer *stored)
{
    const quipu_transfer *pending = hold->transfer;
    quipu_uint128 amount;
    uint32_t outcome;

    if (pending == NULL) return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND;
    if ((pending->flags & QUIPU_TRANSFER_PENDING) == 0) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_PENDING;
    }
    outcome = check_match(event, pending);
    if (outcome != QUIPU_CREATED) return outcome;
    amount = meant(event->amount, flags, pending);
    outcome = check_amount(amount, flags, pending);
    if (outcome != QUIPU_CREATED) return outcome;
    outcome = check_state(hold, at->timestamp);
    if (outcome != QUIPU_CREATED) return outcome;
    if ((flags & QUIPU_TRANSFER_IMPORTED) != 0 &&
        (event->timestamp <= at->newest_transfer || at->taken_by_an_account)) {
        return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS;
    }
    outcome = check_closed(flags, debit, credit);
    if (outcome != QUIPU_CREATED) return outcome;

    keep(event, flags, pending, at->timestamp, stored);
    stored->amount = amount;
    move(quipui_rules_movement(stored, pending), debit->balance, credit->balance);
    if (!posts(flags)) open_again(pending, debit->balance, credit->balance);
    return QUIPU_CREATED;
}

void quipui_rules_expire(const quipu_transfer *pending, struct balance *debit,
                         struct balance *credit)
{
    move(quipui_rules_expiry_movement(pending), debit, credit);
    open_again(pending, debit, credit);
}
