/* thread.h - a thread of our own, in a process that is the host's. */
#ifndef QUIPU_BASE_THREAD_H
#define QUIPU_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Start a thread with all signals blocked: they are the host's. Join it in the end. Returns false
 * if the system has no thread for us. */
bool quipui_thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
