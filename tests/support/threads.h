/* threads.h - threads that start together and are made to stumble.
 *
 * While they run, a poker interrupts one after another wherever it is, and makes it yield there:
 * what must not be seen half done stays half done for as long as the others' time slices last. So a
 * race needs less luck, and the code under test no doors. (Under ThreadSanitizer signals wait for
 * calls of the system, and nothing is gained; nor is it needed.) */
#ifndef QUIPU_TESTS_THREADS_H
#define QUIPU_TESTS_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THREADS_MAX 16

/* Run body(context, index) in `count` threads, index 0..count-1, released at once; wait for all. */
void threads_run(unsigned count, void (*body)(void *context, unsigned index), void *context);

/* So many operations, or a share under a sanitizer: support/effort.h. */
unsigned threads_work(unsigned operations);

/* Words that threads share without a lock: counters, flags, the clock. */
static inline uint64_t shared_read(uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline uint64_t shared_add(uint64_t *word, uint64_t n)
{
    return __atomic_fetch_add(word, n, __ATOMIC_ACQ_REL);
}

/* Raise the word to at least n. */
static inline void shared_raise(uint64_t *word, uint64_t n)
{
    uint64_t seen = shared_read(word);

    while (seen < n && !__atomic_compare_exchange_n(word, &seen, n, false, __ATOMIC_ACQ_REL,
                                                    __ATOMIC_ACQUIRE)) {
        continue;
    }
}

/* An options.clock whose context is such a word. */
uint64_t shared_clock(void *context);

#endif
