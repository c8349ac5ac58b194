/* rcu.c - immutable versions: one writer at a time, readers that never wait.
 *
 * An account is a list of versions, newest first, each with the stamp of the commit that made it. A
 * reader takes the visible stamp in a read section and walks to the first version not newer than
 * it.
 *
 *   R1  a commit publishes its versions, then advances the visible stamp, and only then retires
 *       what they replaced
 *   R2  a version replaced at stamp r is needed by readers whose stamp is below r. Those in read
 *       sections are waited for by a grace period; a snapshot, which may take long, registers its
 *       stamp with its worker instead, so that the writer never waits for it
 *   R3  a retired version is used again after a grace period, once no registered stamp is below r
 *   R4  a snapshot registers within one read section: it loads the visible stamp and stores it. So
 *       after a grace period every stamp older than it is registered, or will never be
 *   R5  a thread is the writer for a run or a unit, and waits for nothing else meanwhile but short
 *       locks. A read section may wait to be the writer, so the writer waits for no grace period:
 *       versions are made spare between runs */
#include "base/grace.h"
#include "protocol/holds.h"
#include "protocol/protocol.h"
#include "protocol/rcu/versions.h"

/* Retired versions wait until they are worth a grace period, but not so long that their lines leave
 * the cache: they are written next. */
#ifndef RECLAIM_FROM /* tests/machines/explore is less patient */
#define RECLAIM_FROM 2048
#endif

/* Readers of many accounts ask for versions so many accounts ahead. */
#define READS_AHEAD 16

/* A stamp that nothing has: a worker's `snapshot` when it takes none. */
#define NO_STAMP 0
#define FIRST_STAMP 1

/* The looks at the writer's lock before a thread sleeps, and the pauses between two: a run is over
 * in some microseconds. */
#define LOOKS_BEFORE_SLEEP 64
#define ROUND_BETWEEN_LOOKS 4

/* Are there enough retired versions for a grace period? */
enum { FEW_RETIRED, MANY_RETIRED, RECLAIMING };

struct rcu {
    _Alignas(CACHE_LINE) struct lock writing;
    _Atomic uint32_t retired;                      /* FEW_RETIRED, …; written by the writer */
    _Alignas(CACHE_LINE) struct versions versions; /* the writer's */
    uint64_t reclaim_at;                           /* the writer's */
    _Alignas(CACHE_LINE) _Atomic uint64_t visible;
};

static struct rcu *rcu_of(const struct store *store)
{
    return store->protocol_state;
}

static struct rcu_state *rcu_state_of(struct slot *slot)
{
    return slot_state(slot);
}

static bool open(struct store *store)
{
    struct rcu *rcu = quipui_memory_take(sizeof *rcu);

    if (rcu == NULL) return false;
    *rcu = (struct rcu){.reclaim_at = RECLAIM_FROM};
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&rcu->visible, FIRST_STAMP);
    store->protocol_state = rcu;
    return true;
}

static void close(struct store *store)
{
    struct rcu *rcu = rcu_of(store);

    quipui_versions_close(&rcu->versions);
    quipui_memory_give_back(rcu);
    store->protocol_state = NULL;
}

/* Become the writer. */
static void begin(struct store *store)
{
    lock_take(&rcu_of(store)->writing);
}

static bool try_to_begin(struct store *store)
{
    return lock_try(&rcu_of(store)->writing);
}

/* Become the writer behind another one, which will soon be through with its run. */
static __attribute__((noinline, cold)) void begin_behind(struct store *store)
{
    struct lock *writing = &rcu_of(store)->writing;

    for (unsigned looks = 0; looks < LOOKS_BEFORE_SLEEP; looks++) {
        relax_longer(ROUND_BETWEEN_LOOKS);
        if (!lock_is_free(writing)) continue;
        if (lock_try(writing)) return;
    }
    lock_take(writing);
}

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

static void end(struct store *store)
{
    struct rcu *rcu = rcu_of(store);

    if (rcu->versions.retired_count >= rcu->reclaim_at) {
        /* relaxed: only the writer stores it; the others take it for a hint. */
        if (load_relaxed(&rcu->retired) == FEW_RETIRED) store_relaxed(&rcu->retired, MANY_RETIRED);
    }
    lock_leave(&rcu->writing);
}

/* What was replaced up to now will be made spare by this thread: the visible stamp. Returns false
 * if another thread does it. */
static bool start_to_reclaim(struct store *store, uint64_t *stamp)
{
    struct rcu *rcu = rcu_of(store);
    bool starts;

    begin(store);
    /* relaxed: only the writer stores both, and `writing` orders writers. */
    starts = load_relaxed(&rcu->retired) == MANY_RETIRED;
    if (starts) store_relaxed(&rcu->retired, RECLAIMING);
    *stamp = load_relaxed(&rcu->visible);
    lock_leave(&rcu->writing);
    return starts;
}

/* Make spare again what no reader can reach (R3). */
static __attribute__((noinline, cold)) void reclaim(struct store *store)
{
    struct rcu *rcu = rcu_of(store);
    uint64_t replaced, needed;

    if (!start_to_reclaim(store, &replaced)) return;
    quipui_grace_wait();
    needed = horizon(store);
    begin(store);
    quipui_versions_reclaim(&rcu->versions, needed < replaced ? needed : replaced);
    rcu->reclaim_at = rcu->versions.retired_count + RECLAIM_FROM;
    /* relaxed: as in end(). */
    store_relaxed(&rcu->retired, FEW_RETIRED);
    lock_leave(&rcu->writing);
}

static void tidy(struct store *store)
{
    /* relaxed: a hint; reclaim() looks again, as the writer. */
    if (load_relaxed(&rcu_of(store)->retired) == MANY_RETIRED) reclaim(store);
}

/* The writer's view: nobody else stores it. */
static struct rcu_version *newest_of(struct slot *slot)
{
    /* relaxed: only the writer stores it, and `writing` orders writers. */
    return load_relaxed(&rcu_state_of(slot)->newest);
}

static void warm(struct slot *slot)
{
    /* relaxed: only to prefetch; a reader of the version loads it again. */
    const char *version = (const char *)load_relaxed(&rcu_state_of(slot)->newest);

    prefetch(version);
    prefetch(version + CACHE_LINE);
}

static void publish(struct rcu *rcu, struct slot *slot, const struct account_state *state,
                    uint64_t stamp)
{
    struct rcu_version *version = quipui_version_take(&rcu->versions);

    version->state = *state;
    version->stamp = stamp;
    version->older = newest_of(slot);
    /* edge rcu.newest: release; pairs with acquire in read_at(). Carries the version, and the
     * records and knots that its head leads to. */
    store_release(&rcu_state_of(slot)->newest, version);
}

static void make_visible(struct rcu *rcu, uint64_t stamp)
{
    /* edge rcu.visible: release; pairs with acquire in visible_stamp(). Carries all versions up to
     * this stamp. */
    store_release(&rcu->visible, stamp);
}

static uint64_t next_stamp(struct rcu *rcu)
{
    /* relaxed: only the writer stores it. */
    return load_relaxed(&rcu->visible) + 1;
}

static uint64_t visible_stamp(struct rcu *rcu)
{
    /* edge rcu.visible: acquire; pairs with release in make_visible(). */
    return load_acquire(&rcu->visible);
}

static bool supply(struct store *store, size_t count)
{
    return quipui_versions_supply(&rcu_of(store)->versions, count);
}

static bool prepare(struct store *store, struct unit *unit)
{
    return supply(store, unit->copy_count);
}

static void load(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        unit->copies[i].state = newest_of(unit->copies[i].slot)->state;
    }
    holds_see(store, unit);
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    struct rcu *rcu = rcu_of(store);
    uint64_t stamp = next_stamp(rcu);

    if (step != STEP_APPROVED) return true;
    if (!holds_change(store, unit)) return false;
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        struct copy *copy = &unit->copies[i];

        if (copy->state.balance.version == newest_of(copy->slot)->state.balance.version) continue;
        publish(rcu, copy->slot, &copy->state, stamp);
    }
    make_visible(rcu, stamp);
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        struct rcu_version *newest = newest_of(unit->copies[i].slot);

        if (newest->stamp == stamp) quipui_version_retire(&rcu->versions, newest->older, stamp);
    }
    return true;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    publish(rcu_of(store), slot, state, next_stamp(rcu_of(store)));
}

static void show(struct store *store)
{
    make_visible(rcu_of(store), next_stamp(rcu_of(store)));
}

/* The account as of a stamp, which is registered, or in a read section. Returns false if it did not
 * exist. */
static bool read_at(struct slot *slot, uint64_t stamp, struct account_state *state)
{
    /* edge rcu.newest: acquire; pairs with release in publish(). */
    const struct rcu_version *version = load_acquire(&rcu_state_of(slot)->newest);

    /* Ends: stamps fall from version to version, and the list has an end. */
    while (version != NULL && version->stamp > stamp)
        version = version->older;
    if (version == NULL) { /* younger than a snapshot: reached by tests/machines/explore */
        *state = (struct account_state){.balance = {.version = 0}};
        return false;
    }
    *state = version->state;
    return true;
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    uint64_t stamp;

    quipui_grace_enter();
    stamp = visible_stamp(rcu_of(store));
    for (size_t i = 0; i < count && i < READS_AHEAD; i++)
        warm(copies[i].slot);
    for (size_t i = 0; i < count; i++) {
        if (count - i > READS_AHEAD) warm(copies[i + READS_AHEAD].slot);
        (void)read_at(copies[i].slot, stamp, &copies[i].state);
    }
    quipui_grace_leave();
}

/* These are run by the writer. */
#define run run_as_writer
#define run_plains run_plains_as_writer
#define DOOR_PREPARE prepare
#include "protocol/loop.inc.h"
#undef run
#undef run_plains

/* The doors of straight.inc.h: the writer has all accounts locked. */

static inline bool has_spare(struct store *store, uint64_t count)
{
    return rcu_of(store)->versions.spare_count >= count || supply(store, count);
}

static inline void straight_load(struct slot *slot, struct account_state *state)
{
    *state = newest_of(slot)->state;
}

static inline void straight_store(struct store *store, struct slot *slot,
                                  const struct account_state *was, const struct account_state *now,
                                  uint64_t stamp)
{
    (void)was;
    publish(rcu_of(store), slot, now, stamp);
}

static inline void straight_done(struct store *store, struct slot *slot,
                                 const struct account_state *now, uint64_t stamp)
{
    (void)now;
    quipui_version_retire(&rcu_of(store)->versions, newest_of(slot)->older, stamp);
}

#define STRAIGHT_READY has_spare
#define STRAIGHT_BEGIN(store) next_stamp(rcu_of(store))
#define STRAIGHT_SHOW(store, stamp) make_visible(rcu_of(store), stamp)
#define STRAIGHT_WARM warm
#define run_straight run_straight_as_writer
#include "protocol/straight.inc.h"
#undef run_straight

#include "protocol/rcu/runs.inc.h"

#include "protocol/rcu/snapshot.inc.h"

const struct protocol quipui_protocol_rcu = {
    .name = "rcu",
    .versioned = true,
    .open = open,
    .close = close,
    .begin = begin,
    .end = end,
    .tidy = tidy,
    .supply = supply,
    .seed = seed,
    .show = show,
    .warm = warm,
    .run = run,
    .run_plains = run_plains,
    .run_crowd = run_crowd,
    .run_straight = run_straight,
    .expire = expire,
    .read = read,
    .reads_freely = true,
    .snapshot = snapshot,
};
