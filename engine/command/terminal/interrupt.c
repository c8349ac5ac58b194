/* interrupt.c - the signals are blocked, and looked for. */
#define _POSIX_C_SOURCE 200809L
#include "command/terminal/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static void set_of_ends(sigset_t *ends)
{
    (void)sigemptyset(ends);
    (void)sigaddset(ends, SIGINT);
    (void)sigaddset(ends, SIGTERM);
}

void interrupt_begin(void)
{
    sigset_t ends;

    set_of_ends(&ends);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
}

bool interrupt_came(uint64_t wait_ns)
{
    const struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000u),
                                  .tv_nsec = (long)(wait_ns % 1000000000u)};
    sigset_t ends;

    set_of_ends(&ends);
    return sigtimedwait(&ends, NULL, &wait) > 0;
}
