/* accounts.h - the tables of accounts, in order of creation: slots, details and time-outs.
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
    struct region slots, details, timeouts;
    uint64_t capacity;
    struct lock creating;
    _Atomic uint64_t count;
    _Atomic bool have_user_data; /* some of them: a hint */
};

bool quipui_accounts_open(struct accounts *accounts, uint64_t capacity);
void quipui_accounts_close(struct accounts *accounts);

/* Room for `count` accounts. Returns false if memory runs out. */
bool quipui_accounts_grow(struct accounts *accounts, uint64_t count);

/* What never changes about an account, but the timestamp, which others may be looking at: it is 0
 * until the account is settled. */
void quipui_account_fill(struct accounts *accounts, struct slot *slot,
                         const quipu_account *account);

/* The account as callers see it, of a copy of its state. */
void quipui_account_view(const struct accounts *accounts, const struct slot *slot,
                         const struct account_state *state, quipu_account *account);

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

static inline struct details *slot_details(const struct accounts *accounts, const struct slot *slot)
{
    return (struct details *)(void *)accounts->details.base + slot_place(accounts, slot);
}

/* User data, and a marker that means nothing. */
extern const struct details quipui_details_none;

static inline const struct details *slot_user_data(const struct accounts *accounts,
                                                   const struct slot *slot)
{
    return (slot->flags & SLOT_HAS_USER_DATA) != 0 ? slot_details(accounts, slot)
                                                   : &quipui_details_none;
}

/* Bring the user data of an account close, if it may have any. */
static inline void accounts_prefetch_user_data(const struct accounts *accounts, uint64_t place)
{
    /* relaxed: a hint. */
    if (load_relaxed(&accounts->have_user_data)) {
        prefetch(slot_details(accounts, slot_at(accounts, place)));
    }
}

static inline struct own_timeouts *slot_timeouts(const struct accounts *accounts,
                                                 const struct slot *slot)
{
    return (struct own_timeouts *)(void *)accounts->timeouts.base + slot_place(accounts, slot);
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
