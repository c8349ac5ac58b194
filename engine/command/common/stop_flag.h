/* stop_flag.h - one thread asks another to stop, and that one looks now and then. */
#ifndef QUIPU_COMMAND_COMMON_STOP_FLAG_H
#define QUIPU_COMMAND_COMMON_STOP_FLAG_H

#include <pthread.h>
#include <stdbool.h>

struct stop_flag {
    pthread_mutex_t lock;
    bool is_raised; /* plain, under lock */
};

/* Returns 0, or the error number of pthread_mutex_init(). */
static inline int stop_flag_open(struct stop_flag *flag)
{
    flag->is_raised = false;
    return pthread_mutex_init(&flag->lock, NULL);
}

static inline void stop_flag_close(struct stop_flag *flag)
{
    (void)pthread_mutex_destroy(&flag->lock);
}

static inline void stop_flag_raise(struct stop_flag *flag)
{
    (void)pthread_mutex_lock(&flag->lock);
    flag->is_raised = true;
    (void)pthread_mutex_unlock(&flag->lock);
}

static inline bool stop_flag_is_raised(struct stop_flag *flag)
{
    bool is_raised;

    (void)pthread_mutex_lock(&flag->lock);
    is_raised = flag->is_raised;
    (void)pthread_mutex_unlock(&flag->lock);
    return is_raised;
}

#endif
