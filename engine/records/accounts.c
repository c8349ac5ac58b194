/* accounts.c - the tables of accounts; an account as callers give and see it. */
#include "records/accounts.h"

const struct details quipui_details_none;

bool quipui_accounts_open(struct accounts *accounts, uint64_t capacity)
{
    size_t slots = (size_t)(capacity + QUIPU_BATCH_MAX);

    accounts->capacity = capacity;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&accounts->creating.word, LOCK_FREE);
    store_relaxed(&accounts->count, 0);
    store_relaxed(&accounts->have_user_data, false);
    return quipui_region_open(&accounts->slots, slots * sizeof(struct slot)) &&
           quipui_region_open(&accounts->details, slots * sizeof(struct details)) &&
           quipui_region_open(&accounts->timeouts, slots * sizeof(struct own_timeouts));
}

void quipui_accounts_close(struct accounts *accounts)
{
    quipui_region_close(&accounts->slots);
    quipui_region_close(&accounts->details);
    quipui_region_close(&accounts->timeouts);
}

bool quipui_accounts_grow(struct accounts *accounts, uint64_t count)
{
    return region_ensure(&accounts->slots, (size_t)count * sizeof(struct slot)) &&
           region_ensure(&accounts->details, (size_t)count * sizeof(struct details)) &&
           region_ensure(&accounts->timeouts, (size_t)count * sizeof(struct own_timeouts));
}

static void fill_user_data(struct accounts *accounts, struct slot *slot,
                           const quipu_account *account)
{
    struct details *details = slot_details(accounts, slot);

    slot->flags |= SLOT_HAS_USER_DATA;
    /* relaxed: a hint. */
    store_relaxed(&accounts->have_user_data, true);
    details->user_data_128 = account->user_data_128;
    details->user_data_64 = account->user_data_64;
    details->user_data_32 = account->user_data_32;
}

void quipui_account_fill(struct accounts *accounts, struct slot *slot, const quipu_account *account)
{
    slot->id = account->id;
    slot->ledger = account->ledger;
    slot->code = account->code;
    slot->flags = account->flags;
    if (account->user_data_128 != 0 || account->user_data_64 != 0 || account->user_data_32 != 0) {
        fill_user_data(accounts, slot, account);
    }
}

void quipui_account_view(const struct accounts *accounts, const struct slot *slot,
                         const struct account_state *state, quipu_account *account)
{
    const struct balance *balance = &state->balance;

    *account = (quipu_account){
        .id = slot->id,
        .debits_pending = balance->debits_pending,
        .debits_posted = balance->debits_posted,
        .credits_pending = balance->credits_pending,
        .credits_posted = balance->credits_posted,
        .ledger = slot->ledger,
        .code = slot->code,
        .flags = slot_flags(slot),
        /* relaxed: a caller that has the slot has seen its account exist (S2). */
        .timestamp = load_relaxed(&slot->timestamp),
    };
    details_show(slot_user_data(accounts, slot), account);
    if (balance->closed) account->flags |= QUIPU_ACCOUNT_CLOSED;
}

static uint64_t timestamp_at(const struct accounts *accounts, uint64_t place)
{
    /* relaxed: accounts_count() led here (S2). */
    return load_relaxed(&slot_at(accounts, place)->timestamp);
}

uint64_t quipui_accounts_from(struct accounts *accounts, uint64_t timestamp)
{
    uint64_t low = 0, high = accounts_count(accounts);

    /* Ends: each turn halves what is left. */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (timestamp_at(accounts, middle) < timestamp) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool quipui_accounts_have_timestamp(struct accounts *accounts, uint64_t timestamp)
{
    uint64_t place = quipui_accounts_from(accounts, timestamp);

    return place < accounts_count(accounts) && timestamp_at(accounts, place) == timestamp;
}
