/* explorer.h - many schedules of one program under one protocol. */
#ifndef EXPLORE_EXPLORER_H
#define EXPLORE_EXPLORER_H

#include "machines/explore/play.h"
#include "machines/explore/strategy.h"

enum how { HOW_RANDOM, HOW_PCT, HOW_EXHAUSTIVE, HOW_REPLAY };

struct plan {
    enum how how;
    uint64_t seed;        /* of the first schedule; the next has the next */
    uint64_t most;        /* schedules; 0: no matter */
    double seconds;       /* of processor time; 0: no matter */
    uint32_t preemptions; /* exhaustive: at most */
    const struct switch_at *switches;
    size_t switch_count;
};

struct findings {
    uint64_t schedules, steps;
    double seconds;
    bool complete; /* exhaustive: all were run */
    bool failed;
    uint64_t seed;  /* random and pct: of the schedule that failed */
    char what[256]; /* was wrong */
    size_t switch_count;
    struct switch_at switches[SWITCHES_MAX]; /* of that schedule */
};

/* Run schedules until one fails, or there are enough. */
void explore(struct stage *stage, const struct plan *plan, struct findings *findings);

/* Run this schedule: what is wrong with it, or NULL. */
const char *explore_once(struct stage *stage, strategy_choose choose);

/* What is wrong with how it ended, or NULL. */
const char *explore_wrong_end(const struct stage *stage, const struct schedule *schedule);

/* Drop switches without which it still fails. */
void explore_shrink(struct stage *stage, struct findings *findings);

#endif
