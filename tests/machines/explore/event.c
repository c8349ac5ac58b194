/* event.c - descriptors of queues, for fibers; see event.h. */
#include "machines/explore/event.h"

#include <stdlib.h>

#include "base/event.h"
#include "machines/explore/far.h"
#include "machines/explore/points.h"

/* More than the queues of any program. */
#define EVENTS 4

static struct {
    bool is_open, is_set;
} events[EVENTS];

int quipui_event_open(void)
{
    for (int event = 0; event < EVENTS; event++) {
        if (events[event].is_open) continue;
        events[event].is_open = true;
        return event;
    }
    abort();
}

void quipui_event_close(int event)
{
    if (event >= FAR_SOCKETS) return;
    events[event].is_open = events[event].is_set = false;
}

void quipui_event_set(int event)
{
    explore_point(&events[event], true, __func__, __LINE__);
    if (events[event].is_set) abort(); /* it is written once for each time that it is read (Y2) */
    events[event].is_set = true;
    explore_wrote(&events[event]);
}

bool quipui_event_clear(int event)
{
    bool was;

    explore_point(&events[event], true, __func__, __LINE__);
    was = events[event].is_set;
    events[event].is_set = false;
    return was;
}

uint64_t quipui_event_deadline(uint64_t ns)
{
    return ns;
}

/* Nobody waits for a time here. */
bool quipui_event_wait(int event, uint64_t deadline)
{
    if (deadline != EVENT_FOR_EVER) abort();
    if (event >= FAR_SOCKETS) {
        far_await(event);
        return true;
    }
    explore_point(&events[event], false, __func__, __LINE__);
    while (!events[event].is_set)
        explore_await(&events[event], __func__);
    return true;
}

void event_forget(void)
{
    for (int event = 0; event < EVENTS; event++)
        events[event].is_set = false;
}
