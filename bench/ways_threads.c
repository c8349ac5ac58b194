/* ways_threads.c - threads that make plain calls; a pool of workers, each with a queue; processes
 * with a daemon that has the ledger, whose threads have a handle each. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/common/stopwatch.h"
#include "quipu/connect.h"
#include "server/server.h"
#include "ways.h"

enum { THREADS_MAX = 256, CONNECT_TRIES = 1000 };

uint64_t ways_call(quipu_ledger *ledger, const struct ways_plan *plan, uint64_t number,
                   uint64_t ends)
{
    quipu_transfer transfers[WAYS_BATCH_MAX];
    quipu_result results[WAYS_BATCH_MAX];
    struct ways_client client;

    ways_begin(&client, number);
    while (stopwatch_ns() < ends) {
        ways_draw(&client, transfers, plan->batch);
        ways_check(quipu_create_transfers(ledger, transfers, plan->batch, results), results,
                   plan->batch);
    }
    return client.drawn;
}

/* --- threads --- */

struct thread {
    const struct ways_plan *plan;
    quipu_ledger *ledger;
    const char *socket; /* NULL: the ledger is in this process */
    uint64_t number, ends, drawn;
    pthread_t thread;
};

/* A daemon has few places for those that have not said hello: of many at once some try again. */
static quipu_ledger *reach(const char *socket)
{
    quipu_ledger *ledger;

    for (int i = 0; i < CONNECT_TRIES; i++)
        if (quipu_connect(socket, NULL, &ledger) == QUIPU_OK) return ledger;
    ways_fail(WAYS_SYSTEM, socket, "no connection");
}

static void *work(void *context)
{
    struct thread *thread = context;

    if (thread->socket != NULL) thread->ledger = reach(thread->socket);
    thread->drawn = ways_call(thread->ledger, thread->plan, thread->number, thread->ends);
    if (thread->socket != NULL) (void)quipu_close(thread->ledger);
    return NULL;
}

/* Start them and wait for them. `make` is what all of them begin with. */
static uint64_t run(struct thread make, unsigned count)
{
    static struct thread threads[THREADS_MAX];
    uint64_t drawn = 0;

    for (unsigned i = 0; i < count; i++) {
        threads[i] = make;
        threads[i].number += i;
        if (pthread_create(&threads[i].thread, NULL, work, &threads[i]) != 0)
            ways_fail(WAYS_SYSTEM, "pthread_create", "no thread");
    }
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i].thread, NULL);
        drawn += threads[i].drawn;
    }
    return drawn;
}

void ways_threads(const struct ways_plan *plan, struct ways_figures *figures)
{
    quipu_ledger *ledger = ways_open(plan);
    uint64_t begun = stopwatch_ns(), ends = begun + (uint64_t)(plan->seconds * 1e9);

    figures->withdrawals =
        run((struct thread){.plan = plan, .ledger = ledger, .ends = ends}, plan->count);
    figures->ns = stopwatch_ns() - begun;
    ways_close(ledger, figures->withdrawals);
}

/* --- processes --- */

/* What they share. */
struct sum {
    uint64_t drawn[THREADS_MAX];
};

static struct server *served;

static void stop(int signal_number)
{
    (void)signal_number;
    server_stop(served);
}

/* A daemon, until SIGTERM. It looks at the books when it has ended. */
_Noreturn static void serve(const struct ways_plan *plan, const char *socket, const struct sum *sum,
                            int ready)
{
    struct sigaction action = {.sa_handler = stop};
    struct server_options options = {
        .ledger = ways_open(plan), .is_durable = plan->path != NULL, .clients_max = THREADS_MAX};
    uint64_t withdrawals = 0;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    options.listener = server_listen(socket, 0600);
    served = options.listener >= 0 ? server_open(&options) : NULL;
    if (served == NULL) ways_fail(WAYS_SYSTEM, socket, "no daemon");
    (void)sigaction(SIGTERM, &action, NULL);
    if (write(ready, "", 1) != 1) ways_fail(WAYS_SYSTEM, socket, "nobody waits");
    (void)server_run(served);
    server_close(served);
    (void)unlink(socket);
    for (unsigned i = 0; i < THREADS_MAX; i++)
        withdrawals += sum->drawn[i];
    ways_close(options.ledger, withdrawals);
    exit(WAYS_FINE);
}

static pid_t fork_or_fail(void)
{
    pid_t pid = fork();

    if (pid < 0) ways_fail(WAYS_SYSTEM, "fork", "no process");
    return pid;
}

static void await(pid_t pid)
{
    int how;

    if (waitpid(pid, &how, 0) != pid || !WIFEXITED(how)) {
        ways_fail(WAYS_SYSTEM, "a process", "it did not end");
    }
    if (WEXITSTATUS(how) != WAYS_FINE) exit(WEXITSTATUS(how));
}

static pid_t start_daemon(const struct ways_plan *plan, const char *socket, const struct sum *sum)
{
    int ready[2];
    char byte;
    pid_t daemon;

    if (pipe(ready) != 0) ways_fail(WAYS_SYSTEM, "pipe", "no descriptors");
    daemon = fork_or_fail();
    if (daemon == 0) serve(plan, socket, sum, ready[1]);
    (void)close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) await(daemon);
    (void)close(ready[0]);
    return daemon;
}

void ways_processes(const struct ways_plan *plan, struct ways_figures *figures)
{
    struct sum *sum =
        mmap(NULL, sizeof *sum, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t begun, ends;
    pid_t processes[THREADS_MAX], daemon;
    char socket[64];

    if (sum == MAP_FAILED) ways_fail(WAYS_SYSTEM, "mmap", "no memory");
    (void)snprintf(socket, sizeof socket, "/tmp/quipu-bench-ways-%ld", (long)getpid());
    daemon = start_daemon(plan, socket, sum);
    begun = stopwatch_ns();
    ends = begun + (uint64_t)(plan->seconds * 1e9);
    for (unsigned i = 0; i < plan->count; i++) {
        const struct thread make = {
            .plan = plan, .socket = socket, .number = i * plan->in_flight, .ends = ends};

        processes[i] = fork_or_fail();
        if (processes[i] != 0) continue;
        sum->drawn[i] = run(make, plan->in_flight);
        exit(WAYS_FINE);
    }
    for (unsigned i = 0; i < plan->count; i++) {
        await(processes[i]);
        figures->withdrawals += sum->drawn[i];
    }
    figures->ns = stopwatch_ns() - begun;
    (void)kill(daemon, SIGTERM);
    await(daemon);
}
