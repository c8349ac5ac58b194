/* atomic.h - the verbs of engine/base/atomic.h, each behind a point at which the explorer may go on
 * with another fiber. Found before the real one by the explorer's build of the engine.
 *
 * Fibers run one at a time on one thread: what is explored is sequentially consistent. An argument
 * is evaluated before the point, so that nothing happens between the point and the access. */
#ifndef QUIPU_TESTS_MACHINES_EXPLORE_SHADOW_BASE_ATOMIC_H
#define QUIPU_TESTS_MACHINES_EXPLORE_SHADOW_BASE_ATOMIC_H

/* The real header, whose place CMake gives, without its ways to wait. */
#define spin real_spin
#define relax real_relax
#define relax_longer real_relax_longer
#include EXPLORE_REAL_ATOMIC
#undef spin
#undef relax
#undef relax_longer

#include "machines/explore/points.h"

#define EXPLORE_LOAD(p, order)                                                                     \
    __extension__({                                                                                \
        __typeof__(p) explore_p = (p);                                                             \
        explore_point(explore_p, false, __func__, __LINE__);                                       \
        atomic_load_explicit(explore_p, order);                                                    \
    })
#define EXPLORE_STORE(p, v, order)                                                                 \
    __extension__({                                                                                \
        __typeof__(p) explore_p = (p);                                                             \
        __auto_type explore_v = (v);                                                               \
        explore_point(explore_p, true, __func__, __LINE__);                                        \
        atomic_store_explicit(explore_p, explore_v, order);                                        \
        explore_wrote(explore_p);                                                                  \
    })
/* An update that changes nothing (a held lock, marked as held again) wakes nobody. */
#define EXPLORE_UPDATE(update, p, v, order)                                                        \
    __extension__({                                                                                \
        __typeof__(p) explore_p = (p);                                                             \
        __auto_type explore_v = (v);                                                               \
        explore_point(explore_p, true, __func__, __LINE__);                                        \
        __auto_type explore_was = update(explore_p, explore_v, order);                             \
        if (explore_was != atomic_load_explicit(explore_p, memory_order_relaxed))                  \
            explore_wrote(explore_p);                                                              \
        explore_was;                                                                               \
    })
#define EXPLORE_CAS(p, seen, next, order, failed)                                                  \
    __extension__({                                                                                \
        __typeof__(p) explore_p = (p);                                                             \
        __auto_type explore_v = (next);                                                            \
        explore_point(explore_p, true, __func__, __LINE__);                                        \
        bool explore_won =                                                                         \
            atomic_compare_exchange_strong_explicit(explore_p, (seen), explore_v, order, failed);  \
        if (explore_won) explore_wrote(explore_p);                                                 \
        explore_won;                                                                               \
    })

/* A line comes in any order with what others do: each entry is a step. */
#define EXPLORE_LINE(p)                                                                            \
    __extension__({                                                                                \
        struct entry_line explore_line;                                                            \
        uint64_t explore_entries[LINE_ENTRIES];                                                    \
        for (int explore_i = 0; explore_i < LINE_ENTRIES; explore_i++)                             \
            explore_entries[explore_i] = EXPLORE_LOAD((p) + explore_i, memory_order_acquire);      \
        memcpy(&explore_line, explore_entries, sizeof explore_line);                               \
        explore_line;                                                                              \
    })

#undef load_relaxed
#undef load_acquire
#undef load_seq_cst
#undef store_relaxed
#undef store_release
#undef exchange_acquire
#undef exchange_release
#undef exchange_acq_rel
#undef exchange_seq_cst
#undef add_relaxed
#undef sub_relaxed
#undef cas_relaxed
#undef cas_acquire
#undef cas_release
#undef cas_acq_rel
#undef cas_seq_cst

#define load_relaxed(p) EXPLORE_LOAD(p, memory_order_relaxed)
#define load_acquire(p) EXPLORE_LOAD(p, memory_order_acquire)
#define load_line_acquire(p) EXPLORE_LINE(p)
#define load_seq_cst(p) EXPLORE_LOAD(p, memory_order_seq_cst)
#define store_relaxed(p, v) EXPLORE_STORE(p, v, memory_order_relaxed)
#define store_release(p, v) EXPLORE_STORE(p, v, memory_order_release)

#define exchange_acquire(p, v) EXPLORE_UPDATE(atomic_exchange_explicit, p, v, memory_order_acquire)
#define exchange_release(p, v) EXPLORE_UPDATE(atomic_exchange_explicit, p, v, memory_order_release)
#define exchange_acq_rel(p, v) EXPLORE_UPDATE(atomic_exchange_explicit, p, v, memory_order_acq_rel)
#define exchange_seq_cst(p, v) EXPLORE_UPDATE(atomic_exchange_explicit, p, v, memory_order_seq_cst)
#define add_relaxed(p, n) EXPLORE_UPDATE(atomic_fetch_add_explicit, p, n, memory_order_relaxed)
#define sub_relaxed(p, n) EXPLORE_UPDATE(atomic_fetch_sub_explicit, p, n, memory_order_relaxed)

#define cas_relaxed(p, seen, next)                                                                 \
    EXPLORE_CAS(p, seen, next, memory_order_relaxed, memory_order_relaxed)
#define cas_acquire(p, seen, next)                                                                 \
    EXPLORE_CAS(p, seen, next, memory_order_acquire, memory_order_acquire)
#define cas_release(p, seen, next)                                                                 \
    EXPLORE_CAS(p, seen, next, memory_order_release, memory_order_relaxed)
#define cas_acq_rel(p, seen, next)                                                                 \
    EXPLORE_CAS(p, seen, next, memory_order_acq_rel, memory_order_acquire)
#define cas_seq_cst(p, seen, next)                                                                 \
    EXPLORE_CAS(p, seen, next, memory_order_seq_cst, memory_order_relaxed)

#define spin(spins) explore_spin(spins, __func__)
#define relax() explore_relax()
#define relax_longer(round) ((void)(round), explore_relax())
#define sched_yield() (explore_yield(), 0)

/* A thread's own variables are a fiber's own: scheduler.c keeps them apart. */
#define _Thread_local __attribute__((section("fiber_local")))

#endif
