/* held_log.h - a log in memory that a test can hold at an append, count, and let fail.
 *
 * It keeps of each frame what the tests ask for, and which transfers are in it. Ids of transfers
 * that it keeps are below HELD_IDS. */
#ifndef QUIPU_TESTS_HELD_LOG_H
#define QUIPU_TESTS_HELD_LOG_H

#include <pthread.h>

#include "journal/log.h"

#define HELD_IDS 65536

struct held_log {
    struct log log; /* first: a log is one of these */
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    bool held;
    quipu_status refuse;   /* of every append from now on; QUIPU_OK: none */
    uint64_t begun, ended; /* appends */
    uint64_t horizon;      /* of the last frame */
    uint64_t entries;
    bool has[HELD_IDS];
};

/* On an empty log; it is forgotten by free(). */
struct held_log *held_log_new(void);
void held_log_free(struct held_log *log);

/* Hold the next append where it has begun, and has not written anything; let it go. */
void held_log_hold(struct held_log *log);
void held_log_let_go(struct held_log *log);

/* Fail from the next append on. */
void held_log_refuse(struct held_log *log, quipu_status status);

/* Wait until an append has begun and is held. */
void held_log_await(struct held_log *log);

uint64_t held_log_appends(struct held_log *log);
bool held_log_has(struct held_log *log, uint64_t id);
uint64_t held_log_entries(struct held_log *log);

#endif
