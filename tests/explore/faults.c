/* faults.c - stopping a fiber; see faults.h. */
#include "explore/faults.h"

#include <string.h>

#include "explore/explorer.h"
#include "explore/judge.h"

#define WAITS_MAX 64

/* Stopped in `at`, it was waited for in `by`, at so many steps. */
struct wait {
    const char *at, *by;
    unsigned steps;
};

struct tally {
    unsigned steps, passed;
    size_t wait_count;
    struct wait waits[WAITS_MAX];
};

static void count_wait(struct tally *tally, const char *at, const char *by)
{
    for (size_t i = 0; i < tally->wait_count; i++) {
        struct wait *wait = &tally->waits[i];

        if (strcmp(wait->at, at) != 0 || strcmp(wait->by, by) != 0) continue;
        wait->steps++;
        return;
    }
    if (tally->wait_count < WAITS_MAX) tally->waits[tally->wait_count++] = (struct wait){at, by, 1};
}

/* Stop fiber 0 before its step `at`. NULL, and *stopped, or what went wrong. */
static const char *stop_at(struct stage *stage, uint32_t at, struct tally *tally, bool *stopped)
{
    const struct schedule *schedule;

    stage_restore(stage);
    strategy_replay(NULL, 0);
    scheduler_stop(0, at);
    schedule = scheduler_run(stage->fibers, stage_play, stage, choose_replay);
    if (schedule->ending == ENDING_ENDLESS) return "others go round without end";
    *stopped = scheduler_state(0) == FIBER_STOPPED;
    if (*stopped) {
        bool passed = true;

        tally->steps++;
        for (uint32_t i = 1; i < stage->fibers; i++) {
            if (scheduler_state(i) == FIBER_DONE) continue;
            count_wait(tally, scheduler_place(0).function, scheduler_place(i).function);
            passed = false;
        }
        tally->passed += passed;
        schedule = scheduler_continue();
    }
    if (schedule->ending != ENDING_DONE) return "it does not end when all go on";
    return judge(stage);
}

bool faults(struct stage *stage, const char *protocol, FILE *to)
{
    struct tally tally = {0};
    bool stopped = true;

    for (uint32_t at = 1; stopped; at++) {
        const char *wrong = stop_at(stage, at, &tally, &stopped);

        if (wrong == NULL) continue;
        (void)fprintf(to, "FAILED %s %s: stopped at step %u: %s\n", stage->program->name, protocol,
                      at, wrong);
        return false;
    }
    scheduler_stop(0, 0);
    (void)fprintf(to, "%-11s %-11s stopped at %u steps: at %u nobody waits\n", stage->program->name,
                  protocol, tally.steps, tally.passed);
    for (size_t i = 0; i < tally.wait_count; i++) {
        (void)fprintf(to, "    stopped in %s: waited for in %s, at %u\n", tally.waits[i].at,
                      tally.waits[i].by, tally.waits[i].steps);
    }
    return true;
}
