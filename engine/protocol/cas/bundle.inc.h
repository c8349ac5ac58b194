/* bundle.inc.h - cas: plain transfers that share an account, tied as one, without a unit.
 *
 * Included by cas.c behind straight_post.inc.h. Where threads want one account, the hub, each swap
 * of one of its words may have to bring its line from another processor. So a thread that has met
 * another one has transfers of a row take effect together, if all use the hub, and each another
 * account beside it. The steps are those of a unit (cas.c, tie.h):
 *
 *   look     at the totals of the hub, once; then, transfer by transfer, at the other account.
 *            Judge it over the hub as those before it leave it, and reserve on the other account
 *   reserve  on the hub, once
 *   tie      mark the hub, then the others; decide; leave the hub first. While it is marked no
 *            more is done than that: all else is done before or after
 *   post     on all
 *
 * They are still transfers by themselves. If all are approved, it cannot be told from outside that
 * they took effect at one instant instead of one after the other. If one of them is not, nothing
 * has changed, and each goes its own way.
 *
 *   B1  timestamps are drawn after the strand of the hub was seen, and those of the others. So they
 *       are later than all that touched these accounts, if the strands are the same when they are
 *       marked (tie.h, T4)
 *   B2  another unit's mark is waited for a moment only, and not while anything is marked. What is
 *       left is the general way's, which aborts a unit that is stopped
 *   B3  knots are written again only while no mark of this bundle is placed (tie.h, T2) */

/* So often is a tie tried. */
#ifndef BUNDLE_ATTEMPTS /* tests/machines/explore is less patient */
#define BUNDLE_ATTEMPTS 8
#endif

struct bundle {
    struct store *store;
    struct worker *worker;
    struct plain *plains;
    size_t count;
    struct slot *hub;
    struct account_state was, now; /* the totals of the hub, before and after */
    uint64_t used[4]; /* bits that other accounts have: two that have one may be the same */
    struct slot *others[PLAINS_MAX];
    struct strand strands[PLAINS_MAX]; /* of the others, as they were seen */
};

/* On which side of this transfer is the hub? */
static inline enum side bundle_side(const struct bundle *bundle, size_t i)
{
    return bundle->plains[i].debit == bundle->hub ? SIDE_DEBIT : SIDE_CREDIT;
}

static inline enum side bundle_other_side(const struct bundle *bundle, size_t i)
{
    return bundle_side(bundle, i) == SIDE_DEBIT ? SIDE_CREDIT : SIDE_DEBIT;
}

static __attribute__((noinline)) bool bundle_has(const struct bundle *bundle, size_t count,
                                                 const struct slot *other)
{
    for (size_t i = 0; i < count; i++) {
        if (bundle->others[i] == other) return true;
    }
    return false;
}

/* Note the other account of a transfer. Returns false if the hub is not one of its two, or an
 * earlier one has the other account as well. */
static inline bool bundle_add(struct bundle *bundle, size_t i)
{
    const struct plain *plain = &bundle->plains[i];
    bool is_debit = plain->debit == bundle->hub;
    struct slot *other = is_debit ? plain->credit : plain->debit;
    uint32_t place = slot_place(&bundle->store->accounts, other);
    uint64_t *used = &bundle->used[place / 64 % 4], bit = (uint64_t)1 << place % 64;

    if ((plain->debit == bundle->hub) + (plain->credit == bundle->hub) != 1) return false;
    if ((*used & bit) != 0 && bundle_has(bundle, i, other)) return false;
    *used |= bit;
    bundle->others[i] = other;
    return true;
}

/* The account that others want, most likely: one that two of them use. */
static inline struct slot *bundle_hub(const struct plain *plains)
{
    struct slot *debit = plains[0].debit;
    bool is_debit = debit == plains[1].debit || debit == plains[1].credit;

    return is_debit ? debit : plains[0].credit;
}

/* Copy the four totals. What is posted is read first: it is never more than the total of all, and
 * only grows (C2). */
static inline void bundle_look(struct slot *slot, struct balance *balance)
{
    struct cas_state *from = cas_state_of(slot);

    balance->debits_posted = total_of(&from->debits_posted);
    balance->credits_posted = total_of(&from->credits_posted);
    balance->debits_pending = total_of(&from->debits_total) - balance->debits_posted;
    balance->credits_pending = total_of(&from->credits_total) - balance->credits_posted;
}

/* What the bundle does on one side of an account. */
static inline struct share bundle_share(struct slot *slot, enum side side,
                                        const struct balance *was, const struct balance *now)
{
    struct share share = share_between(slot, side, was, now);

    share.most = share.after;
    share.look = rules_is_limited(slot->flags, side) ? LOOK_LIMIT : LOOK_NONE;
    return share;
}

/* Look at the other account of a transfer, judge the transfer, and reserve there. */
static inline MUST_CHECK bool bundle_take(struct bundle *bundle, size_t i)
{
    struct slot *other = bundle->others[i];
    bool hub_is_debit = bundle_side(bundle, i) == SIDE_DEBIT;
    struct account_state was = {.head = 0}, then;
    struct share share;

    bundle->strands[i] = strand_of(other);
    if ((bundle->strands[i].word & BUSY) != 0) return false;
    was.balance.closed = (bundle->strands[i].word & CLOSED) != 0;
    bundle_look(other, &was.balance);
    then = was;
    if (!straight_judge_post(bundle->store, &bundle->plains[i], 0,
                             hub_is_debit ? &bundle->now : &then,
                             hub_is_debit ? &then : &bundle->now)) {
        return false;
    }
    share = bundle_share(other, bundle_other_side(bundle, i), &was.balance, &then.balance);
    return reserve(&share);
}

/* Give back what the first `count` transfers have reserved on their other accounts. */
static void bundle_give_back(const struct bundle *bundle, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cas_state *state = cas_state_of(bundle->others[i]);
        bool debits = bundle_other_side(bundle, i) == SIDE_DEBIT;

        shrink(debits ? &state->debits_total : &state->credits_total,
               bundle->plains[i].event->amount);
    }
}

/* Both shares of the hub: first of the side that makes room for a limit (C1). */
static inline void bundle_shares(const struct bundle *bundle, struct share shares[2])
{
    enum side first = rules_is_limited(bundle->hub->flags, SIDE_CREDIT) ? SIDE_DEBIT : SIDE_CREDIT;
    enum side second = first == SIDE_DEBIT ? SIDE_CREDIT : SIDE_DEBIT;

    shares[0] = bundle_share(bundle->hub, first, &bundle->was.balance, &bundle->now.balance);
    shares[1] = bundle_share(bundle->hub, second, &bundle->was.balance, &bundle->now.balance);
}

/* Judge and reserve. Returns false if one is not approved at once; then nothing is reserved. */
static MUST_CHECK bool bundle_reserve(struct bundle *bundle, struct share shares[2])
{
    size_t taken = 0;

    bundle->was = (struct account_state){.head = 0};
    bundle_look(bundle->hub, &bundle->was.balance);
    bundle->now = bundle->was;
    while (taken < bundle->count && bundle_take(bundle, taken))
        taken++;
    if (taken < bundle->count) goto give_back;
    bundle_shares(bundle, shares);
    if (!reserve(&shares[0])) goto give_back;
    if (reserve(&shares[1])) return true;
    unreserve(&shares[0]);

give_back:
    bundle_give_back(bundle, taken);
    return false;
}

static inline uint64_t bundle_link(const struct bundle *bundle, size_t i, enum side side)
{
    return link_to(bundle->plains[i].place, KNOT_TRANSFER, side);
}

/* The strand as `steps` transfers leave it, of which the last has this link. */
static inline struct strand bundle_after(struct strand was, uint64_t steps, uint64_t link)
{
    return (struct strand){was.word + (steps << 2), link};
}

static inline struct strand bundle_mark(struct strand was, uint64_t link, uint64_t attempt)
{
    return (struct strand){was.word | BUSY, link | attempt << LINK_BITS};
}

/* Give them timestamps (B1), and write their knots as they will be if the hub is still so. */
static inline uint64_t bundle_write(struct bundle *bundle, struct strand hub)
{
    struct store *store = bundle->store;
    uint64_t timestamp = clock_draw(&store->clock, bundle->count);
    uint64_t previous = hub.head, version = hub.word >> 2;

    for (size_t i = 0; i < bundle->count; i++) {
        struct plain *plain = &bundle->plains[i];
        struct knot *knot = knot_at(&store->transfers, plain->place);
        enum side side = bundle_side(bundle, i);

        plain->timestamp = timestamp + i;
        transfer_at(&store->transfers, plain->place)->timestamp = plain->timestamp;
        knot_tie_to(knot, side, ++version, previous);
        knot_tie_to(knot, bundle_other_side(bundle, i), (bundle->strands[i].word >> 2) + 1,
                    bundle->strands[i].head);
        previous = bundle_link(bundle, i, side);
    }
    return strand_begin_row(&store->transfers, bundle->plains[0].place, KNOT_TRANSFER,
                            (uint32_t)bundle->count);
}

static inline struct strand bundle_other_mark(const struct bundle *bundle, size_t i,
                                              uint64_t attempt)
{
    return bundle_mark(bundle->strands[i], bundle_link(bundle, i, bundle_other_side(bundle, i)),
                       attempt);
}

/* Mark the other accounts. Returns how many. */
static inline size_t bundle_mark_others(const struct bundle *bundle, uint64_t attempt)
{
    size_t placed = 0;

    while (placed < bundle->count && advance(bundle->others[placed], bundle->strands[placed],
                                             bundle_other_mark(bundle, placed, attempt))) {
        placed++;
    }
    return placed;
}

enum bundle_end { BUNDLE_TIED, BUNDLE_MOVED, BUNDLE_NOT };

/* One attempt at a tie, from this strand of the hub. */
static inline enum bundle_end bundle_try(struct bundle *bundle, struct strand hub)
{
    struct store *store = bundle->store;
    size_t last = bundle->count - 1, placed;
    uint64_t attempt = bundle_write(bundle, hub);
    uint64_t link = bundle_link(bundle, last, bundle_side(bundle, last));
    struct strand mark = bundle_mark(hub, link, attempt);

    if (!advance(bundle->hub, hub, mark)) return BUNDLE_MOVED;
    placed = bundle_mark_others(bundle, attempt);
    if (placed == bundle->count &&
        !timeouts_due(&store->timeouts, bundle->plains[last].timestamp) && /* tie.h, T3 */
        decide(knot_at(&store->transfers, bundle->plains[0].place), tie_open(attempt),
               TIE_COMMITTED)) {
        strand_finish(bundle->hub, mark, bundle_after(hub, bundle->count, link),
                      bundle->plains[last].timestamp);
        for (size_t i = 0; i < bundle->count; i++) {
            link = bundle_link(bundle, i, bundle_other_side(bundle, i));
            strand_finish(bundle->others[i], bundle_other_mark(bundle, i, attempt),
                          bundle_after(bundle->strands[i], 1, link), bundle->plains[i].timestamp);
        }
        return BUNDLE_TIED;
    }
    (void)advance(bundle->hub, mark, hub);
    for (size_t i = 0; i < placed; i++)
        (void)advance(bundle->others[i], bundle_other_mark(bundle, i, attempt), bundle->strands[i]);
    return BUNDLE_NOT;
}

/* Has another thread been at the hub since this one was? */
static inline bool bundle_met(const struct bundle *bundle, struct strand hub)
{
    return touched_at(bundle->store, bundle->hub, hub) > bundle->worker->newest;
}

/* Returns false if they cannot be tied together; then nothing is tied. */
static MUST_CHECK bool bundle_tie(struct bundle *bundle)
{
    for (unsigned attempts = 0; attempts < BUNDLE_ATTEMPTS; attempts++) {
        struct strand hub = strand_of(bundle->hub);
        enum bundle_end end = BUNDLE_MOVED;

        if ((hub.word & CLOSED) != 0) return false;
        if ((hub.word & BUSY) != 0) {
            (void)quipui_tie_stand_aside(bundle->hub); /* B2 */
        } else {
            if (bundle_met(bundle, hub)) bundle->worker->crowded = CROWDED_RUNS;
            end = bundle_try(bundle, hub);
        }
        if (end != BUNDLE_MOVED) return end == BUNDLE_TIED;
        bundle->worker->crowded = CROWDED_RUNS;
    }
    return false;
}

static inline void bundle_post(const struct bundle *bundle, const struct share shares[2])
{
    post(&shares[0]);
    post(&shares[1]);
    for (size_t i = 0; i < bundle->count; i++) {
        struct cas_state *state = cas_state_of(bundle->others[i]);
        bool debits = bundle_other_side(bundle, i) == SIDE_DEBIT;

        grow_posted(debits ? &state->debits_posted : &state->credits_posted,
                    bundle->plains[i].event->amount);
    }
}

/* May these be one, which are in a row? */
static bool bundle_fits(struct bundle *bundle)
{
    size_t fit = 0;

    while (fit < bundle->count && bundle_add(bundle, fit))
        fit++;
    return fit == bundle->count;
}

/* Returns false if they did not take effect together; then nothing has changed. */
static __attribute__((flatten)) bool run_bundle(struct bundle *bundle)
{
    struct share shares[2];

    for (size_t i = 0; i < bundle->count; i++)
        straight_record(bundle->store, &bundle->plains[i]);
    if (!bundle_reserve(bundle, shares)) return false;
    if (!bundle_tie(bundle)) {
        unreserve(&shares[1]);
        unreserve(&shares[0]);
        bundle_give_back(bundle, bundle->count);
        return false;
    }
    bundle_post(bundle, shares);
    for (size_t i = 0; i < bundle->count; i++)
        settle_plain(bundle->store, bundle->worker, &bundle->plains[i]);
    settle_run(bundle->worker);
    return true;
}
