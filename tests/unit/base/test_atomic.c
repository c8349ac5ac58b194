/* test_atomic.c - sixteen bytes change at once, and the verbs do what they are called. */
#include <criterion/criterion.h>

#include "base/atomic.h"
#include "support/threads.h"

enum { THREADS = 4 };

static wide pair(uint64_t high, uint64_t low)
{
    return (wide)high << 64 | low;
}

Test(atomic, wide_cas_wins_or_says_what_is_there)
{
    _Atomic wide word = pair(1, 2);
    wide seen = pair(1, 3); /* differs in the low half */

    cr_assert(!cas_acq_rel(&word, &seen, pair(9, 9)));
    cr_assert(seen == pair(1, 2) && load_relaxed(&word) == pair(1, 2));
    seen = pair(2, 2); /* in the high half */
    cr_assert(!cas_acq_rel(&word, &seen, pair(9, 9)));
    cr_assert(seen == pair(1, 2) && load_relaxed(&word) == pair(1, 2));
    cr_assert(cas_acq_rel(&word, &seen, pair(3, 4)));
    cr_assert(load_acquire(&word) == pair(3, 4));
    store_release(&word, pair(5, 6));
    cr_assert(exchange_acq_rel(&word, pair(7, 8)) == pair(5, 6));
    cr_assert(load_seq_cst(&word) == pair(7, 8));
}

Test(atomic, verbs_return_what_was_there)
{
    _Atomic uint64_t word = 5;
    uint64_t seen = 4;

    cr_assert_eq(add_relaxed(&word, 3), 5);
    cr_assert_eq(sub_relaxed(&word, 1), 8);
    cr_assert_eq(exchange_acquire(&word, 10), 7);
    cr_assert_eq(exchange_release(&word, 11), 10);
    cr_assert_eq(exchange_seq_cst(&word, 12), 11);
    cr_assert(!cas_relaxed(&word, &seen, 1) && seen == 12);
    cr_assert(cas_relaxed(&word, &seen, 13) && seen == 12);
    cr_assert(!cas_release(&word, &seen, 1) && seen == 13);
    cr_assert(cas_release(&word, &seen, 14));
    cr_assert(!cas_seq_cst(&word, &seen, 1) && seen == 14);
    cr_assert(cas_acquire(&word, &seen, 15));
    store_relaxed(&word, 16);
    cr_assert_eq(load_seq_cst(&word), 16);
}

struct halves {
    _Atomic wide word;
    unsigned rounds;
    unsigned torn[THREADS];
};

/* Both halves are always the same: a reader that sees them differ saw half of a change. */
static void count_up(void *context, unsigned thread)
{
    struct halves *halves = context;

    for (unsigned i = 0; i < halves->rounds; i++) {
        wide seen = load_relaxed(&halves->word);

        do {
            if ((uint64_t)seen != (uint64_t)(seen >> 64)) halves->torn[thread]++;
        } while (!cas_acq_rel(&halves->word, &seen, seen + pair(1, 1)));
    }
}

Test(atomic, wide_words_never_tear, .timeout = 120)
{
    static struct halves halves;
    uint64_t sum;

    halves.rounds = threads_work(200000);
    sum = (uint64_t)THREADS * halves.rounds;
    threads_run(THREADS, count_up, &halves);
    for (int t = 0; t < THREADS; t++)
        cr_assert_eq(halves.torn[t], 0);
    cr_assert(load_relaxed(&halves.word) == pair(sum, sum));
}
