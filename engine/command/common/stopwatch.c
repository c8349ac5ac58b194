/* stopwatch.c - CLOCK_MONOTONIC. */
#define _POSIX_C_SOURCE 200809L
#include "command/common/stopwatch.h"

#include <time.h>

uint64_t stopwatch_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
