/* test_collisions.c - ids chosen to collide: docs/faults.md, "Ids chosen by an enemy".
 *
 * Ids of each family are put into an index, and the probes that finding each of them takes are
 * counted. Under a key that the caller does not know all families must spread as random ids do; the
 * control is the hash without a key, and the enemy who knows it: there the count must explode. */
#include "unit/records/index_fixture.h"

#include <stdio.h>

enum { IDS = 60000, KEYS = 3, COLLIDING = 500 };

static void fill_random(quipu_uint128 *ids, unsigned count)
{
    struct random random = {42};

    for (unsigned i = 0; i < count; i++)
        ids[i] = (quipu_uint128)random_next(&random) << 64 | random_next(&random);
}

static void fill_sequence(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = 1 + i;
}

static void fill_low_bits_equal(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = ((quipu_uint128)(1 + i) << 64) | UINT64_C(0x123456789abcdef0);
}

static void fill_halves_equal(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = (quipu_uint128)(1 + i) << 64 | (1 + i);
}

static void fill_by_2_100(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = (quipu_uint128)(1 + i) << 100;
}

static void fill_by_2_47(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = (quipu_uint128)(1 + i) << 47;
}

/* One bit set in each half, then two, … in both: Gray codes differ in one bit from the next. */
static void fill_gray(quipu_uint128 *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ids[i] = (quipu_uint128)((i + 1) ^ (i + 1) >> 1) << 60;
}

static const struct family {
    const char *name;
    void (*fill)(quipu_uint128 *ids, unsigned count);
} families[] = {
    {"random", fill_random},
    {"1, 2, 3, …", fill_sequence},
    {"low halves equal", fill_low_bits_equal},
    {"both halves equal", fill_halves_equal},
    {"multiples of 2^100", fill_by_2_100},
    {"multiples of 2^47", fill_by_2_47},
    {"Gray codes", fill_gray},
};

enum { FAMILIES = sizeof families / sizeof families[0] };

struct probes {
    double mean;
    unsigned most;
};

/* The lines looked at to find this id, which is there. */
static unsigned probes_of(uint64_t reference)
{
    uint64_t hash = index_hash(fixture_index, fixture_ids[reference]);
    struct index_shard *shard = index_shard_of(fixture_index, hash);
    struct index_table table = index_table(fixture_index, shard, index_state(shard));
    uint64_t at = index_home(index_fingerprint(hash), table.size);
    unsigned probes = 1;

    while (index_reference(fixture_index, load_relaxed(&table.entries[at & table.mask])) !=
           reference) {
        at++;
        probes += at % LINE_ENTRIES == 0;
    }
    return probes;
}

/* Put the first `count` of fixture_ids in, under this key, and count. */
static struct probes measure(const struct hash_key *key, unsigned count)
{
    struct probes probes = {0, 0};
    uint64_t found;

    fixture_open(1, PLACES_MAX);
    fixture_index->key = *key;
    for (unsigned i = 0; i < count; i++) {
        fixture_write(i, fixture_ids[i]);
        cr_assert_eq(fixture_claim(fixture_ids[i], i, &found), CLAIM_TAKEN);
        fixture_settle(i);
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned n = probes_of(i);

        probes.mean += (double)n / count;
        if (n > probes.most) probes.most = n;
    }
    fixture_close();
    return probes;
}

static struct hash_key key_of(uint64_t seed)
{
    struct random random = {seed};
    struct hash_key key;

    for (int i = 0; i < 4; i++)
        key.secret[i] = random_next(&random);
    return key;
}

Test(collisions, families_spread_as_random_ids_do, .timeout = 120)
{
    for (uint64_t seed = 1; seed <= KEYS; seed++) {
        struct hash_key key = key_of(seed);
        struct probes by_chance = {0, 0};

        for (unsigned i = 0; i < FAMILIES; i++) {
            struct probes probes;

            families[i].fill(fixture_ids, IDS);
            probes = measure(&key, IDS);
            if (i == 0) by_chance = probes;
            cr_log_info("key %d, %s: %.3f probes, at most %u", (int)seed, families[i].name,
                        probes.mean, probes.most);
            cr_assert_lt(probes.mean, 1.05 * by_chance.mean, "%s", families[i].name);
            cr_assert_lt(probes.most, 3 * by_chance.most, "%s", families[i].name);
        }
    }
}

/* Ids that share shard and home, 1 in 2^15, by an enemy who knows this key. */
static void fill_colliding(const struct hash_key *key, unsigned count)
{
    quipu_uint128 id = 1;

    for (unsigned i = 0; i < count; id++) {
        uint64_t hash = hash_id(key, id);

        if (index_shard_number(hash) == 7 &&
            index_home(index_fingerprint(hash), 7) == 3 * LINE_ENTRIES)
            fixture_ids[i++] = id;
    }
}

Test(collisions, a_known_key_is_of_no_use_under_another, .timeout = 120)
{
    struct hash_key known = key_of(99), other = key_of(100);
    struct probes under_known, under_other, by_chance;

    fill_colliding(&known, COLLIDING);
    under_known = measure(&known, COLLIDING);
    under_other = measure(&other, COLLIDING);
    fill_random(fixture_ids, COLLIDING);
    by_chance = measure(&other, COLLIDING);
    cr_log_info("ids that collide under a known key: %.2f probes, at most %u; under another %.3f, "
                "at most %u; random ids %.3f, at most %u",
                under_known.mean, under_known.most, under_other.mean, under_other.most,
                by_chance.mean, by_chance.most);
    cr_assert_gt(under_known.mean, 10 * by_chance.mean, "the control: the enemy who knows");
    cr_assert_lt(under_other.mean, 1.25 * by_chance.mean);
    cr_assert_lt(under_other.most, 3 * by_chance.most);
}

/* The control for the families: without a key one of them falls into one place. */
Test(collisions, without_a_key, .timeout = 120)
{
    const struct hash_key none = {{0, 0, 0, 0}};
    struct probes probes;

    fill_sequence(fixture_ids, COLLIDING);
    probes = measure(&none, COLLIDING);
    cr_log_info("1, 2, 3, … without a key: %.1f probes, at most %u", probes.mean, probes.most);
    cr_assert_eq(probes.most, (COLLIDING + LINE_ENTRIES - 1) / LINE_ENTRIES);
}
