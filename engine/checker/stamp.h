/* stamp.h - when a call of a history began and ended: CLOCK_MONOTONIC, in ns.
 *
 * A call's stores may still sit in its processor's store buffer when the clock is read at its end.
 * Another call that begins after that may rightly not see them. There are two ways to allow for it:
 *
 *   not fenced   the history has a slack (recording.h): two calls count as concurrent if less than
 *                SLACK_NS lie between them. A store buffer empties within some 2,000 cycles; a
 *                thread that is preempted empties it on its way out.
 *   fenced       a full fence between the call and the clock, at both ends (loads may run before
 *                the clock is read, too), and slack 0. Exact, but racing threads meet a fence that
 *                programs do not have. */
#ifndef QUIPU_CHECKER_STAMP_H
#define QUIPU_CHECKER_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SLACK_NS 1000

static inline uint64_t stamp_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ThreadSanitizer does not know fences, so under it an exchange does the same. */
static inline void stamp_fence(void)
{
#if defined(__SANITIZE_THREAD__)
#define STAMP_BY_EXCHANGE 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STAMP_BY_EXCHANGE 1
#endif
#endif
#ifdef STAMP_BY_EXCHANGE
    static uint32_t word;
    (void)__atomic_exchange_n(&word, 1, __ATOMIC_SEQ_CST);
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static inline uint64_t stamp_begin(bool fenced)
{
    uint64_t now = stamp_now();

    if (fenced) stamp_fence();
    return now;
}

static inline uint64_t stamp_end(bool fenced)
{
    if (fenced) stamp_fence();
    return stamp_now();
}

#endif
