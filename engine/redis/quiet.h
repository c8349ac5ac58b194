/* quiet.h - what a call of the library leaves as it was: errno, and SIGPIPE.
 *
 * hiredis writes to sockets whose other end may be gone. The signal is blocked meanwhile, and taken
 * off the thread if it came. */
#ifndef QUIPU_REDIS_QUIET_H
#define QUIPU_REDIS_QUIET_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct quiet {
    sigset_t mask;
    bool was_pending;
    int error;
};

static inline bool quiet_is_pending(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static inline void quiet_begin(struct quiet *quiet)
{
    sigset_t pipe;

    quiet->error = errno;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    quiet->was_pending = quiet_is_pending();
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &quiet->mask);
}

static inline void quiet_end(const struct quiet *quiet)
{
    const struct timespec at_once = {0, 0};
    sigset_t pipe;

    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    if (!quiet->was_pending && quiet_is_pending()) (void)sigtimedwait(&pipe, NULL, &at_once);
    (void)pthread_sigmask(SIG_SETMASK, &quiet->mask, NULL);
    errno = quiet->error;
}

#endif
