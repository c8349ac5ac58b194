/* read_load.h - threads that read while others write, until they are stopped. */
#ifndef QUIPU_COMMAND_MEASURE_READ_LOAD_H
#define QUIPU_COMMAND_MEASURE_READ_LOAD_H

#include <pthread.h>
#include <stdbool.h>

#include "command/common/stop_flag.h"
#include "command/measure/workload.h"
#include "quipu/quipu.h"

enum reading {
    READING_LOOKUPS, /* two accounts by their ids */
    READING_SNAPSHOTS,
    READING_GROUPS /* GROUP_IDS accounts a call; each counts as a read */
};

#define READING_COUNT 3

extern const char *const reading_names[READING_COUNT];

struct reader {
    quipu_ledger *ledger;
    const struct workload *workload;
    enum reading reading;
    uint64_t number;
    struct stop_flag stop;
    uint64_t reads, ns;
    quipu_status status;
    pthread_t thread;
};

/* Returns false if no thread can be started. */
bool reader_start(struct reader *reader);
void reader_join(struct reader *reader);

#endif
