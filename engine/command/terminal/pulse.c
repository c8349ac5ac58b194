/* pulse.c - a thread that ticks ten times a second until it is told to end. */
#define _POSIX_C_SOURCE 200809L
#include "command/terminal/pulse.h"

#include <time.h>

#define TICK_NS 100000000

static struct timespec next_tick(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += TICK_NS;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

static void *tick(void *context)
{
    struct pulse *pulse = context;

    (void)pthread_mutex_lock(&pulse->lock);
    while (!pulse->over) {
        struct timespec at = next_tick();

        (void)pthread_cond_timedwait(&pulse->ended, &pulse->lock, &at);
        progress_tick(&pulse->progress, 0);
    }
    (void)pthread_mutex_unlock(&pulse->lock);
    return NULL;
}

void pulse_begin(struct pulse *pulse, const char *what)
{
    progress_begin(&pulse->progress, what, 0);
    pulse->over = false;
    pulse->ticking = false;
    if (!pulse->progress.on_terminal) return;
    (void)pthread_mutex_init(&pulse->lock, NULL);
    (void)pthread_cond_init(&pulse->ended, NULL);
    pulse->ticking = pthread_create(&pulse->thread, NULL, tick, pulse) == 0;
}

void pulse_end(struct pulse *pulse)
{
    if (pulse->ticking) {
        (void)pthread_mutex_lock(&pulse->lock);
        pulse->over = true;
        (void)pthread_cond_signal(&pulse->ended);
        (void)pthread_mutex_unlock(&pulse->lock);
        (void)pthread_join(pulse->thread, NULL);
    }
    progress_end(&pulse->progress);
}
