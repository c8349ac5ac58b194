/* stress_hand.h - one thread of `quipu stress`: its calls, and its tape on which each is written.
 *
 * A call is stamped as close to the library as can be, and written down after its end stamp. What
 * the library refuses or conflicts with is an answer like any other; a call that fails (no memory,
 * no space) is kept in `status`, and the hand stops. */
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
    uint64_t last_id;    /* of its own, this round */
    struct random random;

    quipu_transfer events[HAND_EVENTS_MAX];
    quipu_result results[HAND_EVENTS_MAX];
    quipu_receipt receipts[HAND_EVENTS_MAX];
    quipu_expectation expectations[HAND_EXPECTATIONS_MAX];
    quipu_uint128 ids[HAND_IDS_MAX];
    quipu_account accounts[HAND_IDS_MAX]; /* as read last */
    uint64_t versions[HAND_IDS_MAX];
    quipu_transfer found[HAND_IDS_MAX];

    uint64_t conflicts; /* these of all rounds */
    struct tally tally;
    quipu_status status;
    pthread_t thread;
};

/* The most steps that one call writes down. A snapshot of more is the exception. */
#define HAND_STEPS_MAX 32
QUIPU_STATIC_ASSERT(HAND_EVENTS_MAX * 3 + HAND_EXPECTATIONS_MAX <= HAND_STEPS_MAX &&
                        HAND_IDS_MAX <= HAND_STEPS_MAX,
                    "a commit with receipts, and a read, fit");

static inline size_t hand_steps_max(size_t account_count)
{
    return account_count > HAND_STEPS_MAX ? account_count : HAND_STEPS_MAX;
}

/* events[0..count), by quipu_create_transfers(). */
void hand_create(struct hand *hand, size_t count);

/* The same as one chain by quipu_commit(), with receipts, if expectations[0..expectation_count)
 * hold. */
void hand_commit(struct hand *hand, size_t expectation_count, size_t count);

/* ids[0..count) into accounts[] and versions[]. */
void hand_read(struct hand *hand, size_t count);

/* All accounts, with a pause between two of them at times. */
void hand_snapshot(struct hand *hand);

/* Let others run, so many times in a thousand. */
void hand_pause(struct hand *hand, unsigned times);

/* Are there transfers under ids[0..count)? */
void hand_find(struct hand *hand, size_t count);

#endif
