/* pulse.h - a sign of life for one long step that cannot say how far it is. */
#ifndef QUIPU_COMMAND_TERMINAL_PULSE_H
#define QUIPU_COMMAND_TERMINAL_PULSE_H

#include <pthread.h>
#include <stdbool.h>

#include "command/terminal/progress.h"

struct pulse {
    struct progress progress;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool over; /* plain, under lock */
    bool ticking;
    pthread_t thread;
};

/* Nothing is shown if standard error is no terminal, or if no thread can be started. */
void pulse_begin(struct pulse *pulse, const char *what);
void pulse_end(struct pulse *pulse);

#endif
