/* cancel.c - the signal is blocked, and looked for. */
#define _POSIX_C_SOURCE 200809L
#include "command/shell/cancel.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static sigset_t set_of_one(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    return set;
}

void cancel_begin(void)
{
    sigset_t set = set_of_one();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

bool cancel_came(void)
{
    const struct timespec at_once = {0};
    sigset_t set = set_of_one();

    return sigtimedwait(&set, NULL, &at_once) > 0;
}
