/* mutex.c - a lock per account, taken in the order of addresses.
 *
 * What changes about an account is under its lock: simple, exact, and polite when there are many
 * more threads than cores, since waiters sleep. A lookup does not take it. It copies the account,
 * and then sees that the lock is free and the version is the one that it saw first.
 *
 *   M1  what changes is stored while the lock is held, with release; and loaded by lookups with
 *       acquire, so a lookup that sees a new value sees the lock held, or a newer version
 *   M2  the version is stored last, so a lookup that sees it sees all that belongs to it */
#include "base/lock.h"
#include "protocol/holds.h"
#include "protocol/protocol.h"

/* Each total takes two words: the low half, then the high half. A plain transfer changes one cache
 * line. */
enum { DEBITS_POSTED, CREDITS_POSTED, DEBITS_PENDING, CREDITS_PENDING, TOTALS };

struct locked_state {
    struct lock lock;
    _Atomic uint32_t closed; /* under lock, and seen by lookups; and so are the rest */
    _Atomic uint64_t version, head, touched;
    _Atomic uint64_t totals[2 * TOTALS];
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

static inline quipu_uint128 own_total(const struct locked_state *from, size_t total)
{
    const _Atomic uint64_t *words = &from->totals[2 * total];

    return (quipu_uint128)load_own(&words[1]) << 64 | load_own(&words[0]);
}

/* With the lock held. */
static inline struct account_state state_in(struct slot *slot)
{
    const struct locked_state *from = state_of(slot);

    return (struct account_state){
        .balance = {.debits_pending = own_total(from, DEBITS_PENDING),
                    .debits_posted = own_total(from, DEBITS_POSTED),
                    .credits_pending = own_total(from, CREDITS_PENDING),
                    .credits_posted = own_total(from, CREDITS_POSTED),
                    .version = load_own(&from->version),
                    /* relaxed: the lock orders it. */
                    .closed = load_relaxed(&from->closed)},
        .head = load_own(&from->head),
        .touched = load_own(&from->touched),
    };
}

static inline void set_word(_Atomic uint64_t *word, uint64_t value)
{
    /* edge mutex.words: release; pairs with acquire in glimpse(). Carries the lock: a lookup that
     * sees this value sees the lock held, or a newer version (M1). */
    store_release(word, value);
}

static inline void set_total(struct locked_state *to, size_t total, quipu_uint128 value)
{
    set_word(&to->totals[2 * total], (uint64_t)value);
    set_word(&to->totals[2 * total + 1], (uint64_t)(value >> 64));
}

static inline void set_closed(struct locked_state *to, uint64_t closed)
{
    /* edge mutex.words: release; pairs with acquire in glimpse(). Carries the same. */
    store_release(&to->closed, (uint32_t)closed);
}

static inline void set_version(struct locked_state *to, uint64_t version)
{
    /* edge mutex.version: release; pairs with acquire in glimpse(). Carries what was stored before
     * it (M2). */
    store_release(&to->version, version);
}

static void copy_out(struct copy *copy)
{
    copy->state = state_in(copy->slot);
}

static void copy_in(struct slot *slot, const struct account_state *state)
{
    struct locked_state *to = state_of(slot);

    set_total(to, DEBITS_PENDING, state->balance.debits_pending);
    set_total(to, DEBITS_POSTED, state->balance.debits_posted);
    set_total(to, CREDITS_PENDING, state->balance.credits_pending);
    set_total(to, CREDITS_POSTED, state->balance.credits_posted);
    set_closed(to, state->balance.closed);
    set_word(&to->head, state->head);
    set_word(&to->touched, state->touched);
    set_version(to, state->balance.version);
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

/* Is the account at this version, and about to stay there? */
static inline bool is_at(const struct locked_state *state, uint64_t version)
{
    /* edge lock.word: acquire; pairs with release in lock_leave(). */
    if (load_acquire(&state->lock.word) != LOCK_FREE) return false;
    /* relaxed: the acquire keeps it after the look at the lock. */
    return load_relaxed(&state->version) == version;
}

static bool glimpse(struct glimpse *glimpse, quipu_account *account)
{
    const struct locked_state *from = state_of(glimpse->slot);
    uint32_t closed;

    /* edge mutex.version: acquire; pairs with release in set_version(). */
    glimpse->version = load_acquire(&from->version);
    /* edge mutex.words: acquire; pairs with release in set_closed(). */
    closed = load_acquire(&from->closed);
    /* edge mutex.words: acquire; pairs with release in set_word(). */
    glimpse->touched = load_acquire(&from->touched);
    /* edge mutex.words: acquire; pairs with release in set_word(). */
    slot_show(glimpse->slot, load_line_acquire(from->totals), closed != 0, account);
    return is_at(from, glimpse->version);
}

static size_t first_moved(const struct glimpse *glimpses, size_t from, size_t count)
{
    size_t i = from;

    while (i < count && is_at(state_of(glimpses[i].slot), glimpses[i].version))
        i++;
    return i;
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
    if (new->debits_pending != old->debits_pending)
        set_total(to, DEBITS_PENDING, new->debits_pending);
    if (new->debits_posted != old->debits_posted) set_total(to, DEBITS_POSTED, new->debits_posted);
    if (new->credits_pending != old->credits_pending)
        set_total(to, CREDITS_PENDING, new->credits_pending);
    if (new->credits_posted != old->credits_posted)
        set_total(to, CREDITS_POSTED, new->credits_posted);
    if (new->closed != old->closed) set_closed(to, new->closed);
    set_word(&to->head, now->head);
    set_word(&to->touched, now->touched);
    set_version(to, new->version);
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

/* The doors of crowd.inc.h. */

static inline void crowd_take(struct slot *slot)
{
    lock_take(&state_of(slot)->lock);
}

static inline void crowd_store(struct slot *slot, const struct account_state *now)
{
    struct locked_state *to = state_of(slot);

    set_total(to, DEBITS_POSTED, now->balance.debits_posted);
    set_total(to, CREDITS_POSTED, now->balance.credits_posted);
    set_word(&to->head, now->head);
    set_word(&to->touched, now->touched);
    set_version(to, now->balance.version);
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
    .glimpse = glimpse,
    .first_moved = first_moved,
};
