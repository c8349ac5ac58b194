/* accounts.c - the table of account slots; see accounts.h. */
#include "records/accounts.h"

bool quipui_accounts_open(struct accounts *accounts, uint64_t capacity)
{
    accounts->capacity = capacity;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&accounts->creating.word, LOCK_FREE);
    store_relaxed(&accounts->count, 0);
    return quipui_region_open(&accounts->slots,
                              (size_t)(capacity + QUIPU_BATCH_MAX) * sizeof(struct slot));
}

void quipui_accounts_close(struct accounts *accounts)
{
    quipui_region_close(&accounts->slots);
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
