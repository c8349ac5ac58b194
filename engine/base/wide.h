/* wide.h - how sixteen bytes are loaded at once, and swapped; for atomic.h, which has the verbs.
 *
 * Compilers and libatomic load them on x86-64 by cmpxchg16b: a locked instruction that takes the
 * line from its writer, for a read. But every processor with AVX loads and stores sixteen aligned
 * bytes at once (AMD's manual, volume 2, 7.3.2; Intel's, volume 3, 9.1.1). No load there passes an
 * earlier one, and no store anything before it: so a plain load is an acquire, and shares the line,
 * and a plain store is a release. Such a processor has cmpxchg16b as
 * well; gcc calls libatomic for it, and saves all registers around the call.
 *
 * ThreadSanitizer must see the access, and other processors have their own ways: there the compiler
 * decides. */
#ifndef QUIPU_BASE_WIDE_H
#define QUIPU_BASE_WIDE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/tsan.h"

__extension__ typedef unsigned __int128 wide;

#if defined(__x86_64__) && !defined(QUIPU_UNDER_TSAN)

static inline bool wide_is_native(void)
{
    return __builtin_cpu_supports("avx");
}

static inline wide wide_load(const void *place)
{
    const _Atomic wide *word = place;
    typedef long long lanes __attribute__((vector_size(16)));
    lanes both;

    if (!wide_is_native()) return atomic_load_explicit(word, memory_order_acquire);
    __asm__ __volatile__("movdqa %1, %0" : "=x"(both) : "m"(*word) : "memory");
    return (wide)(uint64_t)both[1] << 64 | (uint64_t)both[0];
}

static inline void wide_store(void *place, wide value)
{
    _Atomic wide *word = place;
    typedef long long lanes __attribute__((vector_size(16)));
    lanes both;

    if (!wide_is_native()) {
        atomic_store_explicit(word, value, memory_order_release);
        return;
    }
    /* Put together in registers: sixteen bytes that were stored as two halves could be loaded only
     * once both are in the cache. */
    both = (lanes){(long long)(uint64_t)value, (long long)(uint64_t)(value >> 64)};
    __asm__ __volatile__("movdqa %1, %0" : "=m"(*word) : "x"(both) : "memory");
}

/* A locked instruction is a full fence: acquire and release, whether it wins or not. */
static inline bool wide_cas(void *place, void *seen, wide next)
{
    uint64_t low, high;
    bool won;

    if (!wide_is_native()) {
        return atomic_compare_exchange_strong_explicit((_Atomic wide *)place, (wide *)seen, next,
                                                       memory_order_acq_rel, memory_order_acquire);
    }
    low = (uint64_t) * (wide *)seen;
    high = (uint64_t)(*(wide *)seen >> 64);
    __asm__ __volatile__("lock cmpxchg16b %1"
                         : "=@ccz"(won), "+m"(*(wide *)place), "+a"(low), "+d"(high)
                         : "b"((uint64_t)next), "c"((uint64_t)(next >> 64))
                         : "memory");
    *(wide *)seen = (wide)high << 64 | low;
    return won;
}

/* If `p` is wide, its load, store or compare-and-swap; if not, the one that is given. */
#define LOAD_WIDE_OR(p, other)                                                                     \
    _Generic((p),                                                                                  \
        _Atomic wide *: wide_load(p),                                                              \
        const _Atomic wide *: wide_load(p),                                                        \
        default: (other))
/* A value that goes into a wide object is wide; of another type it is not looked at. */
#define WIDE_VALUE(value) _Generic((value), wide : (value), default : (wide)0)
#define STORE_WIDE_OR(p, value, other)                                                             \
    _Generic((p), _Atomic wide * : wide_store((p), WIDE_VALUE(value)), default : (other))
#define CAS_WIDE_OR(p, seen, next, other)                                                          \
    _Generic((p), _Atomic wide * : wide_cas((p), (seen), (next)), default : (other))

#else
#define LOAD_WIDE_OR(p, other) other
#define STORE_WIDE_OR(p, value, other) other
#define CAS_WIDE_OR(p, seen, next, other) other
#endif

#endif
