/* play.h - a program on a ledger: what its fibers do, recorded as a history.
 *
 * Tape 0 is the setup, tapes 1, 2, … are those of the fibers, the last is the end: all accounts as
 * they are when nobody writes any more. */
#ifndef EXPLORE_PLAY_H
#define EXPLORE_PLAY_H

#include "checker/checker.h"
#include "machines/explore/holder.h"
#include "machines/explore/program.h"
#include "machines/explore/sight.h"
#include "quipu/queue.h"
#include "support/follower.h"

/* A lookup: its steps, and what the clock said when it began. */
struct progress {
    const struct tape *tape;
    size_t first, count;
    uint64_t now;
};

#define LOOKS_MAX 24
#define CALLS_MAX 32 /* of a tape */

struct stage {
    const struct program *program;
    quipu_ledger *ledger;
    quipu_ledger *far;               /* a handle, or NULL; the last fiber is the daemon */
    quipu_queue *queues[FIBERS_MAX]; /* of the fibers that have one */
    uint64_t now, kept_now;
    uint32_t fibers;
    struct history history;
    struct checker *checker;
    size_t durable[FIBERS_MAX + 2][CALLS_MAX]; /* frames when a call of a tape was answered */
    struct journal *journal;                   /* or NULL; the last fiber is its flusher */
    uint32_t busy;                             /* fibers that are not over, beside the last */
    struct walk walks[FIBERS_MAX];
    struct follower followers[FIBERS_MAX];
    struct hold_sight holds[FIBERS_MAX];
    struct scan_sight scans[FIBERS_MAX];
    struct holder holders[FIBERS_MAX];
    struct progress looks[LOOKS_MAX];
    size_t look_count;
    const char *trouble; /* a call that answered what it may not, or NULL */
};

/* Open a ledger in the arena, run the setup, and keep all that. Returns false if that failed. */
bool stage_open(struct stage *stage, const struct program *program, quipu_protocol protocol);
void stage_close(struct stage *stage);

/* As it was after the setup. */
void stage_restore(struct stage *stage);

/* One fiber's part; the context is the stage. */
void stage_play(void *stage, uint32_t fiber);

/* After all fibers: what was stored, by which versions, and the final state. */
void stage_finish(struct stage *stage);

/* It was answered just now; steps that follow belong to it. */
struct history_call *stage_end_call(struct stage *stage, struct tape *tape, uint64_t begin);
struct history_step *stage_step(struct tape *tape, enum history_kind kind);

/* The transfers that an operation names. Returns how many. */
size_t stage_events(const struct stage *stage, const struct op *op, quipu_transfer *events);

/* A call begins now: others may run before it. */
uint64_t stage_begin_call(void);

/* The id of a transfer that a program names. */
quipu_uint128 stage_id(const struct stage *stage, uint32_t id);

#endif
