/* threads.c - see threads.h. */
#include "support/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "support/effort.h"

#define POKE_SIGNAL SIGURG /* ignored by default, so a late one does no harm */
#define POKE_EVERY_NS 30000

struct gang {
    unsigned count;
    void (*body)(void *context, unsigned index);
    void *context;
    pthread_barrier_t start, end; /* end: the poker takes part */
    pthread_t threads[THREADS_MAX];
    uint64_t finished;
};

struct member {
    struct gang *gang;
    unsigned index;
};

static void stumble(int signal)
{
    int saved = errno;

    (void)signal;
    (void)sched_yield();
    errno = saved;
}

static void *begin(void *argument)
{
    const struct member *member = argument;
    struct gang *gang = member->gang;

    (void)pthread_barrier_wait(&gang->start);
    gang->body(gang->context, member->index);
    (void)shared_add(&gang->finished, 1);
    (void)pthread_barrier_wait(&gang->end);
    return NULL;
}

/* All threads are there until the end barrier, which is behind this. */
static void poke(struct gang *gang)
{
    const struct timespec pause = {0, POKE_EVERY_NS};

    for (unsigned i = 0; shared_read(&gang->finished) < gang->count; i++) {
        (void)pthread_kill(gang->threads[i % gang->count], POKE_SIGNAL);
        (void)nanosleep(&pause, NULL);
    }
}

void threads_run(unsigned count, void (*body)(void *context, unsigned index), void *context)
{
    struct gang gang = {.count = count, .body = body, .context = context};
    struct member members[THREADS_MAX];
    struct sigaction action = {.sa_handler = stumble, .sa_flags = SA_RESTART};

    if (count > THREADS_MAX || sigaction(POKE_SIGNAL, &action, NULL) != 0) abort();
    if (pthread_barrier_init(&gang.start, NULL, count + 1) != 0) abort();
    if (pthread_barrier_init(&gang.end, NULL, count + 1) != 0) abort();
    for (unsigned i = 0; i < count; i++) {
        members[i] = (struct member){&gang, i};
        if (pthread_create(&gang.threads[i], NULL, begin, &members[i]) != 0) abort();
    }
    (void)pthread_barrier_wait(&gang.start);
    poke(&gang);
    (void)pthread_barrier_wait(&gang.end);
    for (unsigned i = 0; i < count; i++) {
        if (pthread_join(gang.threads[i], NULL) != 0) abort();
    }
    (void)pthread_barrier_destroy(&gang.start);
    (void)pthread_barrier_destroy(&gang.end);
}

unsigned threads_work(unsigned operations)
{
    return operations / EFFORT_SHARE;
}

uint64_t shared_clock(void *context)
{
    return shared_read(context);
}
