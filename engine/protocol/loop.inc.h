/* loop.inc.h - the one loop, included last by each protocol file.
 *
 * The file before it defines its doors. Two it has always:
 *
 *   load(store, unit)          fill the private copies with their versions, and see the holds
 *   commit(store, unit, step)  make the approved copies take effect, or confirm a refusal; returns
 *                              false if something moved, and then nothing has changed
 *
 * The others only if there is something to do; then it names them before it includes this file:
 *
 *   DOOR_PREPARE(store, unit)  supply memory for the doors; returns false if there is none
 *   DOOR_ENTER(store, unit)    take what must be held
 *   DOOR_LEAVE(store, unit)    leave it
 *
 * It gets `run`, `run_plains`, `expire_due` and its parts. */
#include "protocol/draw.h"
#include "protocol/due.h"
#include "protocol/expiry.h"
#include "protocol/judge.h"
#include "protocol/settle.h"
#include "protocol/stuck.h"

/* How a unit is judged. */
enum manner { AS_UNIT, AS_EXPIRY, AS_PLAIN };

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_expiry);

/* With the lock of the time-outs held, let one hold expire that is due. Returns false if memory
 * runs out. */
static bool expire_one(struct store *store, struct worker *worker, uint64_t hold)
{
    struct single single;
    struct unit unit;

    quipui_timeouts_begin(&store->timeouts, hold);
    /* Ends: once it is resolved or lapsed, which it stays. */
    while (quipui_expiry_build(store, hold, &single, &unit)) {
        if (run_unit(store, worker, &unit, true) == UNIT_NO_MEMORY) return false;
    }
    quipui_settle_expiry(store, hold);
    return true;
}

/* The same with up to *left holds that are due at `now`: on this account; or on any (NULL), until
 * another thread waits for the lock. */
static bool expire_some(struct store *store, struct worker *worker, const struct slot *slot,
                        uint64_t now, uint32_t *left)
{
    struct timeouts *timeouts = &store->timeouts;

    /* Ends: each turn drops one hold that is due by `now`, and `*left` bounds them. */
    while (*left > 0) {
        uint64_t hold = quipui_timeouts_first(timeouts, slot, now);

        if (hold == NEVER) break;
        if (!expire_one(store, worker, hold)) return false;
        --*left;
        if (slot == NULL && lock_is_awaited(&timeouts->lock)) break;
    }
    return true;
}

static bool expire_slice(struct store *store, struct worker *worker, const struct slot *slot,
                         uint64_t now, uint32_t *left)
{
    bool expired;

    clock_reach(&store->clock, now);
    expiries_begin(store);
    expired = expire_some(store, worker, slot, now, left);
    expiries_end(store);
    return expired;
}

/* Let all that is due on one account expire, a slice each time the lock is taken (D6). */
static bool expire_own(struct store *store, struct worker *worker, struct slot *slot, uint64_t now)
{
    bool expired = true;

    /* Ends: each turn drops holds that are due by `now`; what is added later is due later. */
    while (expired && timeouts_due_on(&store->timeouts, slot, now)) {
        uint32_t left = TIMEOUTS_SLICE;

        lock_take(&store->timeouts.lock);
        expired = expire_slice(store, worker, slot, now, &left);
        lock_leave(&store->timeouts.lock);
    }
    return expired;
}

/* Let holds that are due on any account expire, as many as this call has to, if the lock is free
 * (D5). */
static bool expire_others(struct store *store, struct worker *worker, uint64_t now)
{
    bool expired;

    if (worker->others_left == 0 || !timeouts_due(&store->timeouts, now)) return true;
    if (!lock_try(&store->timeouts.lock)) return true;
    expired = expire_slice(store, worker, NULL, now, &worker->others_left);
    lock_leave(&store->timeouts.lock);
    return expired;
}

/* Let all that is due on any account expire, a slice each time the lock is taken. */
static bool expire_all(struct store *store, struct worker *worker, uint64_t now)
{
    bool expired = true;

    /* Ends: as above. */
    while (expired && timeouts_due(&store->timeouts, now)) {
        uint32_t left = TIMEOUTS_SLICE;

        lock_take(&store->timeouts.lock);
        expired = expire_slice(store, worker, NULL, now, &left);
        lock_leave(&store->timeouts.lock);
    }
    return expired;
}

/* Let expire what is due at `now` on these accounts, and a slice of the rest; or all (NULL). No
 * lock is taken but those of begin(). Returns false if memory runs out. */
static bool expire_due(struct store *store, struct worker *worker, const struct copy *copies,
                       size_t count, uint64_t now)
{
    if (copies == NULL) return expire_all(store, worker, now);
    for (size_t i = 0; i < count; i++) {
        if (!expire_own(store, worker, copies[i].slot, now)) return false;
    }
    return expire_others(store, worker, now);
}

static uint64_t last_instant(const struct unit *unit)
{
    return unit->imports ? unit->now : unit->legs[unit->leg_count - 1].timestamp;
}

/* A unit of an import that comes behind an expiry of one of its accounts happens after it, also if
 * the import began before it. No later call may draw that instant, and a read waits for it
 * (journal.h, J3). */
static void import_no_sooner(struct store *store, struct unit *unit)
{
    uint64_t now = due_no_sooner(store, unit->copies, unit->copy_count, unit->now);

    if (now == unit->now) return;
    unit->now = now;
    clock_reach(&store->clock, now + 1);
    store_raise_barrier(store, now);
}

/* Let expire what is due when this unit happens. A unit that straddles a due time of its accounts
 * happens after it. Returns false if memory runs out. */
static bool clear_due(struct store *store, struct worker *worker, struct unit *unit)
{
    const struct copy *copies = unit->copies;
    uint32_t count = unit->copy_count;

    if (unit->imports) import_no_sooner(store, unit);
    if (!timeouts_due(&store->timeouts, last_instant(unit))) return true;
    if (unit->imports) return expire_due(store, worker, copies, count, unit->now);

    if (quipui_due(store, copies, count, last_instant(unit)) &&
        !quipui_due(store, copies, count, unit->legs[0].timestamp) && !quipui_redraw(store, unit)) {
        return false;
    }
    return expire_due(store, worker, copies, count, unit->legs[0].timestamp);
}

/* Did nothing fall due or expire while the unit's copies were taken? (D3) */
static inline bool nothing_fell_due(struct store *store, const struct unit *unit,
                                    const struct due_watch *watch)
{
    if (unit->imports && !due_is_kept(store, unit->copies, unit->copy_count, unit->now)) {
        return false;
    }
    return due_is_over(store, watch, unit->copies, unit->copy_count, last_instant(unit));
}

static inline bool prepare_doors(struct store *store, struct unit *unit)
{
#ifdef DOOR_PREPARE
    return DOOR_PREPARE(store, unit);
#else
    (void)store;
    (void)unit;
    return true;
#endif
}

/* Judge the copies, and make what was approved take effect. */
static inline enum step decide_on(struct store *store, struct unit *unit, enum manner manner)
{
    enum step step = manner == AS_PLAIN ? judge_plain(store, unit) : quipui_judge(store, unit);

    if (step == STEP_REDRAW || step == STEP_CONFLICT) return step;
    return commit(store, unit, step) ? step : STEP_RETRY;
}

/* One attempt: enter, load, judge, commit, leave. */
static inline enum step attempt(struct store *store, struct unit *unit, enum manner manner,
                                bool again)
{
    /* A ledger without time-outs is looked at as a whole, however often. */
    bool closely =
        manner == AS_UNIT && timeouts_due(&store->timeouts, again ? NEVER - 1 : last_instant(unit));
    struct due_watch watch = due_watch(store, unit->copies, unit->copy_count, closely);
    enum step step = STEP_RETRY;

#ifdef DOOR_ENTER
    DOOR_ENTER(store, unit);
#endif
    load(store, unit);
    if (manner == AS_EXPIRY || nothing_fell_due(store, unit, &watch)) {
        step = decide_on(store, unit, manner);
    }
#ifdef DOOR_LEAVE
    DOOR_LEAVE(store, unit);
#endif
    return step;
}

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_expiry)
{
    struct stuck stuck = {0, 0};
    enum step step;

    /* Ends: an attempt fails only after another unit, or time, has changed what this one had found,
     * and then the next one finds that. stuck.h checks it. */
    for (unsigned spins = 0;; spin(&spins)) {
        if (!is_expiry && !clear_due(store, worker, unit)) return UNIT_NO_MEMORY;
        if (!prepare_doors(store, unit)) return UNIT_NO_MEMORY;
        step = attempt(store, unit, is_expiry ? AS_EXPIRY : AS_UNIT, spins > 0);
        /* If a hold that it opens has lapsed, a later timestamp cures that. */
        if (step == STEP_RETRY && quipui_has_lapsed(store, unit)) step = STEP_REDRAW;
        switch (step) {
        case STEP_APPROVED:
            if (!is_expiry) quipui_settle_unit(store, worker, unit);
            return UNIT_CREATED;
        case STEP_REFUSED: return UNIT_REFUSED;
        case STEP_CONFLICT: return UNIT_CONFLICT;
        case STEP_RETRY:
            worker_mark(&worker->marks.retries, 1);
            audit(stuck_failed(&stuck, store, unit));
            break;
        case STEP_REDRAW:
            if (!quipui_redraw(store, unit)) return UNIT_NO_MEMORY;
        }
    }
}

static enum unit_end run(struct store *store, struct worker *worker, struct unit *unit)
{
    return run_unit(store, worker, unit, false);
}

/* Run a plain transfer through the loop after its straight attempt has failed. */
static __attribute__((noinline, cold)) enum unit_end
run_in_loop(struct store *store, struct worker *worker, struct plain *plain)
{
    struct single single;
    struct unit unit = plain_unit(plain, &single);
    enum unit_end end;

    worker_mark(&worker->marks.retries, 1);
    end = run_unit(store, worker, &unit, false);
    plain->timestamp = single.leg.timestamp;
    if (end == UNIT_REFUSED) plain->outcome = unit.outcome;
    return end;
}

static inline enum unit_end run_plain(struct store *store, struct worker *worker,
                                      struct plain *plain)
{
    struct single single;
    struct unit unit = plain_unit(plain, &single);
    enum step step;

    if (timeouts_due(&store->timeouts, plain->timestamp) || !prepare_doors(store, &unit)) {
        return run_in_loop(store, worker, plain);
    }
    step = attempt(store, &unit, AS_PLAIN, false);
    if (unit.crowded) worker->crowded = CROWDED_RUNS;
    switch (step) {
    case STEP_APPROVED:
        plain->timestamp = single.leg.timestamp; /* tie.h, T4 */
        settle_plain(store, worker, plain);
        return UNIT_CREATED;
    case STEP_REFUSED: plain->outcome = unit.outcome; return UNIT_REFUSED;
    default: return run_in_loop(store, worker, plain);
    }
}

/* Another writer has given these accounts later timestamps. Draw once for the rest of the run
 * instead of once per transfer. */
static __attribute__((noinline, cold)) void draw_rest(struct store *store, struct plain *plains,
                                                      size_t count)
{
    uint64_t timestamp;

    if (count == 0) return;
    timestamp = clock_draw(&store->clock, count);
    for (size_t i = 0; i < count; i++) {
        if (plains[i].outcome == QUIPU_CREATED) plains[i].timestamp = timestamp + i;
    }
}

/* The straight path: doors, judge and law in line, over a unit whose counts are constants. */
static __attribute__((flatten)) size_t run_plains(struct store *store, struct worker *worker,
                                                  struct plain *plains, size_t count)
{
    unsigned draws = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        uint64_t drawn = plains[i].timestamp;

        if (plains[i].outcome != QUIPU_CREATED) continue;
        if (run_plain(store, worker, &plains[i]) == UNIT_NO_MEMORY) break;
        if (plains[i].timestamp == drawn) continue;
        if (++draws == CROWDED_DRAWS) worker->crowded = CROWDED_RUNS;
        draw_rest(store, plains + i + 1, count - i - 1);
    }
    settle_run(worker);
    return i;
}
