/* ways_loops.c - event loops, and workers that wait without one: each has a queue and so many
 * submits in flight. A completion is an answer, and its client asks again at once.
 *
 * A turn of a loop is what it does between two waits. It takes a few completions, and then would
 * see to its other descriptors: the queue's is readable until quipu_reap() returns 0. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command/common/stopwatch.h"
#include "quipu/queue.h"
#include "ways.h"

enum { LOOPS_MAX = 64, FLIGHTS_MAX = 1024, REAPED_A_TURN = 16, TURNS_MAX = 1 << 20 };

#define WAIT_NS UINT64_C(1000000000)

struct flight {
    struct ways_client client;
    quipu_transfer transfers[WAYS_BATCH_MAX];
    quipu_result results[WAYS_BATCH_MAX];
    struct flight *next; /* that was refused, because the disk was behind */
};

struct loop {
    const struct ways_plan *plan;
    quipu_queue *queue;
    int poller; /* -1: it waits by the queue itself */
    uint64_t ends;
    struct flight *flights, *refused;
    unsigned in_flight;
    uint64_t drawn;
    uint32_t *turns_ns;
    uint64_t turns, longest_cpu_ns, longest_faults, longest_switches;
    pthread_t thread;
};

/* Its batch is drawn. */
static void submit(struct loop *loop, struct flight *flight)
{
    unsigned count = loop->plan->batch;
    quipu_status status = quipu_submit_create_transfers(loop->queue, flight->transfers, count,
                                                        flight->results, flight);

    if (status == QUIPU_BUSY) {
        flight->next = loop->refused;
        loop->refused = flight;
        return;
    }
    if (status != QUIPU_OK) ways_fail(WAYS_SYSTEM, "a submit", quipu_status_text(status));
    loop->in_flight++;
}

static void ask(struct loop *loop, struct flight *flight)
{
    if (stopwatch_ns() >= loop->ends) return;
    ways_draw(&flight->client, flight->transfers, loop->plan->batch);
    submit(loop, flight);
}

/* The descriptor is readable. */
static void take_turn(struct loop *loop)
{
    quipu_completion completions[REAPED_A_TURN];
    struct flight *again = loop->refused;
    size_t count = quipu_reap(loop->queue, completions, REAPED_A_TURN);

    loop->refused = NULL;
    while (again != NULL) {
        struct flight *next = again->next;

        submit(loop, again);
        again = next;
    }
    for (size_t i = 0; i < count; i++) {
        struct flight *flight = completions[i].context;

        ways_check(completions[i].status, flight->results, loop->plan->batch);
        loop->in_flight--;
        ask(loop, flight);
    }
}

static void wait_for_answers(struct loop *loop)
{
    struct epoll_event event;

    if (loop->poller >= 0) {
        (void)epoll_wait(loop->poller, &event, 1, -1);
    } else {
        (void)quipu_queue_wait(loop->queue, WAIT_NS);
    }
}

static struct rusage used_so_far(void)
{
    struct rusage used;

    (void)getrusage(RUSAGE_THREAD, &used); /* cannot fail */
    return used;
}

static void measure_turn(struct loop *loop)
{
    struct rusage before = used_so_far(), after;
    uint64_t begun = stopwatch_ns(), cpu = ways_cpu_ns(), ns;

    take_turn(loop);
    cpu = ways_cpu_ns() - cpu;
    ns = stopwatch_ns() - begun;
    after = used_so_far();
    if (cpu > loop->longest_cpu_ns) {
        loop->longest_cpu_ns = cpu;
        loop->longest_faults =
            (uint64_t)(after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt);
        loop->longest_switches =
            (uint64_t)(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw);
    }
    if (loop->turns < TURNS_MAX)
        loop->turns_ns[loop->turns++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static void *go_round(void *context)
{
    struct loop *loop = context;

    for (unsigned i = 0; i < loop->plan->in_flight; i++)
        ask(loop, &loop->flights[i]);
    while (loop->in_flight > 0 || loop->refused != NULL) {
        wait_for_answers(loop);
        measure_turn(loop);
    }
    for (unsigned i = 0; i < loop->plan->in_flight; i++)
        loop->drawn += loop->flights[i].client.drawn;
    return NULL;
}

/* --- all of them --- */

static void open_loop(struct loop *loop, quipu_ledger *ledger, unsigned number, bool polls)
{
    struct epoll_event event = {.events = EPOLLIN};

    loop->flights = calloc(loop->plan->in_flight, sizeof *loop->flights);
    loop->turns_ns = calloc(TURNS_MAX, sizeof *loop->turns_ns);
    if (loop->flights == NULL || loop->turns_ns == NULL ||
        quipu_queue_open(ledger, loop->plan->in_flight, &loop->queue) != QUIPU_OK) {
        ways_fail(WAYS_SYSTEM, "a loop", "no memory");
    }
    for (unsigned i = 0; i < loop->plan->in_flight; i++)
        ways_begin(&loop->flights[i].client, number * loop->plan->in_flight + i);
    loop->poller = polls ? epoll_create1(EPOLL_CLOEXEC) : -1;
    if (polls && epoll_ctl(loop->poller, EPOLL_CTL_ADD, quipu_queue_fd(loop->queue), &event) != 0) {
        ways_fail(WAYS_SYSTEM, "epoll", "no descriptors");
    }
}

static void close_loop(struct loop *loop)
{
    if (loop->poller >= 0) (void)close(loop->poller);
    if (quipu_queue_close(loop->queue) != QUIPU_OK)
        ways_fail(WAYS_SYSTEM, "quipu_queue_close", "something is in flight");
    free(loop->flights);
    free(loop->turns_ns);
}

/* Of all loops together. */
static void sum_up_turns(const struct loop *loops, unsigned count, struct ways_turns *turns)
{
    uint64_t all = 0, at = 0;
    uint32_t *ns;

    for (unsigned i = 0; i < count; i++)
        all += loops[i].turns;
    ns = malloc(all * sizeof *ns + 1);
    if (ns == NULL || all == 0) ways_fail(WAYS_SYSTEM, "turns", "none, or no memory");
    for (unsigned i = 0; i < count; i++) {
        memcpy(ns + at, loops[i].turns_ns, loops[i].turns * sizeof *ns);
        at += loops[i].turns;
        if (loops[i].longest_cpu_ns <= turns->longest_cpu_ns) continue;
        turns->longest_cpu_ns = loops[i].longest_cpu_ns;
        turns->longest_faults = loops[i].longest_faults;
        turns->longest_switches = loops[i].longest_switches;
    }
    ways_rank(ns, all, turns);
    free(ns);
}

static void run(const struct ways_plan *plan, struct ways_figures *figures, bool polls)
{
    static struct loop loops[LOOPS_MAX];
    quipu_ledger *ledger = ways_open(plan);
    uint64_t begun;

    if (plan->count > LOOPS_MAX || plan->in_flight > FLIGHTS_MAX)
        ways_fail(WAYS_USAGE, "too many", "of loops, or in flight");
    for (unsigned i = 0; i < plan->count; i++) {
        loops[i].plan = plan;
        open_loop(&loops[i], ledger, i, polls);
    }
    begun = stopwatch_ns();
    for (unsigned i = 0; i < plan->count; i++) {
        loops[i].ends = begun + (uint64_t)(plan->seconds * 1e9);
        if (pthread_create(&loops[i].thread, NULL, go_round, &loops[i]) != 0)
            ways_fail(WAYS_SYSTEM, "pthread_create", "no thread");
    }
    for (unsigned i = 0; i < plan->count; i++) {
        (void)pthread_join(loops[i].thread, NULL);
        figures->withdrawals += loops[i].drawn;
    }
    figures->ns = stopwatch_ns() - begun;
    sum_up_turns(loops, plan->count, &figures->turns);
    for (unsigned i = 0; i < plan->count; i++)
        close_loop(&loops[i]);
    ways_close(ledger, figures->withdrawals);
}

void ways_loops(const struct ways_plan *plan, struct ways_figures *figures)
{
    run(plan, figures, true);
}

void ways_pool(const struct ways_plan *plan, struct ways_figures *figures)
{
    run(plan, figures, false);
}
