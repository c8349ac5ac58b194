/* wide.h - how sixteen bytes are loaded at once; for atomic.h, which has the verbs.
 *
 * Compilers and libatomic load them on x86-64 by cmpxchg16b: a locked instruction that takes the
 * line from whoever writes it, for a read. But every processor with AVX loads sixteen aligned bytes
 * at once (AMD's manual, volume 2, 7.3.2; Intel's, volume 3, 9.1.1), and no load there passes an
 * earlier one, so that a plain one is an acquire, and it shares the line.
 *
 * ThreadSanitizer must see the access, and other processors have their own ways: there the compiler
 * decides. */
#ifndef QUIPU_BASE_WIDE_H
#define QUIPU_BASE_WIDE_H

#include <stdatomic.h>
#include <string.h>

#include "base/tsan.h"

__extension__ typedef unsigned __int128 wide;

#if defined(__x86_64__) && !defined(QUIPU_UNDER_TSAN)

static inline wide wide_load(const void *place)
{
    const _Atomic wide *word = place;
    typedef long long lanes __attribute__((vector_size(16)));
    lanes both;
    wide value;

    if (!__builtin_cpu_supports("avx")) return atomic_load_explicit(word, memory_order_acquire);
    __asm__ __volatile__("movdqa %1, %0" : "=x"(both) : "m"(*word) : "memory");
    memcpy(&value, &both, sizeof value);
    return value;
}

/* A load of `p` if it is wide, else what is said. */
#define LOAD_WIDE_OR(p, other)                                                                     \
    _Generic((p),                                                                                  \
        _Atomic wide *: wide_load(p),                                                              \
        const _Atomic wide *: wide_load(p),                                                        \
        default: (other))

#else
#define LOAD_WIDE_OR(p, other) other
#endif

#endif
