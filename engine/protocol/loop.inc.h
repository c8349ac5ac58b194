/* loop.inc.h - the one loop, included last by each protocol file.
 *
 * The file before it defines the four doors, and what they need:
 *
 *   prepare(store, unit) memory the doors may need; false: none
 *   enter(store, unit)   hold what must be held
 *   load(store, unit)    private copies with their versions; the states of the holds
 *   commit(store, unit, step)  make the approved copies take effect, or confirm a refusal; false:
 *                        something moved, nothing changed, go round again
 *   leave(store, unit)   let go
 *
 * and gets `run`, `run_plains`, `expire_due` and its parts. */
#include "protocol/due.h"
#include "protocol/judge.h"
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
    quipui_timeouts_drop(&store->timeouts, hold);
    return true;
}

/* The same with up to *left holds that are due at `now`: on this account; or on any (NULL), until
 * somebody else wants the lock. */
static bool expire_slice(struct store *store, struct worker *worker, const struct slot *slot,
                         uint64_t now, uint32_t *left)
{
    struct timeouts *timeouts = &store->timeouts;

    clock_reach(&store->clock, now);
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

/* Release all that is due on one account, a slice in each holding of the lock (D6). */
static bool expire_own(struct store *store, struct worker *worker, struct slot *slot, uint64_t now)
{
    bool expired = true;

    /* Ends: each turn drops holds that are due by `now`; what is added later is due later. */
    while (expired && timeouts_due_on(slot, now)) {
        uint32_t left = TIMEOUTS_SLICE;

        lock_take(&store->timeouts.lock);
        expired = expire_slice(store, worker, slot, now, &left);
        lock_leave(&store->timeouts.lock);
    }
    return expired;
}

/* Release what is due on any account, as much as this call is to, if nobody is at the lock (D5). */
static bool expire_others(struct store *store, struct worker *worker, uint64_t now)
{
    bool expired;

    if (worker->others_left == 0 || !timeouts_due(&store->timeouts, now)) return true;
    if (!lock_try(&store->timeouts.lock)) return true;
    expired = expire_slice(store, worker, NULL, now, &worker->others_left);
    lock_leave(&store->timeouts.lock);
    return expired;
}

/* Release all that is due on any account, a slice in each holding of the lock. */
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

/* Release what is due at `now` on these accounts, and a slice of the rest; or all (NULL). No locks
 * held but those of begin(). Returns false if memory runs out. */
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

/* Release what is due when this unit happens. A unit that straddles a due time of its accounts
 * happens after it. Returns false if memory runs out. */
static bool clear_due(struct store *store, struct worker *worker, struct unit *unit)
{
    const struct copy *copies = unit->copies;
    uint32_t count = unit->copy_count;

    if (unit->imports) unit->now = due_no_sooner(store, copies, count, unit->now);
    if (!timeouts_due(&store->timeouts, last_instant(unit))) return true;
    if (unit->imports) return expire_due(store, worker, copies, count, unit->now);

    if (quipui_due(copies, count, last_instant(unit)) &&
        !quipui_due(copies, count, unit->legs[0].timestamp) && !quipui_redraw(store, unit)) {
        return false;
    }
    return expire_due(store, worker, copies, count, unit->legs[0].timestamp);
}

/* Did nothing fall due, or get released, while the unit's copies were taken? (D3) */
static inline bool nothing_fell_due(struct store *store, const struct unit *unit,
                                    const struct due_watch *watch)
{
    if (unit->imports && !due_is_kept(store, unit->copies, unit->copy_count, unit->now)) {
        return false;
    }
    return due_is_over(store, watch, unit->copies, unit->copy_count, last_instant(unit));
}

/* One attempt: enter, load, judge, commit, leave. */
static inline bool attempt(struct store *store, struct unit *unit, enum manner manner, bool again,
                           enum step *step)
{
    /* A ledger without time-outs is looked at as a whole, however often. */
    bool closely =
        manner == AS_UNIT && timeouts_due(&store->timeouts, again ? NEVER - 1 : last_instant(unit));
    struct due_watch watch = due_watch(store, unit->copies, unit->copy_count, closely);
    bool done = false;

    enter(store, unit);
    load(store, unit);
    if (manner == AS_EXPIRY || nothing_fell_due(store, unit, &watch)) {
        *step = manner == AS_PLAIN ? judge_plain(store, unit) : quipui_judge(store, unit);
        done = *step == STEP_REDRAW || *step == STEP_CONFLICT || commit(store, unit, *step);
    }
    leave(store, unit);
    return done;
}

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_expiry)
{
    enum step step = STEP_REDRAW;
    struct stuck stuck = {0, 0};

    /* Ends: an attempt fails only after another unit, or time, has changed what this one had found,
     * and then the next one finds that. stuck.h checks it. */
    for (unsigned spins = 0;; spin(&spins)) {
        if (!is_expiry && !clear_due(store, worker, unit)) return UNIT_NO_MEMORY;
        if (!prepare(store, unit)) return UNIT_NO_MEMORY;
        if (!attempt(store, unit, is_expiry ? AS_EXPIRY : AS_UNIT, spins > 0, &step)) {
            /* A hold of ours may have lapsed: a new timestamp cures that. */
            if (!quipui_has_lapsed(store, unit)) {
                audit(stuck_failed(&stuck, store, unit));
                continue;
            }
            step = STEP_REDRAW;
        }
        switch (step) {
        case STEP_APPROVED:
            if (!is_expiry) quipui_settle(store, worker, unit);
            return UNIT_CREATED;
        case STEP_REFUSED: return UNIT_REFUSED;
        case STEP_CONFLICT: return UNIT_CONFLICT;
        case STEP_REDRAW:
            if (!quipui_redraw(store, unit)) return UNIT_NO_MEMORY;
        }
    }
}

static enum unit_end run(struct store *store, struct worker *worker, struct unit *unit)
{
    return run_unit(store, worker, unit, false);
}

/* Round the loop with a plain transfer whose straight attempt came to nothing. */
static __attribute__((noinline, cold)) enum unit_end
run_again(struct store *store, struct worker *worker, struct plain *plain)
{
    struct single single;
    struct unit unit = plain_unit(plain, &single);
    enum unit_end end = run_unit(store, worker, &unit, false);

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

    if (!timeouts_due(&store->timeouts, plain->timestamp) && prepare(store, &unit) &&
        attempt(store, &unit, AS_PLAIN, false, &step)) {
        if (step == STEP_REFUSED) {
            plain->outcome = unit.outcome;
            return UNIT_REFUSED;
        }
        if (step == STEP_APPROVED) {
            plain->timestamp = single.leg.timestamp; /* tie.h, T4 */
            settle_leg(store, worker, &single.leg);
            return UNIT_CREATED;
        }
    }
    return run_again(store, worker, plain);
}

/* Others with later timestamps are at these accounts: what is left of the run would find so, too,
 * one by one, and at each draw they would be later again. */
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
    for (size_t i = 0; i < count; i++) {
        uint64_t drawn = plains[i].timestamp;

        if (plains[i].outcome != QUIPU_CREATED) continue;
        if (run_plain(store, worker, &plains[i]) == UNIT_NO_MEMORY) return i;
        if (plains[i].timestamp != drawn) draw_rest(store, plains + i + 1, count - i - 1);
    }
    return count;
}
