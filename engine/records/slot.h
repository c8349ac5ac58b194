/* slot.h - where an account lives: two cache lines that never move, and what is read seldom.
 *
 * The first 96 bytes are the protocol's own: there it keeps what changes about an account, in the
 * shape that its promises need. What never changes follows, so that a lookup by id and a transfer
 * touch the same two lines. User data and time-outs are in tables beside (accounts.h), whose memory
 * is not taken as long as there are none.
 *
 *   S1  id, the fields beside it and user data are plain, under slot.timestamp: written before it
 *       is
 *   S2  timestamp is 0 until the account exists, then never changes
 *   S3  state belongs to one protocol for the whole life of the ledger
 *   S4  the time-outs belong to timeouts.h, under its lock; atomic fields may be read without it */
#ifndef QUIPU_RECORDS_SLOT_H
#define QUIPU_RECORDS_SLOT_H

#include "base/atomic.h"
#include "rules/balance.h"

/* A private copy of what changes about an account: its balance, and the end of its strand. */
struct account_state {
    struct balance balance;
    uint64_t head;    /* link to its newest transfer; see knot.h */
    uint64_t touched; /* largest timestamp that changed it */
};

#define SLOT_STATE_BYTES 96
#define SLOT_STATE_ALIGNMENT 16

/* The account's own holds that have a time-out: what timeouts.h says of them to calls. */
struct own_timeouts {
    uint64_t first;            /* link of due_heap.h to the hold that falls due first, or 0 */
    _Atomic uint64_t earliest; /* its due time, or 0: there is none */
    _Atomic uint64_t latest;   /* the largest due time of those that expired */
    _Atomic uint32_t rounds;   /* how often one was taken out */
    uint32_t heap_place;       /* among the accounts that have time-outs, if it is one of them */
};

struct slot {
    _Alignas(SLOT_STATE_ALIGNMENT) unsigned char state[SLOT_STATE_BYTES]; /* see slot_state() */
    quipu_uint128 id;
    uint32_t ledger;
    uint16_t code;
    uint16_t flags; /* as created, and SLOT_HAS_USER_DATA */
    _Atomic uint64_t timestamp;
};

/* The account has user data, in its details. No flag of the public header. */
#define SLOT_HAS_USER_DATA ((uint16_t)0x8000)

/* What is read seldom about an account, or is most often not there. */
struct details {
    quipu_uint128 user_data_128;
    uint64_t user_data_64;
    uint32_t user_data_32;
    _Atomic uint32_t marker; /* the newest that readers left on its strand; see markers.h */
};

_Static_assert(sizeof(struct account_state) == 96, "a copy is what changes, no more");
_Static_assert(offsetof(struct slot, id) == SLOT_STATE_BYTES, "state ends where id begins");
_Static_assert(4 * sizeof(quipu_uint128) == sizeof(struct entry_line),
               "four totals are a line of words");
_Static_assert(offsetof(struct slot, timestamp) - offsetof(struct slot, ledger) == 8 &&
                   offsetof(quipu_account, timestamp) - offsetof(quipu_account, ledger) == 8,
               "ledger, code and flags are copied together");
_Static_assert(sizeof(struct slot) == 128, "a slot is two cache lines");
_Static_assert(sizeof(struct details) == 32, "the memory of an account is counted in docs");
_Static_assert(sizeof(struct own_timeouts) == 32, "the memory of an account is counted in docs");

/* Each protocol asserts this of the struct that it keeps in a slot. */
#define FITS_SLOT_STATE(type)                                                                      \
    (sizeof(type) <= SLOT_STATE_BYTES && _Alignof(type) <= SLOT_STATE_ALIGNMENT)

/* What the ledger's protocol keeps of the account; zero when the account is new (S3). */
static inline void *slot_state(struct slot *slot)
{
    return slot->state;
}

/* The side of a transfer that the law works on. */
static inline struct party slot_party(struct slot *slot, struct balance *balance)
{
    struct party party = {
        .balance = balance,
        /* relaxed: a caller that has the slot has seen its account exist (S2). */
        .created = load_relaxed(&slot->timestamp),
        .ledger = slot->ledger,
        .flags = slot->flags,
    };

    return party;
}

/* Does the account exist? If so, what never changes about it may be read (S1). */
static inline bool slot_exists(const struct slot *slot)
{
    /* edge slot.timestamp: acquire; pairs with release in accounts_settle(). */
    return load_acquire(&slot->timestamp) != 0;
}

/* The flags it was created with. */
static inline uint16_t slot_flags(const struct slot *slot)
{
    return slot->flags & (uint16_t)~SLOT_HAS_USER_DATA;
}

static inline void slot_prefetch(const struct slot *slot)
{
    prefetch_for_write(slot);
    prefetch_for_write((const char *)slot + 64);
}

/* The account as callers see it, but for its user data. The totals are as protocols keep them:
 * posted, debits and credits, then pending, each with its low half first. */
static inline void slot_show(const struct slot *slot, struct entry_line totals, bool closed,
                             quipu_account *account)
{
    memcpy(&account->id, &slot->id, sizeof account->id);
    memcpy(&account->debits_posted, (const char *)&totals, sizeof account->debits_posted);
    memcpy(&account->credits_posted, (const char *)&totals + 16, sizeof account->credits_posted);
    memcpy(&account->debits_pending, (const char *)&totals + 32, sizeof account->debits_pending);
    memcpy(&account->credits_pending, (const char *)&totals + 48, sizeof account->credits_pending);
    account->reserved = 0;
    memcpy(&account->ledger, &slot->ledger, 8); /* and code and flags */
    account->flags &= (uint16_t)~SLOT_HAS_USER_DATA;
    if (closed) account->flags |= QUIPU_ACCOUNT_CLOSED;
    /* relaxed: a caller that has the slot has seen its account exist (S2). */
    account->timestamp = load_relaxed(&slot->timestamp);
}

static inline void details_show(const struct details *details, quipu_account *account)
{
    memcpy(&account->user_data_128, &details->user_data_128, sizeof account->user_data_128);
    account->user_data_64 = details->user_data_64;
    account->user_data_32 = details->user_data_32;
}

#endif
