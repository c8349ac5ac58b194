/* shortfall.c - finds the totals of an account at the instant of a refusal. */
#include "command/load/shortfall.h"

#include <stddef.h>

enum side { SIDE_DEBIT, SIDE_CREDIT, SIDE_PENDING, SIDE_NONE };

static enum side side_of(uint32_t outcome)
{
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS: return SIDE_DEBIT;
    case QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS: return SIDE_CREDIT;
    case QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT: return SIDE_PENDING;
    default: return SIDE_NONE;
    }
}

/* `room` less both amounts; never below zero. */
static quipu_uint128 left_of(quipu_uint128 room, quipu_uint128 one, quipu_uint128 two)
{
    if (room < one) return 0;
    return room - one < two ? 0 : room - one - two;
}

static quipu_uint128 room_for(uint32_t outcome, const quipu_account_balance *had)
{
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS:
        return left_of(had->credits_posted, had->debits_posted, had->debits_pending);
    case QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS:
        return left_of(had->debits_posted, had->credits_posted, had->credits_pending);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING:
        return left_of(QUIPU_AMOUNT_MAX, had->debits_pending, 0);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED:
        return left_of(QUIPU_AMOUNT_MAX, had->debits_posted, 0);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS:
        return left_of(QUIPU_AMOUNT_MAX, had->debits_posted, had->debits_pending);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING:
        return left_of(QUIPU_AMOUNT_MAX, had->credits_pending, 0);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED:
        return left_of(QUIPU_AMOUNT_MAX, had->credits_posted, 0);
    default: return left_of(QUIPU_AMOUNT_MAX, had->credits_posted, had->credits_pending);
    }
}

/* The account's totals right after its last transfer before the instant. All 0 if there was
 * none. */
static bool look_back(quipu_ledger *ledger, quipu_uint128 id, uint64_t until,
                      quipu_account_balance *had)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .timestamp_max = until,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    size_t count;

    *had = (quipu_account_balance){.timestamp = 0};
    return quipu_get_account_balances(ledger, &filter, had, 1, &count) == QUIPU_OK;
}

bool shortfall_of(quipu_ledger *ledger, const quipu_transfer *transfer, const quipu_result *result,
                  struct shortfall *shortfall)
{
    enum side side = side_of(result->status);
    quipu_account_balance had;
    quipu_transfer pending;
    /* Imported records have the timestamps of their rows. */
    uint64_t until =
        transfer->flags & QUIPU_TRANSFER_IMPORTED ? transfer->timestamp - 1 : result->timestamp;

    shortfall->needed = transfer->amount;
    if (side == SIDE_NONE) return false;
    if (side == SIDE_PENDING) {
        if (quipu_lookup_transfers(ledger, &transfer->pending_id, 1, &pending, NULL) != QUIPU_OK)
            return false;
        shortfall->available = pending.amount;
        return pending.id != 0;
    }
    if (!look_back(ledger,
                   side == SIDE_DEBIT ? transfer->debit_account_id : transfer->credit_account_id,
                   until, &had))
        return false;
    shortfall->available = room_for(result->status, &had);
    return true;
}
