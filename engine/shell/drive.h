/* drive.h - one measurement: a ledger, threads that put a workload into it, and a stopwatch.
 *
 * Only the calls of quipu_create_transfers() are timed: the threads make up events between them.
 * Accounts must not be overdrawn and have funds enough, so every transfer takes the whole way of
 * the rules and succeeds. After each run the books are drawn up; a figure whose money does not add
 * up is not a figure. */
#ifndef QUIPU_SHELL_DRIVE_H
#define QUIPU_SHELL_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "quipu/quipu.h"
#include "workload.h"

struct drive_order {
    quipu_protocol protocol;
    uint64_t thread_count;
    uint64_t batch;         /* events a call, 1..QUIPU_BATCH_MAX */
    uint64_t transfers_max; /* of all threads; a run ends there or after `seconds` in calls */
    double seconds;
    bool prefault; /* the ledger takes all its memory before the first call */
    const struct workload *workload;
};

struct drive_score {
    uint64_t transfers;
    double seconds;    /* in calls, the mean of the threads */
    double per_second; /* of all threads */
};

/* Not fine: said why. */
enum command_exit drive_run(const struct drive_order *order, struct drive_score *score);

#endif
