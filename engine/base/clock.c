/* clock.c - the system's clocks. */
#include "base/clock.h"

#include <time.h>

static uint64_t ns_of(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t quipui_clock_system(void *context)
{
    (void)context;
    return ns_of(CLOCK_REALTIME);
}

uint64_t quipui_clock_steady(void)
{
    return ns_of(CLOCK_MONOTONIC);
}
