/* stress_hand.h - one thread of `quipu stress`: its calls, and the tape on which it writes them.
 *
 * The clock is read right before and right after a call, and the call is written down after that. A
 * refusal or a conflict is an answer like any other. If a call fails (no memory, no space),
 * `status` keeps the reason, and the hand stops. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_HAND_H
#define QUIPU_COMMAND_STRESS_STRESS_HAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "checker/recording.h"
#include "command/common/seeded_random.h"
#include "command/load/outcome_tally.h"
#include "quipu/quipu.h"

/* The most events, expectations and ids a hand uses in one call. */
#define HAND_EVENTS_MAX 8
#define HAND_EXPECTATIONS_MAX 2
#define HAND_IDS_MAX 32

struct hand {
    const struct stress_order *order;
    struct stress *stress;
    quipu_ledger *ledger; /* of this round */
    struct tape *tape;
    size_t calls_wanted; /* this round */
    uint64_t number;     /* from 1 */
    uint64_t last_id;    /* its own ids, this round */
    struct random random;

    quipu_transfer events[HAND_EVENTS_MAX];
    quipu_result results[HAND_EVENTS_MAX];
    quipu_receipt receipts[HAND_EVENTS_MAX];
    quipu_expectation expectations[HAND_EXPECTATIONS_MAX];
    quipu_uint128 ids[HAND_IDS_MAX];
    quipu_account accounts[HAND_IDS_MAX]; /* as they were last read */
    uint64_t versions[HAND_IDS_MAX];
    quipu_transfer found[HAND_IDS_MAX];

    uint64_t conflicts; /* in all rounds, as are the next two */
    struct tally tally;
    quipu_status status;
    pthread_t thread;
};

/* The most steps that a call writes down; only a snapshot may write more. */
#define HAND_STEPS_MAX 32
QUIPU_STATIC_ASSERT(HAND_EVENTS_MAX * 3 + HAND_EXPECTATIONS_MAX <= HAND_STEPS_MAX &&
                        HAND_IDS_MAX <= HAND_STEPS_MAX,
                    "a commit with receipts, and a read, fit");

static inline size_t hand_steps_max(size_t account_count)
{
    return account_count > HAND_STEPS_MAX ? account_count : HAND_STEPS_MAX;
}

/* Send events[0..count) by quipu_create_transfers(). */
void hand_create(struct hand *hand, size_t count);

/* Send events[0..count) as one chain by quipu_commit(), with receipts, under
 * expectations[0..expectation_count). */
void hand_commit(struct hand *hand, size_t expectation_count, size_t count);

/* Read ids[0..count) into accounts[] and versions[]. */
void hand_read(struct hand *hand, size_t count);

/* Read all accounts, at times with a pause between two of them. */
void hand_snapshot(struct hand *hand);

/* Yield the processor, so many times in a thousand. */
void hand_pause(struct hand *hand, unsigned times);

/* Look up the transfers ids[0..count). */
void hand_find(struct hand *hand, size_t count);

#endif
