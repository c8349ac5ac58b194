/* reclaim.inc.h - rcu: when older versions are made spare again (R3): between runs.
 *
 * Included by rcu.c. A writer that leaves sees whether enough versions are retired. If so, one
 * thread waits for a grace period before its next run, and makes spare what no reader needs.
 *
 *   how often   retired versions wait until they are worth a grace period, but not so long that
 *               their lines leave the cache: they are written next. What a grace period is worth
 *               shows when it is over: the longer it took, the more versions wait for the next one
 *   in vain     a grace period is not begun while a snapshot needs all that is retired
 *   too long    if other writers replace too much during a grace period, they give way to the
 *               readers that it waits for
 *
 * It gets `end` and `tidy`. */

/* So many more while a grace period goes on, and writers give way to the readers that it waits
 * for. */
#ifndef FLOOD /* tests/machines/explore */
#define FLOOD 32768
#endif

/* Grace periods take between these shares of the time. */
#define SHARE_LEAST 256
#define SHARE_MOST 64

/* Are there enough retired versions for a grace period? Too many, though there is one? */
enum { FEW_RETIRED, MANY_RETIRED, RECLAIMING, FLOODED };

struct reclaiming {
    uint64_t replaced; /* up to this stamp */
    uint64_t begun_ns;
};

/* The oldest stamp that a snapshot still needs. */
static uint64_t horizon(struct store *store)
{
    uint64_t oldest = UINT64_MAX;

    for (struct worker *w = workers_first(&store->workers); w != NULL; w = w->next) {
        /* edge rcu.snapshot: acquire; pairs with release in snapshot(). */
        uint64_t stamp = load_acquire(&w->snapshot);

        if (stamp != NO_STAMP && stamp < oldest) oldest = stamp;
    }
    return oldest;
}

/* There are so many retired versions more than enough for a grace period. */
static void hint(struct rcu *rcu, uint64_t more)
{
    /* relaxed: only the writer stores it; the others take it for a hint. */
    switch (load_relaxed(&rcu->retired)) {
    case FEW_RETIRED: store_relaxed(&rcu->retired, MANY_RETIRED); break;
    case RECLAIMING:
        /* relaxed: as above. */
        if (more >= FLOOD) store_relaxed(&rcu->retired, FLOODED);
    }
}

static void end(struct store *store)
{
    struct rcu *rcu = rcu_of(store);
    uint64_t count = rcu->versions.retired_count;

    if (count >= rcu->reclaim_at) hint(rcu, count - rcu->reclaim_at);
    lock_leave(&rcu->writing);
}

/* The next grace period is due after as many versions more as `period` says. */
static void await_retired(struct rcu *rcu, uint64_t now_ns)
{
    rcu->reclaim_at = rcu->versions.retired_count + rcu->period;
    rcu->reclaimed_ns = now_ns;
}

/* Does this thread make versions spare? It says when it begins, and up to which stamp: the visible
 * one. Not if another thread does it, nor if a snapshot needs all that is retired. */
static bool start_to_reclaim(struct store *store, struct reclaiming *reclaiming)
{
    struct rcu *rcu = rcu_of(store);
    bool starts;

    begin(store);
    /* relaxed: only the writer stores both, and `writing` orders writers. */
    starts = load_relaxed(&rcu->retired) == MANY_RETIRED;
    reclaiming->replaced = load_relaxed(&rcu->visible);
    reclaiming->begun_ns = quipui_clock_steady();
    if (starts) {
        starts = quipui_versions_oldest(&rcu->versions) <= horizon(store);
        if (!starts) await_retired(rcu, reclaiming->begun_ns);
        /* relaxed: as above. */
        store_relaxed(&rcu->retired, starts ? RECLAIMING : FEW_RETIRED);
    }
    lock_leave(&rcu->writing);
    return starts;
}

/* Twice as many versions for the next grace period if this one took long, half as many if it was
 * short, beside the time since the one before. */
static void adapt(struct rcu *rcu, uint64_t begun_ns, uint64_t over_ns)
{
    uint64_t took = over_ns - begun_ns, since = begun_ns - rcu->reclaimed_ns;

    if (took > since / SHARE_MOST) {
        if (rcu->period < PERIOD_MOST) rcu->period *= 2;
    } else if (took < since / SHARE_LEAST) {
        if (rcu->period > PERIOD_LEAST) rcu->period /= 2;
    }
}

/* Make spare again what no reader can reach (R3). */
static __attribute__((noinline, cold)) void reclaim(struct store *store)
{
    struct rcu *rcu = rcu_of(store);
    struct reclaiming reclaiming;
    uint64_t needed, over_ns;

    if (!start_to_reclaim(store, &reclaiming)) return;
    quipui_grace_wait();
    needed = horizon(store);
    over_ns = quipui_clock_steady();
    begin(store);
    quipui_versions_reclaim(&rcu->versions,
                            needed < reclaiming.replaced ? needed : reclaiming.replaced);
    adapt(rcu, reclaiming.begun_ns, over_ns);
    await_retired(rcu, over_ns);
    /* relaxed: as in end(). */
    store_relaxed(&rcu->retired, FEW_RETIRED);
    lock_leave(&rcu->writing);
}

/* More is replaced than a grace period can keep up with: there are more threads than processors,
 * and readers wait for one. Give them ours, so often at most. */
static __attribute__((noinline, cold)) void give_way(struct rcu *rcu)
{
    unsigned spins = SPIN_ROUNDS;

    /* Ends: the yields are counted. */
    while (spins < SPIN_ROUNDS + SPIN_YIELDS) {
        /* relaxed: a hint. */
        if (load_relaxed(&rcu->retired) != FLOODED) return;
        spin(&spins);
    }
}

static void tidy(struct store *store)
{
    /* relaxed: a hint; reclaim() looks again, as the writer. */
    uint32_t retired = load_relaxed(&rcu_of(store)->retired);

    if (retired == MANY_RETIRED) reclaim(store);
    if (retired == FLOODED) give_way(rcu_of(store));
}
