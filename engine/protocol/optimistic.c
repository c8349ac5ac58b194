/* optimistic.c - versioned records: copy, judge, commit if nothing moved.
 *
 * Silo's commit (Tu et al., SOSP 2013) without its global parts. An account's word is its version,
 * shifted, and a lock bit. Copies are taken without locks and each is whole; to commit, the words
 * are locked in the order of addresses by a compare-and-swap from the very version that was copied,
 * so locking is validating. A refusal is confirmed the same way: copies of two accounts may be of
 * two instants, and only locked ones are known to be of one.
 *
 *   O1  what changes is stored while the word is locked, with release; and loaded with acquire, so
 *       a reader that sees a new value sees the lock or the new version, too
 *   O2  accounts that are only expected are locked too, unchanged: otherwise two commits could
 *       each approve what the other changes */
#include "protocol/holds.h"
#include "protocol/protocol.h"
#include "protocol/raced_state.h"

#define LOCKED ((uint64_t)1)

/* So often is a read of several accounts tried before it takes locks. */
#ifndef READ_ATTEMPTS /* tests/machines/explore is less patient */
#define READ_ATTEMPTS 64
#endif
_Static_assert(READ_ATTEMPTS <= SPIN_ROUNDS + SPIN_YIELDS, "it takes locks rather than sleep");

static struct raced_state *state_of(struct slot *slot)
{
    return slot_state(slot);
}

static uint64_t word_of(uint64_t version)
{
    return version << 1;
}

static uint64_t word_at(struct raced_state *from, size_t i)
{
    /* edge optimistic.words: acquire; pairs with release in set_word(). */
    return load_acquire(&from->words[i]);
}

static quipu_uint128 total_at(struct raced_state *from, size_t total)
{
    size_t low = RACED_TOTALS + 2 * total;

    return (quipu_uint128)word_at(from, low + 1) << 64 | word_at(from, low);
}

/* The words of an account, without a look at its lock. */
static void copy_words(struct raced_state *from, struct account_state *to)
{
    to->balance.debits_posted = total_at(from, RACED_DEBITS_POSTED);
    to->balance.credits_posted = total_at(from, RACED_CREDITS_POSTED);
    to->balance.debits_pending = total_at(from, RACED_DEBITS_PENDING);
    to->balance.credits_pending = total_at(from, RACED_CREDITS_PENDING);
    to->balance.closed = word_at(from, RACED_CLOSED);
    to->head = word_at(from, RACED_HEAD);
    to->touched = word_at(from, RACED_TOUCHED);
}

/* Copy one account, whole, with the version it was read at. Returns false if a unit is committing
 * to it. */
static inline bool try_to_read(struct copy *copy)
{
    struct raced_state *from = state_of(copy->slot);
    /* edge optimistic.word: acquire; pairs with release in unlock(). */
    uint64_t word = load_acquire(&from->word);

    if ((word & LOCKED) != 0) return false;
    copy_words(from, &copy->state);
    copy->state.balance.version = word >> 1;
    /* relaxed: the acquires of copy_words() keep this load after them (O1). */
    return load_relaxed(&from->word) == word;
}

static __attribute__((noinline, cold)) void read_again(struct copy *copy)
{
    /* Ends: a word is locked or changed only while another unit commits or a reader copies. */
    for (unsigned spins = 0; !try_to_read(copy); spin(&spins))
        continue;
}

static inline void read_whole(struct copy *copy)
{
    if (!try_to_read(copy)) read_again(copy);
}

static void set_word(struct raced_state *to, size_t i, uint64_t value)
{
    /* edge optimistic.words: release; pairs with acquire in word_at(). Carries the lock of the
     * word: a reader that sees this value sees the word locked, or newer (O1). */
    store_release(&to->words[i], value);
}

static void set_total(struct raced_state *to, size_t total, quipu_uint128 value)
{
    size_t low = RACED_TOTALS + 2 * total;

    set_word(to, low, (uint64_t)value);
    set_word(to, low + 1, (uint64_t)(value >> 64));
}

static void store_words(struct slot *slot, const struct account_state *state)
{
    struct raced_state *to = state_of(slot);

    set_word(to, RACED_HEAD, state->head);
    set_word(to, RACED_TOUCHED, state->touched);
    set_word(to, RACED_CLOSED, state->balance.closed);
    set_total(to, RACED_DEBITS_POSTED, state->balance.debits_posted);
    set_total(to, RACED_CREDITS_POSTED, state->balance.credits_posted);
    set_total(to, RACED_DEBITS_PENDING, state->balance.debits_pending);
    set_total(to, RACED_CREDITS_PENDING, state->balance.credits_pending);
}

/* Lock the word if it is still at `version`. */
static bool lock_at(struct slot *slot, uint64_t version)
{
    uint64_t seen = word_of(version);

    /* edge optimistic.word: acquire; pairs with release in unlock(). */
    return cas_acquire(&state_of(slot)->word, &seen, word_of(version) | LOCKED);
}

static void unlock(struct slot *slot, uint64_t version)
{
    /* edge optimistic.word: release; pairs with acquire in try_to_read(). Carries the words, and
     * the records and knots that the head leads to. */
    store_release(&state_of(slot)->word, word_of(version));
}

/* Lock whatever version is there, and say which. */
static uint64_t lock_any(struct slot *slot)
{
    /* Ends: a unit leaves its locks without waiting for more, for words are locked in order; a swap
     * that fails was another's success. */
    for (unsigned spins = 0;; spin(&spins)) {
        /* relaxed: a guess; the compare-and-swap decides. */
        uint64_t word = load_relaxed(&state_of(slot)->word);

        if ((word & LOCKED) == 0 && lock_at(slot, word >> 1)) return word >> 1;
    }
}

static void load(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        read_whole(&unit->copies[i]);
        unit->was[i].balance.version = unit->copies[i].state.balance.version;
    }
    holds_see(store, unit);
}

/* Let go of the first `count` words: at their new versions, or as they were. */
static void let_go(struct unit *unit, uint32_t count, bool changed)
{
    for (uint32_t i = 0; i < count; i++) {
        struct copy *copy = &unit->copies[i];

        unlock(copy->slot, changed ? copy->state.balance.version : unit->was[i].balance.version);
    }
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        if (!lock_at(unit->copies[i].slot, unit->was[i].balance.version)) {
            let_go(unit, i, false);
            return false;
        }
    }
    if (step == STEP_REFUSED) {
        bool stands = holds_stand(store, unit);

        let_go(unit, unit->copy_count, false);
        return stands;
    }
    if (!holds_change(store, unit)) { /* one of ours lapsed: reached by tests/machines/explore */
        let_go(unit, unit->copy_count, false);
        return false;
    }
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        store_words(unit->copies[i].slot, &unit->copies[i].state);
    }
    let_go(unit, unit->copy_count, true);
    return true;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    (void)store;
    store_words(slot, state);
    unlock(slot, state->balance.version);
}

/* Are all these copies of one instant? */
static bool still_there(struct copy *copies, size_t count)
{
    /* The full fence: two readers that each see one of two commits and miss the other would
     * otherwise disagree about their order (on POWER, and by C11). */
    fence_full();
    for (size_t i = 0; i < count; i++) {
        /* relaxed: the fence above orders it. */
        if (load_relaxed(&state_of(copies[i].slot)->word) !=
            word_of(copies[i].state.balance.version)) {
            return false;
        }
    }
    return true;
}

static void read_locked(struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        copies[i].state.balance.version = lock_any(copies[i].slot);
    }
    for (size_t i = 0; i < count; i++) {
        copy_words(state_of(copies[i].slot), &copies[i].state);
        unlock(copies[i].slot, copies[i].state.balance.version);
    }
}

/* Copy the accounts. Returns false if a unit is committing to one of them. */
static inline bool try_to_read_all(struct copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!try_to_read(&copies[i])) return false;
    }
    return true;
}

static bool try_read(struct copy *copies, size_t count)
{
    unsigned spins = 0;

    /* Ends: the attempts are counted. */
    for (unsigned attempts = 0; attempts < READ_ATTEMPTS; attempts++) {
        if (try_to_read_all(copies, count) && (count <= 1 || still_there(copies, count))) {
            return true;
        }
        spin(&spins);
    }
    return false;
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    (void)store;
    if (!try_read(copies, count)) read_locked(copies, count);
}

/* try_to_read(), straight to the caller's account. */
static bool glimpse(struct glimpse *glimpse, quipu_account *account)
{
    struct raced_state *from = state_of(glimpse->slot);
    /* edge optimistic.word: acquire; pairs with release in unlock(). */
    uint64_t word = load_acquire(&from->word), closed;

    if ((word & LOCKED) != 0) return false;
    closed = word_at(from, RACED_CLOSED);
    glimpse->touched = word_at(from, RACED_TOUCHED);
    /* edge optimistic.words: acquire; pairs with release in set_word(). */
    slot_show(glimpse->slot, load_line_acquire(&from->words[RACED_TOTALS]), closed != 0, account);
    glimpse->version = word >> 1;
    /* relaxed: the acquires above keep this load after them (O1). */
    return load_relaxed(&from->word) == word;
}

static size_t first_moved(const struct glimpse *glimpses, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++) {
        /* relaxed: the caller's fence orders it. */
        if (load_relaxed(&state_of(glimpses[i].slot)->word) != word_of(glimpses[i].version)) {
            return i;
        }
    }
    return count;
}

#include "protocol/loop.inc.h"

/* The doors of straight.inc.h. */

/* Lock the word if it is free. */
static inline bool lock_if_free(struct slot *slot)
{
    /* relaxed: a guess; the compare-and-swap decides. */
    uint64_t word = load_relaxed(&state_of(slot)->word);

    return (word & LOCKED) == 0 && lock_at(slot, word >> 1);
}

/* The word is locked by this thread. */
static inline uint64_t own_version(struct slot *slot)
{
    /* relaxed: only the thread that has it locked stores it. */
    return load_relaxed(&state_of(slot)->word) >> 1;
}

static inline void leave_as_it_was(struct slot *slot)
{
    unlock(slot, own_version(slot));
}

static inline quipu_uint128 own_total(const struct raced_state *from, size_t total)
{
    const _Atomic uint64_t *words = &from->words[RACED_TOTALS + 2 * total];

    return (quipu_uint128)load_own(&words[1]) << 64 | load_own(&words[0]);
}

static inline void straight_load(struct slot *slot, struct account_state *state)
{
    const struct raced_state *from = state_of(slot);

    state->balance.debits_posted = own_total(from, RACED_DEBITS_POSTED);
    state->balance.credits_posted = own_total(from, RACED_CREDITS_POSTED);
    state->balance.debits_pending = own_total(from, RACED_DEBITS_PENDING);
    state->balance.credits_pending = own_total(from, RACED_CREDITS_PENDING);
    state->balance.closed = load_own(&from->words[RACED_CLOSED]);
    state->balance.version = own_version(slot); /* others try to lock the word */
    state->head = load_own(&from->words[RACED_HEAD]);
    state->touched = load_own(&from->words[RACED_TOUCHED]);
}

static inline void straight_store(struct store *store, struct slot *slot,
                                  const struct account_state *was, const struct account_state *now,
                                  uint64_t stamp)
{
    struct raced_state *to = state_of(slot);
    const struct balance *old = &was->balance, *new = &now->balance;

    (void)store;
    (void)stamp;
    set_word(to, RACED_HEAD, now->head);
    set_word(to, RACED_TOUCHED, now->touched);
    if (new->closed != old->closed) set_word(to, RACED_CLOSED, new->closed);
    if (new->debits_posted != old->debits_posted) {
        set_total(to, RACED_DEBITS_POSTED, new->debits_posted);
    }
    if (new->credits_posted != old->credits_posted) {
        set_total(to, RACED_CREDITS_POSTED, new->credits_posted);
    }
    if (new->debits_pending != old->debits_pending) {
        set_total(to, RACED_DEBITS_PENDING, new->debits_pending);
    }
    if (new->credits_pending != old->credits_pending) {
        set_total(to, RACED_CREDITS_PENDING, new->credits_pending);
    }
}

static inline void straight_done(struct store *store, struct slot *slot,
                                 const struct account_state *now, uint64_t stamp)
{
    (void)store;
    (void)stamp;
    unlock(slot, now->balance.version);
}

#define STRAIGHT_LOCK lock_if_free
#define STRAIGHT_LEAVE leave_as_it_was
#include "protocol/straight.inc.h"

/* The doors of crowd.inc.h. */

/* The first look is late enough for the thread that has it locked to go on undisturbed. */
#define CROWD_FIRST_ROUND 3

static inline void crowd_take(struct slot *slot)
{
    /* Ends: a crowd leaves what it has locked without waiting for more (C2). */
    for (unsigned spins = CROWD_FIRST_ROUND; !lock_if_free(slot); spin(&spins))
        continue;
}

static inline void crowd_store(struct slot *slot, const struct account_state *now)
{
    struct raced_state *to = state_of(slot);

    set_word(to, RACED_HEAD, now->head);
    set_word(to, RACED_TOUCHED, now->touched);
    set_total(to, RACED_DEBITS_POSTED, now->balance.debits_posted);
    set_total(to, RACED_CREDITS_POSTED, now->balance.credits_posted);
}

#include "protocol/crowd.inc.h"

const struct protocol quipui_protocol_optimistic = {
    .name = "optimistic",
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
