/* test_line.c - a line of eight entries: what it says of them.
 *
 *   T1  line_alike() names the entries whose upper half is the wanted one, in the bits of the
 *       mask, and no others
 *   T2  line_empty() names the entries that are 0, and no others: half of one is not enough
 *   T3  line_entry() gives the entry at each place */
#include <criterion/criterion.h>

#include "base/atomic.h"
#include "support/random.h"

static _Alignas(64) _Atomic uint64_t entries[LINE_ENTRIES];

static void put(const uint64_t *values)
{
    for (int i = 0; i < LINE_ENTRIES; i++)
        store_relaxed(&entries[i], values[i]);
}

static void check(const uint64_t *values, uint64_t wanted, uint64_t mask, uint64_t seed)
{
    struct entry_line line;
    unsigned alike, empty;

    put(values);
    line = load_line_acquire(entries);
    alike = line_alike(&line, wanted, mask);
    empty = line_empty(&line);
    cr_assert_eq((alike | empty) >> LINE_ENTRIES, 0);
    for (unsigned i = 0; i < LINE_ENTRIES; i++) {
        cr_assert_eq(alike >> i & 1, ((values[i] ^ wanted) & mask) >> 32 == 0,
                     "seed %llu, entry %u", (unsigned long long)seed, i); /* T1 */
        cr_assert_eq(empty >> i & 1, values[i] == 0, "seed %llu, entry %u",
                     (unsigned long long)seed, i);     /* T2 */
        cr_assert_eq(line_entry(&line, i), values[i]); /* T3 */
    }
}

/* Entries that differ from what is wanted in a bit, or in nothing; and entries that are 0, or half
 * of it. */
Test(line, looks_at_each_entry)
{
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        struct random random = {seed};
        uint64_t wanted = random_next(&random), values[LINE_ENTRIES];
        uint64_t mask = ~(((uint64_t)2 << random_below(&random, 37)) - 2);

        for (int i = 0; i < LINE_ENTRIES; i++) {
            uint64_t value = wanted ^ (uint64_t)1 << random_below(&random, 64);

            switch (random_below(&random, 6)) {
            case 0: value = 0; break;
            case 1: value = wanted; break;
            case 2: value <<= 32; break;
            case 3: value >>= 32; break;
            }
            values[i] = value;
        }
        check(values, wanted, mask, seed);
        check(values, 0, mask, seed);
        check(values, values[seed % LINE_ENTRIES], mask, seed);
    }
}

Test(line, finds_the_first)
{
    for (unsigned i = 0; i < LINE_ENTRIES; i++) {
        uint64_t values[LINE_ENTRIES] = {0};

        for (unsigned j = 0; j < i; j++)
            values[j] = 1;
        check(values, 5, UINT64_MAX, i);
        put(values);
        cr_assert_eq(line_first(0x80u | 1u << i), i);
    }
}
