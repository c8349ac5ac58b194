/* event.c - see event.h. */
#define _GNU_SOURCE
#include "base/event.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define SECOND_NS UINT64_C(1000000000)

int quipui_event_open(void)
{
    int saved = errno, event = -1;

    if (!quipui_memory_is_refused()) event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    errno = saved;
    return event;
}

void quipui_event_close(int event)
{
    int saved = errno;

    (void)syscall(SYS_close, event);
    errno = saved;
}

/* A counter of at most one: there is always room for it. */
void quipui_event_set(int event)
{
    const uint64_t one = 1;
    int saved = errno;

    (void)syscall(SYS_write, event, &one, sizeof one);
    errno = saved;
}

bool quipui_event_clear(int event)
{
    uint64_t count;
    int saved = errno;
    bool was = syscall(SYS_read, event, &count, sizeof count) == (long)sizeof count;

    errno = saved;
    return was;
}

static uint64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_nsec;
}

uint64_t quipui_event_deadline(uint64_t ns)
{
    uint64_t from = now();

    return ns < EVENT_FOR_EVER - from ? from + ns : EVENT_FOR_EVER;
}

bool quipui_event_wait(int event, uint64_t deadline)
{
    int saved = errno;
    long ready = 0;

    /* Ends: it is readable, or the time is over. A signal is not an end. */
    do {
        uint64_t from = now(), left = deadline > from ? deadline - from : 0;
        struct timespec limit = {.tv_sec = (time_t)(left / SECOND_NS),
                                 .tv_nsec = (long)(left % SECOND_NS)};
        struct pollfd poll = {.fd = event, .events = POLLIN};

        ready = syscall(SYS_ppoll, &poll, 1, deadline == EVENT_FOR_EVER ? NULL : &limit, NULL, 0);
    } while (ready < 0 && errno == EINTR);
    errno = saved;
    return ready > 0;
}
