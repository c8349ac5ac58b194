/* atomic.h - every atomic access of the engine, with its memory order in the verb.
 *
 * The only file that names an order of the C11 memory model. All verbs take a pointer to an _Atomic
 * object; a cas_ verb takes a pointer to what was seen, which on failure becomes what is there, and
 * returns whether it succeeded. Where a success acquires, a failure loads with acquire; elsewhere
 * it loads relaxed.
 *
 * A sixteen-byte object (`wide`) goes through the same verbs: cmpxchg16b on x86-64, an ldxp/stxp
 * pair on AArch64, by way of the compiler or libatomic. Its loads, its store_relaxed(), whose value
 * is a `wide`, too, and its cas_acq_rel() are of wide.h. */
#ifndef QUIPU_BASE_ATOMIC_H
#define QUIPU_BASE_ATOMIC_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/line.h"
#include "base/tsan.h"
#include "base/wide.h"

#define load_relaxed(p) LOAD_WIDE_OR((p), atomic_load_explicit((p), memory_order_relaxed))
#define load_acquire(p) LOAD_WIDE_OR((p), atomic_load_explicit((p), memory_order_acquire))
#define store_relaxed(p, v)                                                                        \
    STORE_WIDE_OR((p), (v), atomic_store_explicit((p), (v), memory_order_relaxed))
#define store_release(p, v) atomic_store_explicit((p), (v), memory_order_release)

#define exchange_acquire(p, v) atomic_exchange_explicit((p), (v), memory_order_acquire)
#define exchange_release(p, v) atomic_exchange_explicit((p), (v), memory_order_release)
#define exchange_acq_rel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define exchange_seq_cst(p, v) atomic_exchange_explicit((p), (v), memory_order_seq_cst)
#define load_seq_cst(p) atomic_load_explicit((p), memory_order_seq_cst)
#define cas_seq_cst(p, seen, next)                                                                 \
    atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_seq_cst,             \
                                            memory_order_relaxed)

#define add_relaxed(p, n) atomic_fetch_add_explicit((p), (n), memory_order_relaxed)
#define add_release(p, n) atomic_fetch_add_explicit((p), (n), memory_order_release)
#define sub_relaxed(p, n) atomic_fetch_sub_explicit((p), (n), memory_order_relaxed)

#define cas_relaxed(p, seen, next)                                                                 \
    atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_relaxed,             \
                                            memory_order_relaxed)
#define cas_acquire(p, seen, next)                                                                 \
    atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_acquire,             \
                                            memory_order_acquire)
#define cas_release(p, seen, next)                                                                 \
    atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_release,             \
                                            memory_order_relaxed)
#define cas_acq_rel(p, seen, next)                                                                 \
    CAS_WIDE_OR((p), (seen), (next),                                                               \
                atomic_compare_exchange_strong_explicit((p), (seen), (next), memory_order_acq_rel, \
                                                        memory_order_acquire))

/* A line of eight entries, each loaded at once; see line.h. */
static inline struct entry_line load_line_acquire(const _Atomic uint64_t *entries)
{
    struct entry_line line;

    LINE_LOAD(&line, entries, memory_order_acquire);
    return line;
}

/* What is in an object that no other thread may store to or compare and swap just now: a plain
 * load, which a compiler may leave out, or do where the value is needed. */
static inline uint64_t load_own(const _Atomic uint64_t *p)
{
    uint64_t value;

    (void)memcpy(&value, (const void *)(uintptr_t)p, sizeof value);
    return value;
}

/* Two words, wherever words may be. */
typedef uint64_t two_words __attribute__((vector_size(16), aligned(8), may_alias));

/* The same of so many words, an even number. Two at a time: of a memcpy() a compiler that thinks
 * the caller is cold makes `rep movs`, which takes several times as long. */
static inline void copy_own(uint64_t *to, const _Atomic uint64_t *from, size_t count)
{
    const two_words *source = (const void *)(uintptr_t)from;
    two_words *target = (void *)to;

#pragma GCC unroll 8
    for (size_t i = 0; i < count / 2; i++)
        target[i] = source[i];
}

/* The full fence; outside of base/ there is one, see optimistic.c. ThreadSanitizer does not know
 * fences, so under it an exchange on a word of the caller's own does the same. */
static inline void fence_full(void)
{
#ifdef QUIPU_UNDER_TSAN
    static _Atomic uint32_t word;
    (void)atomic_exchange_explicit(&word, 1, memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* The same between two loads of words that are locked, by a locked instruction, before they change.
 * On x86-64 loads stay in order, and all threads see stores in one order; so it holds the compiler
 * only. See glimpses.c. */
static inline void fence_reads(void)
{
#if defined(__x86_64__) && !defined(QUIPU_UNDER_TSAN)
    atomic_signal_fence(memory_order_seq_cst);
#else
    fence_full();
#endif
}

/* Copy *from, which a caller's thread may be changing, to *to. From here on the compiler knows
 * nothing of what *to holds, so it cannot read *from again in its stead: all that look at the copy
 * see the same. */
#define copy_once(to, from)                                                                        \
    do {                                                                                           \
        (void)memcpy((to), (from), sizeof *(to));                                                  \
        __asm__ __volatile__("" : "+m"(*(to)));                                                    \
    } while (0)

/* The same for so many bytes: memory that another process may be changing. */
static inline void copy_bytes_once(void *to, const void *from, size_t bytes)
{
    (void)memcpy(to, from, bytes);
    __asm__ __volatile__("" : : : "memory");
}

/* The cheap half of an asymmetric fence (base/grace.c): it holds the compiler only. */
static inline void fence_compiler(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

/* Tell the processor that this is a wait. */
static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/* Relax for twice as long as the round before, 128 times at most: each look at the word that we
 * wait for takes its line from the thread that is using it. */
static inline void relax_longer(unsigned round)
{
    unsigned times = round < 7 ? 1u << round : 128;

    while (times-- > 0)
        relax();
}

/* How a wait goes on: SPIN_ROUNDS of relaxing, 127 times in all; then SPIN_YIELDS of the processor,
 * since the thread that we wait for may need it; then asleep, since a yield gives nothing to a
 * thread of lower priority. */
#define SPIN_ROUNDS 7
#define SPIN_YIELDS 64

/* The rest of spin(): wait.c. */
void quipui_wait_asleep(unsigned *spins);

/* Wait politely for a moment; for a longer one each time. */
static inline void spin(unsigned *spins)
{
    if (*spins < SPIN_ROUNDS) {
        relax_longer((*spins)++);
    } else if (*spins < SPIN_ROUNDS + SPIN_YIELDS) {
        ++*spins;
        (void)sched_yield();
    } else {
        quipui_wait_asleep(spins);
    }
}

/* Bring a line close, to be read or to be written. Any address is safe. */
static inline void prefetch(const void *line)
{
    __builtin_prefetch(line, 0, 3);
}

static inline void prefetch_for_write(const void *line)
{
    __builtin_prefetch(line, 1, 3);
}

#endif
