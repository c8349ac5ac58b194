/* accounts.c - the table of account slots; see accounts.h. */
#include "records/accounts.h"

bool quipui_accounts_open(struct accounts *accounts, uint64_t capacity)
{
    accounts->capacity = capacity;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&accounts->creating.word, LOCK_FREE);
    store_relaxed(&accounts->count, 0);
    return quipui_region_open(&accounts->slots, (size_t)capacity * sizeof(struct slot));
}

void quipui_accounts_close(struct accounts *accounts)
{
    quipui_region_close(&accounts->slots);
}

bool quipui_accounts_have_timestamp(struct accounts *accounts, uint64_t timestamp)
{
    uint64_t low = 0, high = accounts_count(accounts);

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        /* relaxed: `creating` orders this after the account's creation. */
        uint64_t seen = load_relaxed(&slot_at(accounts, middle)->timestamp);

        if (seen == timestamp) return true;
        if (seen < timestamp) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}
