/* stress_order.h - what `quipu stress` is to do, and what it found. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_ORDER_H
#define QUIPU_COMMAND_STRESS_STRESS_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "checker/checker.h"
#include "command/load/outcome_tally.h"
#include "command/stress/stress_mix.h"
#include "quipu/quipu.h"

/* A snapshot writes all accounts down, and threads meet less on more accounts. */
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
    const char *save; /* the file for the history of the last round, if it is convicted or always */
    bool always_save;
};

struct stress_score {
    uint64_t rounds, operations;
    uint64_t run_ns, check_ns; /* the time of the threads; the time of the checker */
    uint64_t conflicts;
    struct tally tally;     /* of transfers */
    uint64_t checked_calls; /* with the calls that begin and end a round */
    struct verdict verdict; /* of the last round: only that may be convicted */
    bool saved;
};

/* Run rounds until the order is done, or until one is convicted; its anomalies are printed. Returns
 * false, with a complaint, if the system fails. */
bool stress_run(const struct stress_order *order, struct stress_score *score);

#endif
