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
 * and gets `run` and `release_due`. */
static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_release);

/* Release all that is due at `now`, earliest first. No locks held but those of begin(). False: no
 * memory. */
static bool release_due(struct store *store, struct worker *worker, uint64_t now)
{
    struct timeouts *timeouts = &store->timeouts;
    enum unit_end end = UNIT_CREATED;
    struct release release;
    uint64_t hold;

    clock_reach(&store->clock, now);
    lock_hold(&timeouts->lock);
    while ((hold = quipui_timeouts_first(timeouts, now)) != NEVER) {
        /* Again, until it is resolved or lapsed. */
        while (end != UNIT_NO_MEMORY && quipui_release_build(store, hold, &release)) {
            end = run_unit(store, worker, &release.unit, true);
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
static bool attempt(struct store *store, struct unit *unit, bool is_release, enum step *step)
{
    uint64_t rounds = timeouts_rounds(&store->timeouts);
    bool done = false;

    enter(store, unit);
    load(store, unit);
    if (is_release || nothing_fell_due(store, unit, rounds)) {
        *step = quipui_judge(store, unit);
        done = *step == STEP_REDRAW || *step == STEP_CONFLICT || commit(store, unit, *step);
    }
    leave(store, unit);
    return done;
}

static enum unit_end run_unit(struct store *store, struct worker *worker, struct unit *unit,
                              bool is_release)
{
    enum step step = STEP_REDRAW;

    for (unsigned spins = 0;; spin(&spins)) {
        if (!is_release && !clear_due(store, worker, unit)) return UNIT_NO_MEMORY;
        if (!prepare(store, unit)) return UNIT_NO_MEMORY;
        if (!attempt(store, unit, is_release, &step)) {
            /* A hold of ours may have lapsed: a new timestamp cures that. */
            if (quipui_has_lapsed(store, unit))
                step = STEP_REDRAW;
            else
                continue;
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
