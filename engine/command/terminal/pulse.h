/* pulse.h - a sign of life for one long step that cannot say how far it is: a thread that ticks. */
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

/* Without a terminal, or without a thread to be had, nothing is shown. */
void pulse_begin(struct pulse *pulse, const char *what);
void pulse_end(struct pulse *pulse);

#endif
