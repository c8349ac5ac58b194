/* timeouts.h - which pending transfers expire next: of all accounts, and of each by itself.
 *
 * Each account has its own timed holds in order of due time (due_heap.h). A heap of the accounts
 * that have any, by their earliest, says which hold of all is next. The rule is: no check and no
 * read of an account at time t sees a reservation that is due at t. It is kept by these:
 *
 *   D1  before its transfer commits, a hold with a time-out is among those of both its accounts,
 *       and the words `earliest` of both and of the ledger say so
 *   D2  an expiry takes effect before any of these words moves on. Before it takes effect, the
 *       words `latest` of both accounts and of the ledger are at its due time, or later
 *   D3  a call at time t copies accounts and then looks at their words. If of each `earliest` is
 *       after t, `rounds` is as it was before the copies, and `latest` is not after t, the copies
 *       are as the accounts are at t: no hold that is due by t is in them, and none that is due
 *       later is missing. The ledger's own words say the same of all accounts at once, so calls
 *       look at those first. A unit need not look at `latest`: its time is later than all that
 *       `touched` its accounts, so later than such an expiry
 *   D4  if the transfer of a hold has not committed when the hold falls due, the hold lapses: its
 *       writer draws a new timestamp and adds it again
 *   D5  a call has all that is due on its own accounts expire. Beside that it has at most
 *       TIMEOUTS_SLICE of others' holds expire, and only if the lock is free. So no call pays for
 *       others, and a backlog is gone after as many calls as it has slices
 *   D6  nobody holds the lock for longer than a slice
 *   D7  by D5 the holds of one account may expire in another order than they fell due. No read can
 *       tell, since by D3 no call sees an account between two of these expiries. An expiry has the
 *       timestamp due - 1, or the last that touched one of its accounts if that is later. So
 *       timestamps rise with versions on every account
 *   D8  an expiry right behind another of the same timestamp, on either of its accounts, has a
 *       depth: one more than that of the other, or of the deeper of two. The depth of others is 0.
 *       It hangs on nothing but strands, which recovery brings back: so it is the same after each
 *       opening. Of expiries of one timestamp and depth each has another debit account */
#ifndef QUIPU_RECORDS_TIMEOUTS_H
#define QUIPU_RECORDS_TIMEOUTS_H

#include "records/accounts.h"
#include "records/due_heap.h"
#include "records/expiries.h"

#define NEVER UINT64_MAX

/* So many holds expire while the lock is held once: some ten microseconds, or fifty with cold
 * caches. */
#ifndef TIMEOUTS_SLICE /* tests/machines/explore takes thinner ones */
#define TIMEOUTS_SLICE 32
#endif

/* An account that has time-outs. */
struct timeout {
    uint64_t due; /* its earliest */
    uint64_t account;
};

struct timeouts {
    struct lock lock; /* taken before any account's; never while holding one */
    const struct transfers *transfers;
    const struct accounts *accounts;
    struct region heap;     /* of struct timeout */
    uint64_t account_count; /* in the heap */
    uint64_t hold_count;    /* of all of them */
    struct expiries expired;
    _Alignas(CACHE_LINE) _Atomic uint64_t earliest; /* due time of the first, or NEVER */
    _Atomic uint32_t rounds;                        /* how often something was taken out */
    _Atomic uint64_t latest;                        /* the largest due time of what expired */
    _Atomic uint64_t floor; /* while holds expire in a durable ledger: journal.h, J3; or NEVER */
};

/* Returns false if memory runs out. */
bool quipui_timeouts_open(struct timeouts *timeouts, const struct transfers *transfers,
                          const struct accounts *accounts);
void quipui_timeouts_close(struct timeouts *timeouts);

/* Add a hold between these accounts that falls due at `due`. Returns false if memory runs out;
 * nothing changed then. */
bool quipui_timeouts_add(struct timeouts *timeouts, uint64_t hold, const struct slot *debit,
                         const struct slot *credit, uint64_t due);

/* Take a hold out, if it is in. */
void quipui_timeouts_remove(struct timeouts *timeouts, uint64_t hold);

/* With the lock held: the first hold that is due at `now` on this account, or on any (NULL); NEVER:
 * there is none. */
uint64_t quipui_timeouts_first(const struct timeouts *timeouts, const struct slot *slot,
                               uint64_t now);

/* With the lock held. Begin: this hold is about to expire (D2). Drop: it has expired, or was
 * resolved before; here, and nowhere else, an expiry has taken effect. List: it has expired, is in
 * no heap, and all expiries before it on its strands are listed (D8). */
void quipui_timeouts_begin(struct timeouts *timeouts, uint64_t hold);
void quipui_timeouts_drop(struct timeouts *timeouts, uint64_t hold);
void quipui_timeouts_list(struct timeouts *timeouts, uint64_t hold);

static inline uint64_t timeouts_rounds(struct timeouts *timeouts)
{
    /* edge timeouts.rounds: acquire; pairs with release in count_round(). */
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

/* Is no time-out pending? Then nothing falls due at any time (D3). */
static inline bool timeouts_are_none(struct timeouts *timeouts)
{
    return !timeouts_due(timeouts, NEVER - 1);
}

static inline uint64_t timeouts_latest(struct timeouts *timeouts)
{
    /* relaxed: the copies, if taken before, carry it, and keep this load after them (D2). */
    return load_relaxed(&timeouts->latest);
}

/* As a worker's floor, of the one that lets holds expire. */
static inline uint64_t timeouts_floor(struct timeouts *timeouts)
{
    /* edge timeouts.floor: acquire; pairs with release in timeouts_set_floor(). */
    return load_acquire(&timeouts->floor);
}

static inline void timeouts_set_floor(struct timeouts *timeouts, uint64_t floor)
{
    /* edge timeouts.floor: release; pairs with acquire in timeouts_floor(). Carries the expiries
     * below it, and that they are in the ring. */
    store_release(&timeouts->floor, floor);
}

/* The same of one account. */
static inline uint64_t timeouts_rounds_of(const struct timeouts *timeouts, const struct slot *slot)
{
    /* edge timeouts.rounds: acquire; pairs with release in count_round(). */
    return load_acquire(&slot_timeouts(timeouts->accounts, slot)->rounds);
}

static inline bool timeouts_due_on(const struct timeouts *timeouts, const struct slot *slot,
                                   uint64_t now)
{
    /* edge timeouts.earliest: acquire; pairs with release in publish(). 0 - 1 is never. */
    return load_acquire(&slot_timeouts(timeouts->accounts, slot)->earliest) - 1 < now;
}

static inline uint64_t timeouts_latest_of(const struct timeouts *timeouts, const struct slot *slot)
{
    /* relaxed: as above. */
    return load_relaxed(&slot_timeouts(timeouts->accounts, slot)->latest);
}

#endif
