/* test_hash.c - hashes of ids that come in a row look as if they were drawn.
 *
 * The keys are fixed, so these tests give the same verdict every time; what they allow is what
 * random numbers would pass by a wide margin. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/hash.h"
#include "support/random.h"

enum { IDS = 200000, SHARDS = 256, SAMPLES = 1024, SEED = 2024 };

static struct hash_key key_of(uint64_t seed)
{
    struct random random = {seed};
    struct hash_key key;

    for (int i = 0; i < 4; i++)
        key.secret[i] = random_next(&random);
    return key;
}

static wide in_a_row(unsigned i)
{
    return 1 + i;
}

static wide high_in_a_row(unsigned i)
{
    return (wide)(1 + i) << 64;
}

static wide both_in_a_row(unsigned i)
{
    return (wide)(1 + i) << 64 | (1 + i);
}

static wide by_thousands(unsigned i)
{
    return (wide)1000 * (1 + i);
}

/* As quipu_id() makes them: time above, a counter below. */
static wide by_time(unsigned i)
{
    return (wide)(1700000000000u + i / 7) << 80 | (i % 7);
}

static wide (*const patterns[])(unsigned) = {
    in_a_row, high_in_a_row, both_in_a_row, by_thousands, by_time,
};
enum { PATTERNS = sizeof patterns / sizeof patterns[0] };

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Equal neighbours once each hash has lost its low bits. */
static unsigned collisions(uint64_t *hashes, unsigned lost)
{
    unsigned count = 0;

    for (int i = 0; i < IDS; i++)
        hashes[i] >>= lost;
    qsort(hashes, IDS, sizeof hashes[0], compare);
    for (int i = 1; i < IDS; i++)
        count += hashes[i] == hashes[i - 1];
    return count;
}

Test(hash, of_ids_in_a_row_rarely_collide)
{
    static uint64_t hashes[IDS];

    for (int p = 0; p < PATTERNS; p++) {
        struct hash_key key = key_of(SEED);
        unsigned count;

        for (unsigned i = 0; i < IDS; i++)
            hashes[i] = hash_id(&key, patterns[p](i));
        /* What the index keeps are the top 35 bits: 0.6 collisions are expected of 200000. */
        count = collisions(hashes, 29);
        cr_assert_leq(count, 8, "seed %d, pattern %d: %u collisions", SEED, p, count);
    }
}

Test(hash, spreads_over_shards_and_homes)
{
    enum { HOMES = 1024 };

    for (int p = 0; p < PATTERNS; p++) {
        struct hash_key key = key_of(SEED);
        unsigned shards[SHARDS] = {0}, homes[HOMES] = {0};
        double expected = (double)IDS / SHARDS, chi = 0, chi_homes = 0;

        for (unsigned i = 0; i < IDS; i++) {
            uint64_t hash = hash_id(&key, patterns[p](i));

            shards[hash >> 55 & (SHARDS - 1)]++;
            homes[hash >> 29 & (HOMES - 1)]++;
        }
        for (int i = 0; i < SHARDS; i++)
            chi += (shards[i] - expected) * (shards[i] - expected) / expected;
        expected = (double)IDS / HOMES;
        for (int i = 0; i < HOMES; i++)
            chi_homes += (homes[i] - expected) * (homes[i] - expected) / expected;
        /* Six standard deviations: 255 +- 6 * 22.6 and 1023 +- 6 * 45.2. */
        cr_assert(chi < 391, "seed %d, pattern %d: shards %f", SEED, p, chi);
        cr_assert(chi_homes < 1295, "seed %d, pattern %d: homes %f", SEED, p, chi_homes);
    }
}

Test(hash, depends_on_the_whole_key)
{
    struct hash_key key = key_of(SEED);

    for (int bit = 0; bit < 256; bit++) {
        struct hash_key other = key;
        unsigned same = 0;

        other.secret[bit / 64] ^= UINT64_C(1) << bit % 64;
        for (unsigned i = 0; i < 1000; i++)
            same += hash_id(&key, in_a_row(i)) == hash_id(&other, in_a_row(i));
        cr_assert_eq(same, 0, "bit %d of the key is idle for %u of 1000 ids", bit, same);
    }
}

/* Each bit of an id turns each bit of its hash about every other time. */
Test(hash, turns_over_with_every_bit)
{
    struct hash_key key = key_of(SEED);

    for (int in = 0; in < 128; in++) {
        struct random random = {SEED};
        unsigned turned[64] = {0};

        for (int i = 0; i < SAMPLES; i++) {
            wide id = (wide)random_next(&random) << 64 | random_next(&random);
            uint64_t changed = hash_id(&key, id) ^ hash_id(&key, id ^ (wide)1 << in);

            for (int out = 0; out < 64; out++)
                turned[out] += changed >> out & 1;
        }
        for (int out = 0; out < 64; out++) {
            cr_assert(turned[out] > SAMPLES * 2 / 5 && turned[out] < SAMPLES * 3 / 5,
                      "seed %d: bit %d of the id turns bit %d of the hash %u times of %d", SEED, in,
                      out, turned[out], SAMPLES);
        }
    }
}
