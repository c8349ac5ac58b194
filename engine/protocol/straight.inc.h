/* straight.inc.h - the straight path: ordinary transfers, judged where their accounts lie.
 *
 * Included by a protocol file behind loop.inc.h. Which transfers come here, and what is done for
 * them beside this, says straight_front.inc.h. Here both accounts are locked, the transfer is
 * judged, what changed is stored, both are left. What is not approved at once goes the general way,
 * which waits, draws again, lets holds expire and confirms refusals.
 *
 *   P1  nothing is waited for: all accounts are locked, or none
 *   P2  once all are locked, they are of one instant. So nothing is due in them at `timestamp` if
 *       the ledger's earliest due time is later (timeouts.h, D3): a hold that is in them was
 *       announced before (D1), and its expiry cannot take effect before they are left (D2)
 *   P3  an account that was touched later than the transfer's timestamp is left as it is: the rest
 *       of the run draws again, at once, and this transfer is tried once more
 *
 * Pending transfers, their posts and voids, and chains of two plain transfers come here as well
 * (straight_hold.inc.h, straight_pair.inc.h). They leave nothing behind, not even a claim.
 *
 * The doors, over one locked account:
 *
 *   straight_load(slot, state)                    what changes about it
 *   straight_store(store, slot, was, now, stamp)  make a change take effect
 *   straight_done(store, slot, now, stamp)        leave it, once all changes are shown
 *
 * The others only if there is something to do:
 *
 *   STRAIGHT_LOCK(slot)          lock it; returns false if it is not free
 *   STRAIGHT_LEAVE(slot)         leave it as it was
 *   STRAIGHT_BEGIN(store)        the stamp of the changes to come
 *   STRAIGHT_SHOW(store, stamp)  show them
 *
 * and those of straight_front.inc.h. It gets `run_straight`. */
#include "protocol/straight_front.inc.h"
#include "protocol/trail.h"

static inline bool straight_lock(struct slot *slot)
{
#ifdef STRAIGHT_LOCK
    return STRAIGHT_LOCK(slot);
#else
    (void)slot;
    return true;
#endif
}

static inline void straight_leave(struct slot *slot)
{
#ifdef STRAIGHT_LEAVE
    STRAIGHT_LEAVE(slot);
#else
    (void)slot;
#endif
}

static inline uint64_t straight_begin(struct store *store)
{
#ifdef STRAIGHT_BEGIN
    return STRAIGHT_BEGIN(store);
#else
    (void)store;
    return 0;
#endif
}

static inline void straight_show(struct store *store, uint64_t stamp)
{
#ifdef STRAIGHT_SHOW
    STRAIGHT_SHOW(store, stamp);
#else
    (void)store;
    (void)stamp;
#endif
}

static inline bool straight_enter(const struct plain *plain)
{
    if (!straight_lock(plain->debit)) return false;
    if (straight_lock(plain->credit)) return true;
    straight_leave(plain->debit);
    return false;
}

static inline void straight_install(struct store *store, const struct plain *plain,
                                    const struct sides *was, const struct sides *now)
{
    uint64_t stamp = straight_begin(store);

    straight_store(store, plain->debit, &was->debit, &now->debit, stamp);
    straight_store(store, plain->credit, &was->credit, &now->credit, stamp);
    straight_show(store, stamp);
    straight_done(store, plain->debit, &now->debit, stamp);
    straight_done(store, plain->credit, &now->credit, stamp);
}

/* The transfer, whose id is claimed, takes effect if it is approved at once. */
static inline enum in_place straight_post(struct store *store, struct plain *plain,
                                          struct straight_hold *held)
{
    enum in_place end = IN_PLACE_NOT;
    struct sides was, now;

    if (!straight_enter(plain)) return IN_PLACE_BUSY;
    if (timeouts_due(&store->timeouts, plain->timestamp)) goto leave;
    straight_load(plain->debit, &was.debit);
    straight_load(plain->credit, &was.credit);
    if (!judge_is_later(&was.debit, plain->timestamp) ||
        !judge_is_later(&was.credit, plain->timestamp)) {
        end = IN_PLACE_LATE;
        goto leave;
    }
    if (held != NULL) quipui_hold_see(store, &held->view);
    now = was;
    if (!straight_judge(store, plain, held, &now.debit, &now.credit)) goto leave;
    if (held != NULL && !quipui_hold_change(store, &held->view)) goto leave; /* it has lapsed */
    straight_install(store, plain, &was, &now);
    return IN_PLACE_CREATED;

leave:
    straight_leave(plain->debit);
    straight_leave(plain->credit);
    return end;
}

#include "protocol/straight_hold.inc.h"
#include "protocol/straight_pair.inc.h"

/* One that is not ordinary: nothing has been done for it if it does not end well. */
static __attribute__((noinline)) enum straight_end straight_other(struct straight *run,
                                                                  size_t event)
{
    switch (arrival_at(run->arrivals, event)->event.flags) {
    case QUIPU_TRANSFER_LINKED: return straight_pair(run, event);
    case QUIPU_TRANSFER_PENDING: return straight_open(run, event);
    case QUIPU_TRANSFER_POST_PENDING_TRANSFER: return straight_post_hold(run, event);
    case QUIPU_TRANSFER_VOID_PENDING_TRANSFER: return straight_void_hold(run, event);
    default: return STRAIGHT_UNTOUCHED;
    }
}
