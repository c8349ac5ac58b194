/* stress_order.h - what `quipu stress` is asked for, and what it saw. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_ORDER_H
#define QUIPU_COMMAND_STRESS_STRESS_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "checker/checker.h"
#include "command/load/outcome_tally.h"
#include "command/stress/stress_mix.h"
#include "quipu/quipu.h"

/* Every snapshot writes all accounts down; and more accounts meet less. */
#define STRESS_ACCOUNTS_MIN 2
#define STRESS_ACCOUNTS_MAX 1024

/* Operations a round. */
#define STRESS_ROUND_MAX 1000000

struct stress_order {
    quipu_protocol protocol;
    uint64_t thread_count, account_count;
    struct stress_mix mix;
    double seconds;
    uint64_t operations; /* 0: until the time is up */
    uint64_t round;      /* operations a round */
    uint64_t seed;
    bool fence, timeouts;
    const char *save; /* where the history of the last round goes: if it is convicted, or always */
    bool always_save;
};

struct stress_score {
    uint64_t rounds, operations;
    uint64_t run_ns, check_ns; /* while threads ran; while histories were checked */
    uint64_t conflicts;
    struct tally tally;     /* of transfers */
    uint64_t checked_calls; /* those that set up and wound up a round are checked too */
    struct verdict verdict; /* of the last round, the only one that may be convicted */
    bool saved;
};

/* Rounds until it is enough, or until one is convicted: its anomalies are said. False: the system
 * failed, and said why. */
bool stress_run(const struct stress_order *order, struct stress_score *score);

#endif
