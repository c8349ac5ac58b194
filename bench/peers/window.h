/* window.h - calls under way to a server: sent, not answered yet, oldest first. */
#ifndef QUIPU_BENCH_WINDOW_H
#define QUIPU_BENCH_WINDOW_H

#include "peers/peer.h"

/* Enough that neither side waits for the other's system calls; a client that has more calls out
 * only waits longer for each. */
#define WINDOW_CALLS 100
#define WINDOW_EVENTS 2000

struct call {
    const quipu_transfer *events;
    quipu_result *results;
    size_t count;
};

struct window {
    struct call calls[WINDOW_CALLS];
    size_t first, count, events;
};

/* Must an answer be read before so many events may be sent? */
static inline bool window_is_full(const struct window *window, size_t events)
{
    return window->count == WINDOW_CALLS ||
           (window->count > 0 && window->events + events > WINDOW_EVENTS);
}

static inline void window_push(struct window *window, struct call call)
{
    window->calls[(window->first + window->count++) % WINDOW_CALLS] = call;
    window->events += call.count;
}

static inline struct call window_pop(struct window *window)
{
    struct call call = window->calls[window->first];

    window->first = (window->first + 1) % WINDOW_CALLS;
    window->count--;
    window->events -= call.count;
    return call;
}

#endif
