/* thread.c - see thread.h. */
#include "base/thread.h"

#include <signal.h>

#include "base/memory.h"

bool quipui_thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    sigset_t all, before;
    bool started;

    if (quipui_memory_is_refused()) return false;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    started = pthread_create(thread, NULL, run, context) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}
