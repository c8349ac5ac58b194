/* stopwatch.h - a clock that never goes back, to measure how long things take. */
#ifndef QUIPU_COMMAND_COMMON_STOPWATCH_H
#define QUIPU_COMMAND_COMMON_STOPWATCH_H

#include <stdint.h>

/* Nanoseconds since some moment in the past. */
uint64_t stopwatch_ns(void);

static inline double stopwatch_seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

#endif
