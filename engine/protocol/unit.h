/* unit.h - what a protocol makes take effect as a whole: a transfer, a chain, a release.
 *
 * batch/ builds a unit: its legs (the transfers, in order), the copies of the accounts they touch
 * (its footprint, each once, by address) and the views of the pending transfers they open or
 * resolve. A protocol fills the copies, has them judged, and makes them take effect.
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
    const quipu_transfer *event; /* NULL: the release of an expired pending transfer */
    uint64_t place;              /* of its record and knot; of its hold in a release */
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
    uint64_t now; /* imports: when the batch began; its legs are of the past */
    bool imports;
    bool notes_reach;         /* cas, chains: the judge keeps reaches[] */
    bool expects;             /* some copy has an expected version */
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

/* What the judge says of a unit. */
enum step {
    STEP_APPROVED, /* make it take effect */
    STEP_REFUSED,  /* unit->failed, unit->outcome */
    STEP_CONFLICT, /* an account is not at its expected version */
    STEP_REDRAW    /* an account was touched later than a leg's timestamp: draw again */
};

/* Judge a unit over its copies: apply the law leg by leg, and write records and knots to the places
 * the worker holds. Whatever was written counts only once the protocol has committed it, so the
 * same unit may be judged again. */
enum step quipui_judge(struct store *store, struct unit *unit);

/* New timestamps for all legs. False: no memory for their time-outs. */
bool quipui_redraw(struct store *store, struct unit *unit);

/* Add the hold that a leg opens to the time-outs, if it has one and its accounts exist. Returns
 * false if memory runs out. */
bool quipui_time(struct store *store, const struct unit *unit, const struct leg *leg);

/* Settle what was committed: from here on ids and scans find it. */
void quipui_settle(struct store *store, struct worker *worker, struct unit *unit);

static inline void settle_leg(struct store *store, struct worker *worker, const struct leg *leg)
{
    knot_settle(knot_at(&store->transfers, leg->place));
    if (leg->timestamp > worker->newest) worker->newest = leg->timestamp;
}

/* The unit that releases an expired pending transfer, if it is pending; its memory is the caller's.
 * One whose transfer has not committed yet is lapsed. */
bool quipui_expiry_build(struct store *store, uint64_t hold, struct single *single,
                         struct unit *unit);

/* The states of the holds a unit opens or resolves: seen before it is judged, changed when it takes
 * effect. False: one of them lapsed or was resolved meanwhile, and none is changed. */
void quipui_holds_see(struct store *store, struct unit *unit);
bool quipui_holds_change(struct store *store, struct unit *unit);

/* Are those it found as it saw them? */
bool quipui_holds_stand(struct store *store, const struct unit *unit);

/* The same in two steps, for cas: claim, and confirm or give back the claims. */
bool quipui_holds_lock(struct store *store, struct unit *unit);
void quipui_holds_confirm(struct store *store, struct unit *unit);
void quipui_holds_unlock(struct store *store, struct unit *unit);

/* cas, after a refusal: are the holds that the unit had resolved by then as it saw them, and
 * unclaimed? */
bool quipui_holds_are_free(struct store *store, const struct unit *unit);
bool quipui_has_lapsed(struct store *store, const struct unit *unit);

/* The same in line for units that have no holds, which are most. */
static inline void holds_see(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_see(store, unit);
}

static inline bool holds_change(struct store *store, struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_change(store, unit);
}

static inline bool holds_are_free(struct store *store, const struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_are_free(store, unit);
}

static inline bool holds_lock(struct store *store, struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_lock(store, unit);
}

static inline void holds_confirm(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_confirm(store, unit);
}

static inline void holds_unlock(struct store *store, struct unit *unit)
{
    if (unit->view_count > 0) quipui_holds_unlock(store, unit);
}

static inline bool holds_stand(struct store *store, const struct unit *unit)
{
    return unit->view_count == 0 || quipui_holds_stand(store, unit);
}

#endif
