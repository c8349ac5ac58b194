/* drive.h - one measurement: a ledger, threads that put a workload into it, and a stopwatch.
 *
 * Only the calls of quipu_create_transfers() are timed: the threads make up events between them.
 * What becomes of each event is known before (transfer_kind.h) and checked. After each run the
 * books are drawn up; a figure whose money does not add up is not a figure. */
#ifndef QUIPU_COMMAND_MEASURE_DRIVE_H
#define QUIPU_COMMAND_MEASURE_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "command/measure/read_load.h"
#include "command/measure/transfer_kind.h"
#include "command/measure/workload.h"
#include "quipu/quipu.h"

/* Events made up at a time: as many calls as give so many, so that reading the clock costs nothing
 * at batch 1 either. */
#define DRIVE_CHUNK QUIPU_BATCH_MAX

struct drive_order {
    quipu_protocol protocol;
    uint64_t thread_count;
    uint64_t batch;         /* events a call, 1..QUIPU_BATCH_MAX */
    uint64_t transfers_max; /* of all threads; a run ends there or after `seconds` in calls */
    double seconds;
    bool prefault; /* the ledger takes all its memory before the first call */
    bool latency;  /* time every call: costs a look at the clock in each */
    enum kind kind;
    uint64_t reader_count; /* threads that read meanwhile */
    enum reading reading;
    const struct workload *workload;
};

struct drive_score {
    uint64_t transfers;
    uint64_t conflicts; /* of KIND_COMMIT: commits that found something moved */
    double seconds;     /* in calls, the mean of the threads */
    double per_second;  /* of all threads */
    double reads_per_second;
    uint64_t p50_ns, p99_ns, p999_ns, longest_ns; /* calls; 0: not measured */
    double bytes_per_account, bytes_per_transfer; /* of memory in use; 0: not measured */
};

/* Not fine: said why. */
enum command_exit drive_run(const struct drive_order *order, struct drive_score *score);

#endif
