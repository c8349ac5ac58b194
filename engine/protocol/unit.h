/* unit.h - what a protocol makes take effect as a whole: a transfer, a chain, an expiry.
 *
 *   1  write/ builds a unit: its legs (the transfers, in order), the copies of the accounts they
 *      touch (its footprint, each once, by address) and the views of the pending transfers they
 *      open or resolve; expiry.c builds the unit of an expiry
 *   2  a protocol fills the copies, has them judged (judge.c), and makes them take effect
 *   3  the worker settles it (settle.h)
 *
 *   U1  everything the unit will touch is known before it starts: no lock is discovered
 *   U2  copies are sorted by slot, so locks are taken in one order
 *   U3  every place and every hold it may need is in the worker's hands before it starts, so once
 *       judged it cannot fail for want of memory */
#ifndef QUIPU_PROTOCOL_UNIT_H
#define QUIPU_PROTOCOL_UNIT_H

#include "records/store.h"

#define NOT_FOUND UINT32_MAX

/* A private copy of an account. */
struct copy {
    struct account_state state;
    struct slot *slot;
    uint64_t expected; /* version that the caller expects, or 0: any */
    uint64_t unused[2];
};

_Static_assert(sizeof(struct copy) == 128, "a copy is found by a shift");

/* A pending transfer that legs of this unit open or resolve, as this unit sees it. */
struct view {
    uint64_t hold;
    enum hold_state was, now;
    uint64_t resolver; /* place + 1 of the leg that posts or voids it, or 0 */
    bool opens;        /* it is new: a leg of this unit opens it */
};

struct leg {
    const quipu_transfer *event; /* NULL: the expiry of a hold */
    uint64_t place;              /* of its record and knot; of its hold in an expiry */
    uint64_t timestamp;
    uint64_t hash;    /* of the id */
    uint32_t verdict; /* QUIPU_CREATED, or what an earlier check said: no account is looked at */
    uint32_t debit, credit; /* copies, or NOT_FOUND */
    uint32_t view;          /* what it opens or resolves, or NOT_FOUND */
    uint32_t twin;          /* an earlier leg with the same id, or NOT_FOUND */
    uint64_t original;      /* timestamp of the record that exists, for results */
    uint32_t resolves;      /* the earlier leg that is that pending transfer, or NOT_FOUND */
    uint64_t pending;       /* place of the pending transfer it resolves + 1, or 0: not found */
    bool claimed;
};

/* How the law looked at a total of an account (pending and posted together). */
enum look { LOOK_NONE, LOOK_LIMIT, LOOK_BALANCE };

/* Of one total of one account: the most that any leg so far has left there, and whether a limit or
 * a balancing transfer looked at it. */
struct total_reach {
    quipu_uint128 most;
    enum look look;
};

enum unit_end { UNIT_CREATED, UNIT_REFUSED, UNIT_CONFLICT, UNIT_NO_MEMORY };

struct unit {
    struct leg *legs;
    struct copy *copies;
    struct account_state *was; /* as loaded: cas all of it, optimistic the versions */
    struct view *views;
    struct total_reach *reaches; /* of a chain, two a copy; see notes_reach */
    uint32_t leg_count, copy_count, view_count;
    uint64_t now; /* imports: when the unit happens (imports.h); its legs are of the past */
    size_t from;  /* imports: the place of the first leg among the events of the call */
    bool imports;
    bool notes_reach;         /* cas, chains: the judge keeps reaches[] */
    bool expects;             /* some copy has an expected version */
    bool crowded;             /* cas: it met another unit at one of its accounts */
    uint32_t failed, outcome; /* of the leg that was refused */
    quipu_receipt *receipts;  /* or NULL */
};

/* The memory of a unit that is one leg between two accounts. */
struct single {
    struct leg leg;
    struct copy copies[2];
    struct account_state was[2];
    struct view view;
};

static inline struct unit unit_in_single(struct single *single)
{
    return (struct unit){.legs = &single->leg,
                         .copies = single->copies,
                         .was = single->was,
                         .views = &single->view,
                         .leg_count = 1};
}

static inline struct total_reach *reach_of(const struct unit *unit, uint32_t copy, enum side side)
{
    return &unit->reaches[2 * (size_t)copy + side];
}

/* What an attempt at a unit came to; the judge says all but the last. */
enum step {
    STEP_APPROVED, /* it takes effect */
    STEP_REFUSED,  /* unit->failed, unit->outcome */
    STEP_CONFLICT, /* an account is not at its expected version */
    STEP_REDRAW,   /* an account was touched later than a leg's timestamp: draw again */
    STEP_RETRY     /* something moved meanwhile, and nothing has changed */
};

#endif
