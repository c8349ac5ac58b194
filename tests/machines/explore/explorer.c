/* explorer.c - running schedules, and making one that fails short. */
#include "machines/explore/explorer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "machines/explore/judge.h"

/* Time is asked for so often. */
#define SCHEDULES_PER_LOOK 64

/* Random schedules that teach which addresses matter, before all are run. */
#define LESSONS 300

static double processor_seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Which fiber waits where, when none can go on. */
static const char *say_blocked(const struct stage *stage, const char *what)
{
    static char text[256];
    size_t used = (size_t)snprintf(text, sizeof text, "%s:", what);

    for (uint32_t i = 0; i < stage->fibers && used < sizeof text; i++) {
        struct place place = scheduler_place(i);

        if (scheduler_state(i) == FIBER_DONE) continue;
        used += (size_t)snprintf(text + used, sizeof text - used, " fiber %u in %s (line %d)", i,
                                 place.function, place.line);
    }
    return text;
}

const char *explore_wrong_end(const struct stage *stage, const struct schedule *schedule)
{
    if (schedule->ending == ENDING_DONE) return NULL;
    return say_blocked(stage, schedule->ending == ENDING_BLOCKED ? "deadlock" : "livelock");
}

const char *explore_once(struct stage *stage, strategy_choose choose)
{
    const char *wrong;

    stage_restore(stage);
    wrong = explore_wrong_end(stage, scheduler_run(stage->fibers, stage_play, stage, choose));
    return wrong != NULL ? wrong : judge(stage);
}

static void note_failure(struct findings *findings, const char *wrong, uint64_t seed)
{
    const struct schedule *schedule = scheduler_schedule();

    findings->failed = true;
    findings->seed = seed;
    (void)snprintf(findings->what, sizeof findings->what, "%s", wrong);
    findings->switch_count =
        schedule->switch_count < SWITCHES_MAX ? schedule->switch_count : SWITCHES_MAX;
    memcpy(findings->switches, schedule->switches,
           findings->switch_count * sizeof *findings->switches);
}

/* One schedule, counted. Returns false if it failed. */
static bool run_one(struct stage *stage, strategy_choose choose, uint64_t seed,
                    struct findings *findings)
{
    const char *wrong = explore_once(stage, choose);

    findings->schedules++;
    findings->steps += scheduler_schedule()->steps;
    if (wrong != NULL) note_failure(findings, wrong, seed);
    return wrong == NULL;
}

static bool is_enough(const struct plan *plan, struct findings *findings, double start)
{
    if (plan->most != 0 && findings->schedules >= plan->most) return true;
    if (plan->seconds == 0 || findings->schedules % SCHEDULES_PER_LOOK != 0) return false;
    return processor_seconds() - start >= plan->seconds;
}

static void explore_by_chance(struct stage *stage, const struct plan *plan,
                              struct findings *findings, double start)
{
    strategy_choose choose = plan->how == HOW_PCT ? choose_pct : choose_random;
    uint32_t steps = 0;

    if (plan->how == HOW_PCT) {
        strategy_replay(NULL, 0);
        if (!run_one(stage, choose_replay, 0, findings)) return;
        steps = scheduler_schedule()->steps;
    }
    for (uint64_t seed = plan->seed; !is_enough(plan, findings, start); seed++) {
        if (plan->how == HOW_PCT) {
            strategy_pct(seed, stage->fibers, steps);
        } else {
            strategy_random(seed);
        }
        if (!run_one(stage, choose, seed, findings)) return;
    }
}

/* All schedules of a bound. Returns false if one failed, or if it is enough. */
static bool explore_bound(struct stage *stage, const struct plan *plan, struct findings *findings,
                          uint32_t preemptions, double start)
{
    strategy_exhaustive(preemptions);
    do {
        if (is_enough(plan, findings, start)) return false;
        if (!run_one(stage, choose_exhaustive, 0, findings)) return false;
    } while (strategy_next());
    return true;
}

/* With no preemption, then one, then two …: and each again as long as it teaches what matters. */
static void explore_all(struct stage *stage, const struct plan *plan, struct findings *findings,
                        double start)
{
    scheduler_forget();
    for (uint64_t seed = 0; seed < LESSONS; seed++) {
        strategy_random(seed);
        if (!run_one(stage, choose_random, seed, findings)) return;
    }
    (void)scheduler_freeze();
    for (uint32_t preemptions = 0; preemptions <= plan->preemptions; preemptions++) {
        do {
            if (!explore_bound(stage, plan, findings, preemptions, start)) return;
        } while (scheduler_freeze());
    }
    findings->complete = true;
}

void explore(struct stage *stage, const struct plan *plan, struct findings *findings)
{
    double start = processor_seconds();

    memset(findings, 0, offsetof(struct findings, switches));
    switch (plan->how) {
    case HOW_RANDOM:
    case HOW_PCT: explore_by_chance(stage, plan, findings, start); break;
    case HOW_EXHAUSTIVE: explore_all(stage, plan, findings, start); break;
    case HOW_REPLAY:
        strategy_replay(plan->switches, plan->switch_count);
        (void)run_one(stage, choose_replay, 0, findings);
    }
    findings->seconds = processor_seconds() - start;
}

/* Does it fail with these switches? Then those that it made are the new ones. */
static bool still_fails(struct stage *stage, struct findings *findings, struct switch_at *switches,
                        size_t count)
{
    const char *wrong;

    strategy_replay(switches, count);
    wrong = explore_once(stage, choose_replay);
    if (wrong == NULL || scheduler_schedule()->switch_count > count) return false;
    note_failure(findings, wrong, findings->seed);
    return true;
}

void explore_shrink(struct stage *stage, struct findings *findings)
{
    static struct switch_at fewer[SWITCHES_MAX];
    size_t width = findings->switch_count / 2;

    while (width > 0) {
        bool shorter = false;

        for (size_t from = 0; from + width <= findings->switch_count;) {
            size_t rest = findings->switch_count - from - width;

            memcpy(fewer, findings->switches, from * sizeof *fewer);
            memcpy(fewer + from, findings->switches + from + width, rest * sizeof *fewer);
            if (still_fails(stage, findings, fewer, from + rest)) {
                shorter = true;
            } else {
                from++;
            }
        }
        if (!shorter || width > 1) width /= 2;
    }
}
