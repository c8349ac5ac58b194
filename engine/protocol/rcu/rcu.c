/* rcu.c - the newest version in the slot, older ones behind it: one writer at a time, readers that
 * never wait.
 *
 * A slot has the newest version of its account, with the stamp of the commit that made it. Behind
 * it is a list of older ones, each an immutable copy. The writer changes an account in three steps:
 *
 *   copy    it copies the slot to a spare version and stores the link to that in the slot
 *   stamp   it stores the commit's stamp, which is later than the visible one
 *   words   it stores what changed
 *
 * and advances the visible stamp once all accounts of the commit are changed. A reader takes the
 * visible stamp in a read section. If the slot's stamp is not newer, and is the same after the
 * reader has copied the words, the copy is the answer. Otherwise the reader follows the link, and
 * walks to the first version not newer than its stamp. It tries the slot once.
 *
 *   R1  a link is stored before the stamp that sends readers to it, that stamp before the words
 *       change, and all words of a commit before its stamp is visible. So a stamp that is not newer
 *       than a reader's is that of the last commit that the reader may see, and all its words are
 *       there; a word of a later commit brings the later stamp with it
 *   R2  a version replaced at stamp r is needed by readers whose stamp is below r. Those in read
 *       sections are waited for by a grace period; a snapshot, which may take long, registers its
 *       stamp with its worker instead, so that the writer never waits for it
 *   R3  a version is used again after a grace period that began when r was visible, once no
 *       registered stamp is below r. A link is followed only from what is newer than the stamp
 *   R4  a snapshot registers within one read section: it loads the visible stamp and stores it. So
 *       after a grace period every stamp older than it is registered, or will never be
 *   R5  a thread is the writer for a run or a unit, and waits for nothing else meanwhile but short
 *       locks. A read section may wait to be the writer, so the writer waits for no grace period:
 *       versions are made spare between runs
 *
 *   source  docs/adr/0024-the-newest-version-in-the-slot.md */
#include "base/clock.h"
#include "base/grace.h"
#include "protocol/holds.h"
#include "protocol/protocol.h"
#include "protocol/rcu/versions.h"

/* The fewest and the most versions that are retired from one grace period to the next. */
#ifndef PERIOD_LEAST /* tests/machines/explore is less patient */
#define PERIOD_LEAST 512
#define PERIOD_MOST 65536
#endif

/* Readers of many accounts prefetch slots so many accounts ahead. */
#define READS_AHEAD 16

/* A stamp that nothing has: a worker's `snapshot` when it takes none. */
#define NO_STAMP 0
#define FIRST_STAMP 1

/* The looks at the writer's lock before a thread sleeps, and the pauses between two: a run is over
 * in some microseconds. */
#define LOOKS_BEFORE_SLEEP 64
#define ROUND_BETWEEN_LOOKS 4

struct rcu {
    _Alignas(CACHE_LINE) struct lock writing;
    _Atomic uint32_t retired; /* FEW_RETIRED, …; written by the writer */
    /* The writer's from here on; see reclaim.inc.h. */
    _Alignas(CACHE_LINE) struct versions versions;
    uint64_t reclaim_at, period; /* retired versions */
    uint64_t reclaimed_ns;       /* when versions were made spare the last time */
    _Alignas(CACHE_LINE) _Atomic uint64_t visible;
    _Alignas(CACHE_LINE) _Atomic uint32_t waiting; /* threads behind the writer */
};

static struct rcu *rcu_of(const struct store *store)
{
    return store->protocol_state;
}

static bool open(struct store *store)
{
    struct rcu *rcu = quipui_memory_take(sizeof *rcu);

    if (rcu == NULL) return false;
    *rcu = (struct rcu){.reclaim_at = PERIOD_LEAST, .period = PERIOD_LEAST};
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

/* Look for a while whether the writer is through, and become it. Returns false if it is not. */
static bool begin_soon(struct lock *writing)
{
    for (unsigned looks = 0; looks < LOOKS_BEFORE_SLEEP; looks++) {
        relax_longer(ROUND_BETWEEN_LOOKS);
        if (lock_is_free(writing) && lock_try(writing)) return true;
    }
    return false;
}

/* Become the writer behind another one, which will soon be through with its run. */
static __attribute__((noinline, cold)) void begin_behind(struct store *store)
{
    struct rcu *rcu = rcu_of(store);

    /* relaxed: a hint. */
    add_relaxed(&rcu->waiting, 1);
    if (!begin_soon(&rcu->writing)) lock_take(&rcu->writing);
    add_relaxed(&rcu->waiting, (uint32_t)-1);
}

/* Does a thread wait behind this one, which is the writer? */
static bool is_awaited(struct store *store)
{
    /* relaxed: a hint. */
    return load_relaxed(&rcu_of(store)->waiting) > 0;
}

#include "protocol/rcu/reclaim.inc.h"

#include "protocol/rcu/newest.inc.h"

static void make_visible(struct rcu *rcu, uint64_t stamp)
{
    /* edge rcu.visible: release; pairs with acquire in visible_stamp(). Carries all words up to
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
    for (uint32_t i = 0; i < unit->copy_count; i++)
        own_state(unit->copies[i].slot, &unit->copies[i].state);
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
        struct account_state was;

        own_state(copy->slot, &was);
        if (copy->state.balance.version == was.balance.version) continue;
        replace(rcu, copy->slot, &was, &copy->state, stamp);
    }
    make_visible(rcu, stamp);
    return true;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    first_words(slot, state, next_stamp(rcu_of(store)));
}

static void show(struct store *store)
{
    make_visible(rcu_of(store), next_stamp(rcu_of(store)));
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    struct rcu *rcu = rcu_of(store);
    uint64_t stamp;

    quipui_grace_enter();
    stamp = visible_stamp(rcu);
    for (size_t i = 0; i < count && i < READS_AHEAD; i++)
        prefetch(copies[i].slot);
    for (size_t i = 0; i < count; i++) {
        if (count - i > READS_AHEAD) prefetch(copies[i + READS_AHEAD].slot);
        (void)read_at(rcu, copies[i].slot, stamp, &copies[i].state);
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
    own_state(slot, state);
}

static inline void straight_store(struct store *store, struct slot *slot,
                                  const struct account_state *was, const struct account_state *now,
                                  uint64_t stamp)
{
    replace(rcu_of(store), slot, was, now, stamp);
}

/* Nothing is locked, and what was replaced is retired. */
static inline void straight_done(struct store *store, struct slot *slot,
                                 const struct account_state *now, uint64_t stamp)
{
    (void)store;
    (void)slot;
    (void)now;
    (void)stamp;
}

#define STRAIGHT_READY has_spare
#define STRAIGHT_BEGIN(store) next_stamp(rcu_of(store))
#define STRAIGHT_SHOW(store, stamp) make_visible(rcu_of(store), stamp)
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
    .seed = seed,
    .show = show,
    .run = run,
    .run_plains = run_plains,
    .run_crowd = run_crowd,
    .run_straight = run_straight,
    .expire = expire,
    .read = read,
    .reads_freely = true,
    .snapshot = snapshot,
};
