/* steps.h - how much a read has looked at, for tests that bound it without a clock. */
#ifndef QUIPU_READ_STEPS_H
#define QUIPU_READ_STEPS_H

#ifdef QUIPU_TESTING
#include <stdint.h>

/* Of this thread: knots that a walk passed, places and notes that a scan looked at. */
extern _Thread_local uint64_t quipui_steps;
#define count_step() ((void)quipui_steps++)
#else
#define count_step() ((void)0)
#endif

#endif
