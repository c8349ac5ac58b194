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
 * and gets `run`, `run_plains` and `release_due`. */
#include "protocol/judge.h"
#include "protocol/stuck.h"

/* How a unit is judged. */
enum manner { AS_UNIT, AS_RELEASE, AS_PLAIN };

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_release);

/* Release all that is due at `now`, earliest first. No locks held but those of begin(). False: no
 * memory. */
static bool release_due(struct store *store, struct worker *worker, uint64_t now)
{
    struct timeouts *timeouts = &store->timeouts;
    enum unit_end end = UNIT_CREATED;
    struct single single;
    struct unit unit;
    uint64_t hold;

    clock_reach(&store->clock, now);
    lock_hold(&timeouts->lock);
    /* Ends: each turn drops one hold that is due by `now`, and those are finitely many. */
    while ((hold = quipui_timeouts_first(timeouts, now)) != NEVER) {
        /* Ends: once it is resolved or lapsed, which it stays. */
        while (end != UNIT_NO_MEMORY && quipui_release_build(store, hold, &single, &unit)) {
            end = run_unit(store, worker, &unit, true);
        }
        if (end == UNIT_NO_MEMORY) break;
        quipui_timeouts_drop_first(timeouts, &store->transfers);
    }
    lock_let_go(&timeouts->lock);
    return end != UNIT_NO_MEMORY;
}

/* Release what is due when this unit happens. A unit that straddles a due time happens after it.
 * False: no memory. */
static bool clear_due(struct store *store, struct worker *worker, struct unit *unit)
{
    uint64_t last = unit->legs[unit->leg_count - 1].timestamp;
    uint64_t first = unit->legs[0].timestamp;

    if (unit->imports) first = last = unit->now;
    if (!timeouts_due(&store->timeouts, last)) return true;
    if (!timeouts_due(&store->timeouts, first)) {
        if (!quipui_redraw(store, unit)) return false;
        first = unit->legs[0].timestamp;
    }
    return release_due(store, worker, first);
}

/* Did nothing fall due, or get released, while the unit's copies were taken? (D3) */
static bool nothing_fell_due(struct store *store, const struct unit *unit, uint64_t rounds)
{
    uint64_t last = unit->imports ? unit->now : unit->legs[unit->leg_count - 1].timestamp;

    return !timeouts_due(&store->timeouts, last) && timeouts_rounds(&store->timeouts) == rounds;
}

/* One attempt: enter, load, judge, commit, leave. */
static inline bool attempt(struct store *store, struct unit *unit, enum manner manner,
                           enum step *step)
{
    uint64_t rounds = timeouts_rounds(&store->timeouts);
    bool done = false;

    enter(store, unit);
    load(store, unit);
    if (manner == AS_RELEASE || nothing_fell_due(store, unit, rounds)) {
        *step = manner == AS_PLAIN ? judge_plain(store, unit) : quipui_judge(store, unit);
        done = *step == STEP_REDRAW || *step == STEP_CONFLICT || commit(store, unit, *step);
    }
    leave(store, unit);
    return done;
}

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_release)
{
    enum step step = STEP_REDRAW;
    struct stuck stuck = {0, 0};

    /* Ends: an attempt fails only after another unit, or time, has changed what this one had found,
     * and then the next one finds that. stuck.h checks it. */
    for (unsigned spins = 0;; spin(&spins)) {
        if (!is_release && !clear_due(store, worker, unit)) return UNIT_NO_MEMORY;
        if (!prepare(store, unit)) return UNIT_NO_MEMORY;
        if (!attempt(store, unit, is_release ? AS_RELEASE : AS_UNIT, &step)) {
            /* A hold of ours may have lapsed: a new timestamp cures that. */
            if (!quipui_has_lapsed(store, unit)) {
                audit(stuck_failed(&stuck, store, unit));
                continue;
            }
            step = STEP_REDRAW;
        }
        switch (step) {
        case STEP_APPROVED:
            if (!is_release) quipui_settle(store, worker, unit);
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
        attempt(store, &unit, AS_PLAIN, &step)) {
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
