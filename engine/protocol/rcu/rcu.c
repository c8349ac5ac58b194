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
 *       after a grace period every stamp older than it is registered, or will never be */
#include "base/grace.h"
#include "protocol/holds.h"
#include "protocol/protocol.h"
#include "protocol/rcu/versions.h"

/* Retired versions wait until they are worth a grace period. */
#ifndef RECLAIM_FROM /* tests/machines/explore is less patient */
#define RECLAIM_FROM 8192
#endif

/* Readers of many accounts ask for versions so many accounts ahead. */
#define READS_AHEAD 16

/* A stamp that nothing has: a worker's `snapshot` when it takes none. */
#define NO_STAMP 0
#define FIRST_STAMP 1

struct rcu {
    struct lock writing;
    struct versions versions; /* the writer's */
    uint64_t reclaim_at;      /* the writer's */
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

static void begin(struct store *store)
{
    lock_take(&rcu_of(store)->writing);
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

/* Make spare again what no reader can reach (R3). */
static void reclaim(struct store *store)
{
    struct rcu *rcu = rcu_of(store);

    quipui_grace_wait();
    quipui_versions_reclaim(&rcu->versions, horizon(store));
    rcu->reclaim_at = rcu->versions.retired_count + RECLAIM_FROM;
}

static void end(struct store *store)
{
    struct rcu *rcu = rcu_of(store);

    if (rcu->versions.retired_count >= rcu->reclaim_at) reclaim(store);
    lock_leave(&rcu->writing);
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

#define DOOR_PREPARE prepare
#include "protocol/loop.inc.h"

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
#include "protocol/straight.inc.h"

/* Let all that is due at `now` expire: a slice at a time, so that writers get in between. */
static bool expire_all_as_writer(struct store *store, struct worker *worker, uint64_t now)
{
    bool expired = true;

    /* Ends: each turn drops holds that are due by `now`; what is added later is due later. */
    while (expired && timeouts_due(&store->timeouts, now)) {
        uint32_t left = TIMEOUTS_SLICE;

        begin(store);
        lock_take(&store->timeouts.lock);
        expired = expire_slice(store, worker, NULL, now, &left);
        lock_leave(&store->timeouts.lock);
        end(store);
    }
    return expired;
}

/* Readers that find something due become the writer for it: they wait to be it only if it is on
 * their own accounts. */
static bool expire(struct store *store, struct worker *worker, const struct copy *copies,
                   size_t count, uint64_t now)
{
    bool expired;

    if (copies == NULL) return expire_all_as_writer(store, worker, now);
    if (quipui_due(copies, count, now)) {
        begin(store);
    } else if (worker->others_left == 0 || !lock_try(&rcu_of(store)->writing)) {
        return true;
    }
    expired = expire_due(store, worker, copies, count, now);
    end(store);
    return expired;
}

/* Register the visible stamp. */
static uint64_t register_stamp(struct store *store, struct worker *worker)
{
    uint64_t stamp;

    quipui_grace_enter();
    stamp = visible_stamp(rcu_of(store));
    /* edge rcu.snapshot: release; pairs with acquire in horizon(). Carries nothing: it keeps the
     * versions that this stamp needs (R2, R4). */
    store_release(&worker->snapshot, stamp);
    quipui_grace_leave();
    return stamp;
}

static void unregister(struct worker *worker)
{
    /* edge rcu.snapshot: release; pairs with acquire in horizon(). Carries our last reads. */
    store_release(&worker->snapshot, NO_STAMP);
}

/* A registered stamp at which nothing is due by now. Returns false if memory runs out. */
static bool register_clear(struct store *store, struct worker *worker, uint64_t *stamp)
{
    struct timeouts *timeouts = &store->timeouts;

    /* Ends: what is due at `now` is finite, and it is repeated only after holds have expired. */
    for (;;) { /* repeated: reached by tests/machines/explore */
        uint64_t now = clock_read(&store->clock), latest = timeouts_latest(timeouts), rounds;

        if (now < latest) now = latest;
        if (!expire_all_as_writer(store, worker, now)) return false;
        rounds = timeouts_rounds(timeouts);
        *stamp = register_stamp(store, worker);
        if (!timeouts_due(timeouts, now) && timeouts_rounds(timeouts) == rounds &&
            timeouts_latest(timeouts) <= now) {
            return true;
        }
        unregister(worker);
    }
}

static bool snapshot(struct store *store, struct worker *worker,
                     bool (*visit)(void *, const quipu_account *, uint64_t), void *context)
{
    uint64_t count, stamp;

    if (!register_clear(store, worker, &stamp)) return false;
    count = accounts_count(&store->accounts);
    for (uint64_t i = 0; i < count; i++) {
        struct slot *slot = slot_at(&store->accounts, i);
        struct account_state state;
        quipu_account account;

        /* Slots come by themselves, one after the other; what they lead to does not. */
        if (count - i > READS_AHEAD) warm(slot + READS_AHEAD);
        if (!read_at(slot, stamp, &state)) continue;
        quipui_slot_view(slot, &state, &account);
        if (!visit(context, &account, state.balance.version)) break;
    }
    unregister(worker);
    return true;
}

const struct protocol quipui_protocol_rcu = {
    .name = "rcu",
    .versioned = true,
    .open = open,
    .close = close,
    .begin = begin,
    .end = end,
    .supply = supply,
    .seed = seed,
    .show = show,
    .warm = warm,
    .run = run,
    .run_plains = run_plains,
    .run_straight = run_straight,
    .expire = expire,
    .read = read,
    .reads_freely = true,
    .snapshot = snapshot,
};
