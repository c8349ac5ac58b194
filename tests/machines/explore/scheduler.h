/* scheduler.h - fibers of one schedule, and which runs next.
 *
 * A schedule is a run of all fibers from their start to their end. Time is steps: one per point at
 * which the scheduler was asked, or a fiber began to wait. At each a strategy (strategy.h) may
 * choose; where it does otherwise than the default (stay; or, from a fiber that cannot go on, the
 * lowest that can), the choice is a switch, and the switches of a schedule replay it. */
#ifndef EXPLORE_SCHEDULER_H
#define EXPLORE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIBERS_MAX 4
#define SWITCHES_MAX 4096

/* A schedule that takes longer loops without end. */
#define STEPS_MAX 20000

enum fiber_state { FIBER_READY, FIBER_BLOCKED, FIBER_STOPPED, FIBER_DONE };

enum ending {
    ENDING_DONE,    /* all fibers ended */
    ENDING_BLOCKED, /* those that have not wait for each other, or for one that is stopped */
    ENDING_ENDLESS  /* STEPS_MAX */
};

struct switch_at {
    uint32_t step;
    uint32_t fiber;
};

/* Where a fiber was when a switch left it. */
struct place {
    uint32_t fiber;
    const char *function;
    int line;
    const volatile void *address; /* of its last access, or that it waits for; NULL: any */
};

struct schedule {
    enum ending ending;
    uint32_t steps;
    size_t switch_count; /* may exceed SWITCHES_MAX: then it cannot be replayed */
    struct switch_at switches[SWITCHES_MAX];
    struct place left[SWITCHES_MAX];
};

/* What a strategy is asked: the fiber to run next, a bit of `ready`. */
struct question {
    uint32_t step;
    uint32_t ready;      /* a bit per fiber that can go on */
    uint32_t current;    /* the fiber that asks */
    uint32_t by_default; /* which runs if nothing is said */
    bool may_stay;       /* the current one can go on */
    bool matters;        /* no less than another fiber touches the address that comes next */
};

typedef uint32_t (*strategy_choose)(const struct question *question);

/* Run all: body(context, fiber) for each fiber. The schedule is the scheduler's, until the next. */
const struct schedule *scheduler_run(uint32_t fibers, void (*body)(void *context, uint32_t fiber),
                                     void *context, strategy_choose choose);

/* A fiber stops for good at its step `at`; scheduler_continue() lets it go on. */
void scheduler_stop(uint32_t fiber, uint32_t at);
const struct schedule *scheduler_continue(void);
enum fiber_state scheduler_state(uint32_t fiber);

/* Where a fiber is: the function of its last point, or of its wait. */
struct place scheduler_place(uint32_t fiber);

/* Is this fiber waiting: blocked, or spinning? Then *place says where. */
bool scheduler_waits(uint32_t fiber, struct place *place);

/* The schedule at hand, for a signal handler; and time, for records: grows with each call. */
const struct schedule *scheduler_schedule(void);
uint64_t scheduler_time(void);

/* Steps of all schedules so far. */
uint64_t scheduler_all_steps(void);

/* Which addresses matter is learned as schedules run, and used from the next freeze on.
 * scheduler_freeze() says whether there is anything new. */
void scheduler_forget(void);
bool scheduler_freeze(void);

/* For grace.c: the fiber that runs, or FIBERS_MAX: none; where it waits if it never ends. */
uint32_t scheduler_current(void);

#endif
