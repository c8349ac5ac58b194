/* wide.c - asked at configure time: are there atomics of sixteen bytes? Never built otherwise. */
#include <stdatomic.h>

__extension__ typedef unsigned __int128 wide;

static _Atomic wide word;

int main(void)
{
    wide seen = atomic_load_explicit(&word, memory_order_acquire);

    return !atomic_compare_exchange_strong_explicit(&word, &seen, seen + 1, memory_order_acq_rel,
                                                    memory_order_acquire);
}
