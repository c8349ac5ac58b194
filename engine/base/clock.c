/* clock.c - the system's clock. */
#include "base/clock.h"

#include <time.h>

uint64_t quipui_clock_system(void *context)
{
    struct timespec now;

    (void)context;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
