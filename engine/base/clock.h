/* clock.h - timestamps: unique, and in the order of real time.
 *
 * One word, the last timestamp given out. Drawing n takes max(now, last + 1) and the n - 1 after
 * it, in one compare-and-swap: the only write per batch that all threads share. */
#ifndef QUIPU_BASE_CLOCK_H
#define QUIPU_BASE_CLOCK_H

#include "base/memory.h"

/* Timestamps are below 2^63, so that a timestamp plus a time-out fits 64 bits. */
#define TIMESTAMP_MAX ((uint64_t)INT64_MAX)

/* A clock that is above this (the year 2259) is not believed: there timestamps only count up, and
 * the 2^56 that are left do not run out. */
#define CLOCK_MAX (TIMESTAMP_MAX - ((uint64_t)1 << 56))

struct clock {
    uint64_t (*now)(void *context);
    void *context;
    _Alignas(CACHE_LINE) _Atomic uint64_t last;
};

/* The default source: CLOCK_REALTIME. */
uint64_t quipui_clock_system(void *context);

/* ns of a clock that nobody sets: CLOCK_MONOTONIC. */
uint64_t quipui_clock_steady(void);

/* The time of a read: no earlier than any timestamp given out before. */
static inline uint64_t clock_read(struct clock *clock)
{
    uint64_t now = clock->now(clock->context);
    /* edge clock.last: acquire; pairs with acq_rel in clock_draw(). */
    uint64_t last = load_acquire(&clock->last);

    return now > last && now <= CLOCK_MAX ? now : last;
}

/* The last timestamp that was given out. */
static inline uint64_t clock_last(struct clock *clock)
{
    /* relaxed: what was seen carries the draw of its timestamp. */
    return load_relaxed(&clock->last);
}

/* A lower bound of all timestamps that are drawn from here on. */
static inline uint64_t clock_floor(struct clock *clock)
{
    /* edge clock.last: acquire; pairs with acq_rel in clock_draw(). */
    return load_acquire(&clock->last) + 1;
}

/* Something was done because it is `now`. From here on every timestamp that is given out is later,
 * even if the clock goes back. */
static inline void clock_reach(struct clock *clock, uint64_t now)
{
    /* relaxed: a guess; the compare-and-swap decides. */
    uint64_t last = load_relaxed(&clock->last);

    /* Ends: it only grows, and a swap fails only after it has grown. */
    while (last + 1 < now) {
        /* edge clock.last: acq_rel; pairs with acquire in clock_read(). Carries nothing but real
         * time's order. */
        if (cas_acq_rel(&clock->last, &last, now - 1)) break;
    }
}

/* The first of `count` timestamps that nobody else has. */
static inline uint64_t clock_draw(struct clock *clock, uint64_t count)
{
    uint64_t now = clock->now(clock->context);
    /* relaxed: a guess; the compare-and-swap decides. */
    uint64_t last = load_relaxed(&clock->last);
    uint64_t first;

    /* Ends: a swap fails only after another thread has drawn. */
    do {
        first = now > last && now <= CLOCK_MAX ? now : last + 1;
        /* edge clock.last: acq_rel; pairs with acquire in clock_read(). Carries real time's order,
         * since a later draw is larger, and the floor of the worker that draws. */
    } while (!cas_acq_rel(&clock->last, &last, first + count - 1));
    return first;
}

#endif
