/* slot.c - an account as callers give and see it. */
#include "records/slot.h"

void quipui_slot_fill(struct slot *slot, const quipu_account *account)
{
    slot->id = account->id;
    slot->ledger = account->ledger;
    slot->code = account->code;
    slot->flags = account->flags;
    slot->user_data_128 = account->user_data_128;
    slot->user_data_64 = account->user_data_64;
    slot->user_data_32 = account->user_data_32;
}

void quipui_slot_view(struct slot *slot, const struct account_state *state, quipu_account *account)
{
    const struct balance *balance = &state->balance;

    *account = (quipu_account){
        .id = slot->id,
        .debits_pending = balance->debits_pending,
        .debits_posted = balance->debits_posted,
        .credits_pending = balance->credits_pending,
        .credits_posted = balance->credits_posted,
        .user_data_128 = slot->user_data_128,
        .user_data_64 = slot->user_data_64,
        .user_data_32 = slot->user_data_32,
        .ledger = slot->ledger,
        .code = slot->code,
        .flags = slot->flags,
        /* relaxed: a caller that has the slot has seen its account exist (S2). */
        .timestamp = load_relaxed(&slot->timestamp),
    };
    if (balance->closed) account->flags |= QUIPU_ACCOUNT_CLOSED;
}
