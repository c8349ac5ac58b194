/* stress_run.c - hands and a referee take turns, in rounds, at one barrier.
 *
 *   1  the referee opens a ledger and shares out the operations
 *   2  the hands carry them out, all at once, and write them down
 *   3  the referee reads the final state, closes the ledger, and checks the history
 *
 * It goes on until the order is done. A round with an anomaly, or a failure, ends the run. Hands
 * and referee never run at the same time, so what they share, except the ledger, is plain. Rounds
 * are short: what finds races is how often threads start together, not how long they run. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "checker/history_file.h"
#include "checker/stamp.h"
#include "command/common/exit_code.h"
#include "command/common/stopwatch.h"
#include "command/stress/stress_act.h"
#include "command/stress/stress_order.h"
#include "command/stress/stress_round.h"
#include "command/terminal/complain.h"
#include "command/terminal/interrupt.h"
#include "command/terminal/output.h"
#include "command/terminal/progress.h"

struct stress {
    const struct stress_order *order;
    struct stress_score *score;
    struct round *round;
    struct history history; /* tape 0 is the referee's */
    struct checker *checker;
    pthread_barrier_t step;
    bool over;
    struct hand hands[];
};

static void *work(void *context)
{
    struct hand *hand = context;
    struct stress *stress = hand->stress;

    for (;;) {
        (void)pthread_barrier_wait(&stress->step); /* the round begins */
        if (stress->over) return NULL;
        while (hand->status == QUIPU_OK && hand->tape->call_count < hand->calls_wanted)
            stress_act(hand);
        (void)pthread_barrier_wait(&stress->step); /* it ends */
    }
}

/* Share out the operations, and make room on the tapes. Returns false, with a complaint, if memory
 * runs out. */
static bool prepare(struct stress *stress, uint64_t operations)
{
    const struct stress_order *order = stress->order;
    size_t steps = hand_steps_max(order->account_count);

    history_clear(&stress->history);
    for (uint64_t i = 0; i < order->thread_count; i++) {
        struct hand *hand = &stress->hands[i];

        hand->calls_wanted =
            operations / order->thread_count + (i < operations % order->thread_count);
        hand->last_id = 0;
        if (tape_reserve(hand->tape, hand->calls_wanted, hand->calls_wanted * steps)) continue;
        complain("out of memory for a history of %llu operations; ask for a smaller --round",
                 (unsigned long long)operations);
        return false;
    }
    return true;
}

static bool fine(const char *what, quipu_status status)
{
    if (status != QUIPU_OK) complain_of_status(what, status);
    return status == QUIPU_OK;
}

/* Run a round. Its history is complete on the tapes afterwards. */
static bool play_round(struct stress *stress, uint64_t operations)
{
    uint64_t thread_count = stress->order->thread_count;
    struct tape *tape = &stress->history.tapes[0];
    quipu_ledger *ledger = NULL;
    quipu_status status = QUIPU_OK;
    uint64_t started_ns;

    if (!prepare(stress, operations) ||
        !fine("setting up a round", round_open(stress->round, operations, tape, &ledger)))
        return false;
    for (uint64_t i = 0; i < thread_count; i++)
        stress->hands[i].ledger = ledger;

    started_ns = stopwatch_ns();
    (void)pthread_barrier_wait(&stress->step);
    (void)pthread_barrier_wait(&stress->step);
    stress->score->run_ns += stopwatch_ns() - started_ns;

    for (uint64_t i = 0; i < thread_count; i++) {
        stress->score->operations += stress->hands[i].tape->call_count;
        if (status == QUIPU_OK) status = stress->hands[i].status;
    }
    stress->score->rounds++;
    if (status == QUIPU_OK) {
        status = round_close(stress->round, &stress->history, tape, ledger);
    } else {
        (void)quipu_close(ledger);
    }
    return fine("a call under stress", status);
}

/* Returns false, with a complaint, if memory runs out. */
static bool judge_round(struct stress *stress)
{
    uint64_t started_ns = stopwatch_ns();

    if (!checker_run(stress->checker, &stress->history, &stress->score->verdict)) {
        complain("out of memory for the checker; ask for a smaller --round");
        return false;
    }
    stress->score->check_ns += stopwatch_ns() - started_ns;
    stress->score->checked_calls += stress->score->verdict.calls;
    return true;
}

/* Run rounds until the order is done, or one is convicted. */
static bool referee(struct stress *stress)
{
    const struct stress_order *order = stress->order;
    uint64_t started_ns = stopwatch_ns(), ns = 0;
    uint64_t wanted_ns = (uint64_t)(order->seconds * 1e9);
    struct stress_score *score = stress->score;
    struct progress progress;
    bool worked = true;

    progress_begin(&progress, "stress", order->operations > 0 ? order->operations : wanted_ns);
    while (worked && score->verdict.anomaly_count == 0) {
        uint64_t operations = order->round;

        if (order->operations > 0) {
            uint64_t left = order->operations - score->operations;

            if (left < operations) operations = left;
        } else if ((ns = stopwatch_ns() - started_ns) >= wanted_ns) {
            operations = 0;
        }
        if (operations == 0 || interrupt_came(0)) break;
        progress_tick(&progress, order->operations > 0 ? score->operations : ns);
        worked = play_round(stress, operations) && judge_round(stress);
    }
    stress->over = true;
    (void)pthread_barrier_wait(&stress->step);
    progress_end(&progress);
    return worked;
}

/* If a thread cannot start, the process ends: the others would wait at the barrier for ever. */
static void start_hands(struct stress *stress)
{
    for (uint64_t i = 0; i < stress->order->thread_count; i++) {
        struct hand *hand = &stress->hands[i];

        hand->order = stress->order;
        hand->stress = stress;
        hand->tape = &stress->history.tapes[i + 1];
        hand->number = i + 1;
        hand->random.state = random_mix(stress->order->seed + i);
        if (pthread_create(&hand->thread, NULL, work, hand) == 0) continue;
        complain("cannot start thread %llu; ask for fewer --threads", (unsigned long long)i + 1);
        exit(COMMAND_SYSTEM);
    }
}

/* Write the history of the last round. Returns false, with a complaint, if that fails. */
static bool save(const struct stress *stress, const char *path)
{
    struct output to;

    if (!output_open(&to, path)) return false;
    (void)history_write(&stress->history, to.stream); /* output_close() sees a failed write */
    return output_close(&to);
}

/* Print what was found in the last round, and save its history. */
static bool wind_up(struct stress *stress)
{
    const struct stress_order *order = stress->order;
    bool convicted = stress->score->verdict.anomaly_count > 0;

    if (convicted) checker_print(stress->checker, &stress->history, stderr);
    if (convicted || order->always_save) stress->score->saved = save(stress, order->save);
    return convicted || stress->score->saved || !order->always_save;
}

static bool stand_trial(struct stress *stress)
{
    uint64_t thread_count = stress->order->thread_count;
    bool worked;

    (void)pthread_barrier_init(&stress->step, NULL, (unsigned)thread_count + 1);
    start_hands(stress);
    worked = referee(stress);
    for (uint64_t i = 0; i < thread_count; i++) {
        (void)pthread_join(stress->hands[i].thread, NULL);
        stress->score->conflicts += stress->hands[i].conflicts;
        tally_add(&stress->score->tally, &stress->hands[i].tally);
    }
    (void)pthread_barrier_destroy(&stress->step);
    return worked && wind_up(stress);
}

bool stress_run(const struct stress_order *order, struct stress_score *score)
{
    struct stress *stress =
        calloc(1, sizeof *stress + order->thread_count * sizeof stress->hands[0]);
    bool worked = false;

    *score = (struct stress_score){.rounds = 0};
    if (stress == NULL) {
        complain("out of memory for %llu threads", (unsigned long long)order->thread_count);
        return false;
    }
    stress->order = order;
    stress->score = score;
    interrupt_begin();
    stress->round = round_new(order);
    stress->checker = checker_new();
    if (stress->round != NULL && stress->checker != NULL &&
        history_open(&stress->history, order->thread_count + 1)) {
        stress->history.promise =
            order->protocol == QUIPU_CAS ? HISTORY_PER_ACCOUNT : HISTORY_SERIALIZABLE;
        stress->history.slack = order->fence ? 0 : SLACK_NS;
        worked = stand_trial(stress);
        history_close(&stress->history);
    } else {
        complain("out of memory");
    }
    checker_free(stress->checker);
    round_free(stress->round);
    free(stress);
    return worked;
}
