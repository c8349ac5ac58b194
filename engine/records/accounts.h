/* accounts.h - the table of account slots, in order of creation.
 *
 * Accounts are created by one thread at a time (`creating`), so slots are in order of timestamp and
 * [0, count) have no hole. Some slots behind the capacity are for chains that turn out to be too
 * long: they are taken and given back, never settled. */
#ifndef QUIPU_RECORDS_ACCOUNTS_H
#define QUIPU_RECORDS_ACCOUNTS_H

#include "base/lock.h"
#include "base/memory.h"
#include "records/slot.h"

struct accounts {
    struct region slots;
    uint64_t capacity;
    struct lock creating;
    _Atomic uint64_t count;
};

bool quipui_accounts_open(struct accounts *accounts, uint64_t capacity);
void quipui_accounts_close(struct accounts *accounts);

/* The first place whose account is not older than this, or the count. */
uint64_t quipui_accounts_from(struct accounts *accounts, uint64_t timestamp);

/* Does an account have exactly this timestamp? */
bool quipui_accounts_have_timestamp(struct accounts *accounts, uint64_t timestamp);

static inline struct slot *slot_at(const struct accounts *accounts, uint64_t place)
{
    return (struct slot *)(void *)accounts->slots.base + place;
}

/* The place of a slot. */
static inline uint32_t slot_place(const struct accounts *accounts, const struct slot *slot)
{
    return (uint32_t)(slot - slot_at(accounts, 0));
}

static inline uint64_t accounts_count(struct accounts *accounts)
{
    /* edge accounts.count: acquire; pairs with release in accounts_set_count(). */
    return load_acquire(&accounts->count);
}

static inline void accounts_set_count(struct accounts *accounts, uint64_t count)
{
    /* edge accounts.count: release; pairs with acquire in accounts_count(). Carries the slots. */
    store_release(&accounts->count, count);
}

/* From here on the account exists. */
static inline void accounts_settle(struct slot *slot, uint64_t timestamp)
{
    /* edge slot.timestamp: release; pairs with acquire in is_settled(). Carries the slot (S1). */
    store_release(&slot->timestamp, timestamp);
}

#endif
