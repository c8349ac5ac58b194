/* runs.inc.h - rcu: a thread is the writer for a run or a unit.
 *
 * Included by rcu.c behind straight.inc.h. A thread that finds itself alone is the writer through
 * all of a straight run. Threads that meet claim ids, find accounts and write records before they
 * become the writer, and settle after it (R5):
 *
 *   begin   be the writer
 *   post    judge and publish what was prepared, one by one
 *   end     let the next thread be the writer
 *
 * It gets `run`, `run_plains`, `run_straight`, `run_crowd` and `expire`. */

/* Become the writer. A thread that meets another one prepares its next runs before it does. */
static inline void begin_run(struct store *store, struct worker *worker)
{
    if (try_to_begin(store)) return;
    worker->crowded = CROWDED_RUNS;
    begin_behind(store);
}

/* Let the next thread be the writer. Where one waits both prepare their runs: if this one went on
 * as if it were alone, it would be the writer again before the other one saw that it was not. */
static inline void end_run(struct store *store, struct worker *worker)
{
    if (is_awaited(store)) worker->crowded = CROWDED_RUNS;
    end(store);
}

static enum unit_end run(struct store *store, struct worker *worker, struct unit *unit)
{
    enum unit_end unit_end;

    begin_run(store, worker);
    unit_end = run_as_writer(store, worker, unit);
    end_run(store, worker);
    return unit_end;
}

static size_t run_plains(struct store *store, struct worker *worker, struct plain *plains,
                         size_t count)
{
    size_t done;

    begin_run(store, worker);
    done = run_plains_as_writer(store, worker, plains, count);
    end_run(store, worker);
    return done;
}

/* Where threads meet, plain transfers are left to run_crowd(). */
static enum straight_end run_straight(struct straight *straight)
{
    struct store *store = straight->store;
    struct worker *worker = straight->worker;
    bool is_plain = rules_is_ordinary(&arrival_at(straight->arrivals, straight->next)->event);
    enum straight_end straight_end;

    if (is_plain && worker->crowded > 0) return STRAIGHT_UNTOUCHED;
    if (!try_to_begin(store)) {
        worker->crowded = CROWDED_RUNS;
        if (is_plain) return STRAIGHT_UNTOUCHED;
        begin_behind(store);
    }
    straight_end = run_straight_as_writer(straight);
    end_run(store, worker);
    return straight_end;
}

/* At its timestamp, which may have been drawn anew since the record was written. */
static inline enum in_place crowd_try(struct store *store, struct plain *plain)
{
    transfer_at(&store->transfers, plain->place)->timestamp = plain->timestamp;
    return straight_post(store, plain, NULL);
}

/* It takes effect in place. Returns false if it is not approved at once. */
static inline bool crowd_post(struct store *store, struct plain *plains, size_t count)
{
    enum in_place in_place = IN_PLACE_NOT;

    if (!plain_may_join(&plains[0]) || !has_spare(store, 2)) return false;
    in_place = crowd_try(store, &plains[0]);
    if (in_place == IN_PLACE_LATE) {
        draw_rest(store, plains, count);
        in_place = crowd_try(store, &plains[0]);
    }
    return in_place == IN_PLACE_CREATED;
}

/* Settle those that took effect in place; the others are settled. */
static void crowd_settle(struct store *store, struct worker *worker, const struct plain *plains,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (plains[i].outcome == QUIPU_CREATED) settle_plain(store, worker, &plains[i]);
    }
}

/* Plain transfers that are prepared, while another thread is the writer or wants to be: the writer
 * only judges and publishes. */
static __attribute__((flatten)) size_t run_crowd(struct store *store, struct worker *worker,
                                                 struct plain *plains, size_t count)
{
    size_t settled = 0, i;

    for (i = 0; i < count; i++) {
        if (plain_may_join(&plains[i])) straight_record(store, &plains[i]);
    }
    begin_run(store, worker);
    for (i = 0; i < count; i++) {
        if (plains[i].outcome != QUIPU_CREATED) continue;
        if (crowd_post(store, plains + i, count - i)) continue;
        crowd_settle(store, worker, plains + settled, i - settled);
        settled = i;
        if (run_plain(store, worker, &plains[i]) == UNIT_NO_MEMORY) break;
        settled = i + 1;
    }
    end_run(store, worker);
    crowd_settle(store, worker, plains + settled, i - settled);
    settle_run(worker);
    return i;
}

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
        tidy(store);
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
    if (quipui_due(store, copies, count, now)) {
        begin(store);
    } else if (worker->others_left == 0 || !try_to_begin(store)) {
        return true;
    }
    expired = expire_due(store, worker, copies, count, now);
    end(store);
    tidy(store);
    return expired;
}
