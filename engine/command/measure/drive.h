/* drive.h - one measurement: threads put a workload into a ledger, and their calls are timed.
 *
 * The threads make events between calls, which is not timed. The result of each event is known
 * before (transfer_kind.h), and checked. After the run the books are drawn up: a figure counts only
 * if the money adds up. */
#ifndef QUIPU_COMMAND_MEASURE_DRIVE_H
#define QUIPU_COMMAND_MEASURE_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "command/measure/read_load.h"
#include "command/measure/transfer_kind.h"
#include "command/measure/workload.h"
#include "quipu/quipu.h"

/* How many events a thread makes at a time. It reads the clock once for all of their calls, which
 * costs next to nothing even at batch 1. */
#define DRIVE_PORTION QUIPU_BATCH_MAX

struct drive_order {
    quipu_protocol protocol;
    uint64_t thread_count;
    uint64_t batch;         /* events a call, 1..QUIPU_BATCH_MAX */
    uint64_t transfers_max; /* of all threads; a run ends then, or after `seconds` in calls */
    double seconds;
    bool prefault; /* the ledger takes all its memory when it is opened */
    bool latency;  /* time each call, which costs a reading of the clock */
    enum kind kind;
    uint64_t reader_count; /* threads that read meanwhile */
    enum reading reading;
    const struct workload *workload;
};

struct drive_score {
    uint64_t transfers;
    uint64_t conflicts; /* KIND_COMMIT: commits that were retried */
    double seconds;     /* in calls, the mean of the threads */
    double per_second;  /* of all threads */
    double reads_per_second;
    uint64_t p50_ns, p99_ns, p999_ns, longest_ns; /* calls; 0: not measured */
    double bytes_per_account, bytes_per_transfer; /* of memory; 0: not measured */
};

/* Measure once. Complains unless it returns COMMAND_FINE. */
enum command_exit drive_run(const struct drive_order *order, struct drive_score *score);

#endif
