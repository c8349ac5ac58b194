/* memory_log.h - a log in memory (journal/log.h): no files, and frames that a test writes by hand.
 *
 * Frames are given out in buffers of their own length, so that a memory checker notices a read
 * beyond the end of one. */
#ifndef QUIPU_TESTS_MEMORY_LOG_H
#define QUIPU_TESTS_MEMORY_LOG_H

#include "journal/log.h"

struct memory_frame {
    struct log_frame frame;
    unsigned char *bytes;
};

struct memory_log {
    struct log log; /* first: a log is one of these */
    struct memory_frame *frames;
    size_t count, room;
    uint64_t epoch;
    uint64_t damaged;    /* a sequence that cannot be read: QUIPU_CORRUPT; 0: none */
    quipu_status refuse; /* of every read; QUIPU_OK: none */
};

struct memory_log *memory_log_new(void);
void memory_log_free(struct memory_log *log);

/* Append a frame: LOG_CUT begins an epoch. */
void memory_log_add(struct memory_log *log, enum log_kind kind, uint64_t horizon, const void *bytes,
                    size_t length);

#endif
