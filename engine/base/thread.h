/* thread.h - a thread of our own, in a process that is the host's. */
#ifndef QUIPU_BASE_THREAD_H
#define QUIPU_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Start a thread with all signals blocked: they are the host's. Join it in the end. Returns false
 * if the system has no thread for us. */
bool quipui_thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

/* This thread of ours takes less of a processor from now on, where others want it. */
void quipui_thread_yield_to_others(void);

/* From here on a cancellation of this thread waits (pthread_cancel): system calls are where one
 * takes effect, and a call of ours must come to its end. thread_may_end() undoes it. */
static inline int thread_must_not_end(void)
{
    int before = PTHREAD_CANCEL_ENABLE;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

static inline void thread_may_end(int before)
{
    (void)pthread_setcancelstate(before, &before);
}

#endif
