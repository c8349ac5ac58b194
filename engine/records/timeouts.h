/* timeouts.h - which pending transfer expires next: a heap by due time, one per ledger.
 *
 * The rule: no check and no read at time t sees a reservation that is due at t. How it is kept:
 *
 *   D1  a hold with a time-out is in the heap, and `earliest` says so, before its transfer commits
 *   D2  a release takes effect before `earliest` moves on
 *   D3  so whoever copies accounts and then sees `earliest` after t, and `rounds` as it was before,
 *       saw nothing that is due at t; else it releases what is due and copies again
 *   D4  a hold whose transfer has not committed when it falls due is lapsed: its writer draws a new
 *       timestamp and adds it again
 *
 * One heap instead of a list per account (see docs/adr): only timed transfers pay for it, and it
 * works the same without locks on accounts. */
#ifndef QUIPU_RECORDS_TIMEOUTS_H
#define QUIPU_RECORDS_TIMEOUTS_H

#include "records/expiries.h"
#include "records/transfers.h"

#define NEVER UINT64_MAX

struct timeout {
    uint64_t due;
    uint64_t hold; /* place */
};

struct timeouts {
    struct lock lock; /* taken before any account's; never while holding one */
    uint64_t count, capacity;
    struct timeout *heap;
    struct expiries expired;
    _Alignas(CACHE_LINE) _Atomic uint64_t earliest; /* due time of the first, or NEVER */
    _Atomic uint64_t rounds;                        /* how often something was taken out */
};

/* For at most `capacity` holds. False: no address space. */
bool quipui_timeouts_open(struct timeouts *timeouts, uint64_t capacity);
void quipui_timeouts_close(struct timeouts *timeouts);

/* Add a hold that falls due at `due`. False: no memory; nothing changed. */
bool quipui_timeouts_add(struct timeouts *timeouts, struct transfers *transfers, uint64_t hold,
                         uint64_t due);

/* Take a hold out, if it is in. */
void quipui_timeouts_remove(struct timeouts *timeouts, struct transfers *transfers, uint64_t hold);

/* With the lock held: the first that is due at `now`, or NEVER; and dropping it once released. */
uint64_t quipui_timeouts_first(const struct timeouts *timeouts, uint64_t now);
void quipui_timeouts_drop_first(struct timeouts *timeouts, struct transfers *transfers);

static inline uint64_t timeouts_rounds(struct timeouts *timeouts)
{
    /* edge timeouts.rounds: acquire; pairs with release in quipui_timeouts_drop_first(). */
    return load_acquire(&timeouts->rounds);
}

/* When the first of all holds falls due, or NEVER. */
static inline uint64_t timeouts_earliest(struct timeouts *timeouts)
{
    /* edge timeouts.earliest: acquire; pairs with release in publish(). */
    return load_acquire(&timeouts->earliest);
}

static inline bool timeouts_due(struct timeouts *timeouts, uint64_t now)
{
    return timeouts_earliest(timeouts) <= now;
}

#endif
