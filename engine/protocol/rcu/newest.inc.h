/* newest.inc.h - rcu: the newest version, which is in the slot: how it is changed, and read (R1).
 *
 * Included by rcu.c. For the writer it gets `own_state`, `replace` and `first_words`; for readers
 * `read_at`. */

static struct rcu_state *state_of(struct slot *slot)
{
    return slot_state(slot);
}

/* --- words and states --- */

static inline uint64_t link_word(uint64_t version, uint32_t link)
{
    return version << LINK_SHIFT | link;
}

static inline uint64_t head_word(const struct account_state *state)
{
    return state->head | (state->balance.closed != 0 ? LINK_MARK_CLOSED : 0) |
           state->balance.version >> LINK_SHIFT << LINK_BITS;
}

static inline quipu_uint128 total_of(const uint64_t *words, size_t total)
{
    const uint64_t *halves = &words[RCU_TOTALS + 2 * total];

    return (quipu_uint128)halves[1] << 64 | halves[0];
}

static inline void state_from(const uint64_t *words, struct account_state *state)
{
    uint64_t head = words[RCU_HEAD], links = ((uint64_t)1 << LINK_BITS) - 1;

    state->balance.debits_posted = total_of(words, RCU_DEBITS_POSTED);
    state->balance.credits_posted = total_of(words, RCU_CREDITS_POSTED);
    state->balance.debits_pending = total_of(words, RCU_DEBITS_PENDING);
    state->balance.credits_pending = total_of(words, RCU_CREDITS_PENDING);
    state->balance.version = head >> LINK_BITS << LINK_SHIFT | words[RCU_LINK] >> LINK_SHIFT;
    state->balance.closed = (head & LINK_MARK_CLOSED) != 0;
    state->head = head & links & ~LINK_MARK_CLOSED;
    state->touched = words[RCU_TOUCHED];
}

/* --- the writer --- */

/* No other thread stores these words, so the writer may load them plainly. */
static inline void own_state(struct slot *slot, struct account_state *state)
{
    const struct rcu_state *from = state_of(slot);
    uint64_t words[RCU_WORDS];

#pragma GCC unroll 16 /* before the compiler takes an array apart into registers */
    for (size_t i = 0; i < RCU_WORDS; i++)
        words[i] = load_own(&from->words[i]);
    state_from(words, state);
}

static inline void set_word(struct rcu_state *to, size_t i, uint64_t value)
{
    /* edge rcu.words: release; pairs with acquire in word_at(). Carries the stamp: a reader that
     * sees this value sees the stamp of its commit, or a later one (R1). */
    store_release(&to->words[i], value);
}

static inline void set_total(struct rcu_state *to, size_t total, quipu_uint128 value)
{
    set_word(to, RCU_TOTALS + 2 * total, (uint64_t)value);
    set_word(to, RCU_TOTALS + 2 * total + 1, (uint64_t)(value >> 64));
}

static inline void set_link(struct rcu_state *to, uint64_t version, uint32_t link)
{
    /* edge rcu.link: release; pairs with acquire in link_at(). Carries the older version, and the
     * segment that it is in. */
    store_release(&to->words[RCU_LINK], link_word(version, link));
}

static inline void set_stamp(struct rcu_state *to, uint64_t stamp)
{
    /* edge rcu.stamp: release; pairs with acquire in stamp_at(). Carries the link: a reader that
     * sees this stamp finds what was before it (R1). */
    store_release(&to->words[RCU_STAMP], stamp);
}

/* Change an account. The stamp is later than the visible one. */
static inline void replace(struct rcu *rcu, struct slot *slot, const struct account_state *was,
                           const struct account_state *now, uint64_t stamp)
{
    struct rcu_state *to = state_of(slot);
    const struct balance *old = &was->balance, *new = &now->balance;
    uint32_t link;

    copy_own(version_take(&rcu->versions, stamp, &link)->words, to->words, RCU_WORDS);
    set_link(to, old->version, link);
    set_stamp(to, stamp);
    set_word(to, RCU_LINK, link_word(new->version, link));
    set_word(to, RCU_HEAD, head_word(now));
    set_word(to, RCU_TOUCHED, now->touched);
    if (new->debits_posted != old->debits_posted) {
        set_total(to, RCU_DEBITS_POSTED, new->debits_posted);
    }
    if (new->credits_posted != old->credits_posted) {
        set_total(to, RCU_CREDITS_POSTED, new->credits_posted);
    }
    if (new->debits_pending != old->debits_pending) {
        set_total(to, RCU_DEBITS_PENDING, new->debits_pending);
    }
    if (new->credits_pending != old->credits_pending) {
        set_total(to, RCU_CREDITS_PENDING, new->credits_pending);
    }
}

/* The first version of an account, which nobody knows yet: there is none before it. The slot may
 * have been given back by a chain that was too long. */
static void first_words(struct slot *slot, const struct account_state *state, uint64_t stamp)
{
    struct rcu_state *to = state_of(slot);

    audit(state->balance.version >> LINK_SHIFT >> (64 - LINK_BITS) == 0);
    set_link(to, state->balance.version, 0);
    set_stamp(to, stamp);
    set_word(to, RCU_HEAD, head_word(state));
    set_word(to, RCU_TOUCHED, state->touched);
    set_total(to, RCU_DEBITS_POSTED, state->balance.debits_posted);
    set_total(to, RCU_CREDITS_POSTED, state->balance.credits_posted);
    set_total(to, RCU_DEBITS_PENDING, state->balance.debits_pending);
    set_total(to, RCU_CREDITS_PENDING, state->balance.credits_pending);
}

/* --- readers --- */

static inline uint64_t stamp_at(struct rcu_state *from)
{
    /* edge rcu.stamp: acquire; pairs with release in set_stamp(). */
    return load_acquire(&from->words[RCU_STAMP]);
}

static inline uint64_t word_at(struct rcu_state *from, size_t i)
{
    /* edge rcu.words: acquire; pairs with release in set_word(). */
    return load_acquire(&from->words[i]);
}

/* The newest version, if it is not newer than the stamp and stays undisturbed. */
static inline bool newest_at(struct rcu_state *from, uint64_t stamp, struct account_state *state)
{
    uint64_t words[RCU_WORDS] = {stamp_at(from)};

    if (words[RCU_STAMP] > stamp) return false;
    for (size_t i = RCU_STAMP + 1; i < RCU_WORDS; i++)
        words[i] = word_at(from, i);
    state_from(words, state);
    return stamp_at(from) == words[RCU_STAMP];
}

static inline uint32_t link_at(struct rcu_state *from)
{
    /* edge rcu.link: acquire; pairs with release in set_link(). */
    return (uint32_t)load_acquire(&from->words[RCU_LINK]);
}

/* The same from the versions behind it. The caller has seen a stamp in the slot that is newer. */
static __attribute__((noinline)) bool older_at(const struct rcu *rcu, struct rcu_state *from,
                                               uint64_t stamp, struct account_state *state)
{
    uint32_t link = link_at(from);

    /* Ends: stamps fall from version to version, and the list has an end. */
    while (link != 0) {
        const uint64_t *words = version_at(&rcu->versions, link)->words;

        if (words[RCU_STAMP] <= stamp) {
            state_from(words, state);
            return true;
        }
        link = (uint32_t)words[RCU_LINK];
    }
    /* younger than a snapshot: reached by tests/machines/explore */
    *state = (struct account_state){.balance = {.version = 0}};
    return false;
}

/* The account as of a stamp, which is registered, or in a read section. Returns false if it did not
 * exist. */
static inline bool read_at(const struct rcu *rcu, struct slot *slot, uint64_t stamp,
                           struct account_state *state)
{
    struct rcu_state *from = state_of(slot);

    return newest_at(from, stamp, state) || older_at(rcu, from, stamp, state);
}

/* Bring what read_at() will need of a slot that is close already. */
static inline void prefetch_at(const struct rcu *rcu, struct slot *slot, uint64_t stamp)
{
    struct rcu_state *from = state_of(slot);
    uint32_t link;

    if (stamp_at(from) <= stamp) return;
    link = link_at(from);
    if (link == 0) return;
    prefetch(version_at(&rcu->versions, link));
    prefetch(version_at(&rcu->versions, link)->words + RCU_WORDS - 1);
}
