/* mutex.c - a lock per account, taken in the order of addresses.
 *
 * Everything about an account is plain memory under its lock: simple, exact, and polite when there
 * are many more threads than cores, since waiters sleep. */
#include "base/lock.h"
#include "protocol/holds.h"
#include "protocol/protocol.h"

struct locked_state {
    struct lock lock;
    uint32_t closed; /* plain, under lock; and so are the rest */
    uint64_t version, head, touched;
    quipu_uint128 debits_posted, credits_posted; /* a plain transfer changes one cache line */
    quipu_uint128 debits_pending, credits_pending;
};

_Static_assert(FITS_SLOT_STATE(struct locked_state), "mutex: fits the state of a slot");

static struct locked_state *state_of(struct slot *slot)
{
    return slot_state(slot);
}

static void hold_all(struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        lock_take(&state_of(copies[i].slot)->lock);
}

static void let_go_all(struct copy *copies, size_t count)
{
    for (size_t i = count; i > 0; i--)
        lock_leave(&state_of(copies[i - 1].slot)->lock);
}

static inline struct account_state state_in(struct slot *slot)
{
    const struct locked_state *from = state_of(slot);

    return (struct account_state){
        .balance = {.debits_pending = from->debits_pending,
                    .debits_posted = from->debits_posted,
                    .credits_pending = from->credits_pending,
                    .credits_posted = from->credits_posted,
                    .version = from->version,
                    .closed = from->closed},
        .head = from->head,
        .touched = from->touched,
    };
}

static void copy_out(struct copy *copy)
{
    copy->state = state_in(copy->slot);
}

static void copy_in(struct slot *slot, const struct account_state *state)
{
    struct locked_state *to = state_of(slot);

    to->debits_pending = state->balance.debits_pending;
    to->debits_posted = state->balance.debits_posted;
    to->credits_pending = state->balance.credits_pending;
    to->credits_posted = state->balance.credits_posted;
    to->version = state->balance.version;
    to->closed = (uint32_t)state->balance.closed;
    to->head = state->head;
    to->touched = state->touched;
}

static void enter(struct store *store, struct unit *unit)
{
    (void)store;
    hold_all(unit->copies, unit->copy_count);
}

static void load(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++)
        copy_out(&unit->copies[i]);
    holds_see(store, unit);
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    if (step != STEP_APPROVED) return true;
    if (!holds_change(store, unit)) return false;
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        copy_in(unit->copies[i].slot, &unit->copies[i].state);
    }
    return true;
}

static void leave(struct store *store, struct unit *unit)
{
    (void)store;
    let_go_all(unit->copies, unit->copy_count);
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    (void)store;
    copy_in(slot, state);
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    (void)store;
    hold_all(copies, count);
    for (size_t i = 0; i < count; i++)
        copy_out(&copies[i]);
    let_go_all(copies, count);
}

#define DOOR_ENTER enter
#define DOOR_LEAVE leave
#include "protocol/loop.inc.h"

/* The doors of straight.inc.h. */

static inline bool lock_if_free(struct slot *slot)
{
    return lock_try(&state_of(slot)->lock);
}

static inline void leave_as_it_was(struct slot *slot)
{
    lock_leave(&state_of(slot)->lock);
}

static inline void straight_load(struct slot *slot, struct account_state *state)
{
    *state = state_in(slot);
}

static inline void straight_store(struct store *store, struct slot *slot,
                                  const struct account_state *was, const struct account_state *now,
                                  uint64_t stamp)
{
    struct locked_state *to = state_of(slot);
    const struct balance *old = &was->balance, *new = &now->balance;

    (void)store;
    (void)stamp;
    if (new->debits_pending != old->debits_pending) to->debits_pending = new->debits_pending;
    if (new->debits_posted != old->debits_posted) to->debits_posted = new->debits_posted;
    if (new->credits_pending != old->credits_pending) to->credits_pending = new->credits_pending;
    if (new->credits_posted != old->credits_posted) to->credits_posted = new->credits_posted;
    if (new->closed != old->closed) to->closed = (uint32_t) new->closed;
    to->version = new->version;
    to->head = now->head;
    to->touched = now->touched;
}

static inline void straight_done(struct store *store, struct slot *slot,
                                 const struct account_state *now, uint64_t stamp)
{
    (void)store;
    (void)now;
    (void)stamp;
    leave_as_it_was(slot);
}

#define STRAIGHT_LOCK lock_if_free
#define STRAIGHT_LEAVE leave_as_it_was
#include "protocol/straight.inc.h"

/* The door of crowd.inc.h. */

static inline void crowd_take(struct slot *slot)
{
    lock_take(&state_of(slot)->lock);
}

#include "protocol/crowd.inc.h"

const struct protocol quipui_protocol_mutex = {
    .name = "mutex",
    .versioned = true,
    .seed = seed,
    .run = run,
    .run_plains = run_plains,
    .run_crowd = run_crowd,
    .run_straight = run_straight,
    .expire = expire_due,
    .read = read,
};
