/* drive.h - one measurement: a store, threads that put the workload of `quipu bench` into it, a
 * stopwatch, and the proof that the books are right afterwards.
 *
 * Only post() and drain() are timed: the threads make up events between them. All ids are new and
 * every transfer must be posted. Then, untimed: the money must add up to what was posted, a
 * transfer of more than there is must be refused, transfers brought again must be known and change
 * nothing. A figure of a store that fails any of it is not a figure. */
#ifndef QUIPU_BENCH_DRIVE_H
#define QUIPU_BENCH_DRIVE_H

#include "command/measure/workload.h"
#include "peers/peer.h"

struct drive_plan {
    const struct peer *peer;
    const struct workload *workload;
    unsigned thread_count;
    uint64_t batch;         /* events a call, 1..QUIPU_BATCH_MAX */
    uint64_t transfers_max; /* of all threads; a run ends there or after `seconds` of calls */
    double seconds;
    const char *scratch;
    const char *folder; /* durable: scratch is in there; NULL: in memory */
    bool answered;      /* a client has each answer before it goes on; durable: always */
};

enum drive_end { DRIVE_FINE, DRIVE_WRONG_BOOKS, DRIVE_NOT_OPEN, DRIVE_FAILED };

struct drive_figures {
    enum drive_end end;
    uint64_t transfers;
    double seconds;     /* in calls, the mean of the threads */
    double per_second;  /* of all threads */
    double cpu_seconds; /* of all threads, in calls; a server's are not among them */
};

/* What is wrong, other than DRIVE_FINE, was said. */
void drive_measure(const struct drive_plan *plan, struct drive_figures *figures);

#endif
