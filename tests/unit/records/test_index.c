/* test_index.c - the index against a naive set, with ids that are chosen to collide.
 *
 * Each key is fixed, so that ids can be searched for whose hashes share a shard and a home near the
 * end of the table: they make long clusters that wrap. Threads: test_index_threads.c.
 *
 *   T1  a claim says who has the id: nobody, a record in flight, a stored one, the burnt
 *   T2  taking an entry out leaves all others to be found, wherever the cluster lies (X5)
 *   T3  a shard grows through all its sizes with nothing lost, and old sizes are forgotten (X4, X6)
 *   T4  two ids with the same fingerprint are two ids
 *   T5  without memory a claim is refused, and all that was there stays
 *   T6  the smaller the table of records, the fewer records of other ids are looked at (X4)
 *   T7  all lines from an entry's home to the one before its own are full (X7)
 *   T8  an unused place is never taken for an entry, even of a hash whose fingerprint is zeros */
#include "unit/records/index_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "support/random.h"

enum { SEEDS = 30, STEPS = 6000, IDS = 44, PLACES = 4 };

enum fate { FREE, IN_FLIGHT, STORED, BURNT };

/* The naive set: what became of each id, and where its record is. */
struct naive {
    quipu_uint128 ids[IDS];
    enum fate fate[IDS];
    uint64_t reference[IDS];
    uint64_t seed;
};

static void check_claim(struct naive *set, unsigned n, uint64_t reference)
{
    static const enum claim expected[] = {CLAIM_TAKEN, CLAIM_IN_FLIGHT, CLAIM_STORED, CLAIM_BURNT};
    uint64_t found = UINT64_MAX;
    enum claim claim = fixture_claim(set->ids[n], reference, &found);

    cr_assert_eq(claim, expected[set->fate[n]], "seed %llu: id %u is %d, claim says %d",
                 (unsigned long long)set->seed, n, set->fate[n], claim);
    if (set->fate[n] == STORED) cr_assert_eq(found, set->reference[n]);
}

/* T7 */
static void check_lines(unsigned number)
{
    struct index_shard *shard = &fixture_index->shards[number];
    struct index_table table = index_table(fixture_index, shard, index_state(shard));

    for (uint64_t at = 0; at <= table.mask; at++) {
        /* relaxed: no other thread has the index. */
        uint64_t entry = load_relaxed(&table.entries[at]);

        if (entry == EMPTY_ENTRY) continue;
        for (uint64_t line = index_home(entry, table.size); line != index_line(at);
             line = (line + LINE_ENTRIES) & table.mask) {
            for (unsigned i = 0; i < LINE_ENTRIES; i++)
                cr_assert_neq(load_relaxed(&table.entries[line + i]), EMPTY_ENTRY);
        }
    }
}

static void check_all(struct naive *set)
{
    uint64_t used[INDEX_SHARDS] = {0};

    for (unsigned n = 0; n < IDS; n++) {
        uint64_t hash = index_hash(fixture_index, set->ids[n]), found = UINT64_MAX;

        check_claim(set, n, INDEX_ASK);
        if (set->fate[n] != FREE) used[index_shard_number(hash)]++;
        if (set->fate[n] == IN_FLIGHT) continue; /* find would wait */
        cr_assert_eq(quipui_index_find(fixture_index, hash, set->ids[n], &found),
                     set->fate[n] == STORED, "seed %llu: id %u", (unsigned long long)set->seed, n);
        if (set->fate[n] == STORED) cr_assert_eq(found, set->reference[n]);
    }
    for (unsigned i = 0; i < INDEX_SHARDS; i++) {
        cr_assert_eq(fixture_index->shards[i].used, used[i]);
        if (used[i] != 0) check_lines(i);
    }
}

/* One random step. References of different ids are different, those of one id are reused. */
static void step(struct naive *set, struct random *random)
{
    unsigned n = random_below(random, IDS);
    uint64_t reference = n * PLACES + random_below(random, PLACES);

    if (set->fate[n] != IN_FLIGHT) {
        if (set->fate[n] == STORED && reference == set->reference[n]) reference ^= 1;
        fixture_write(reference, set->ids[n]);
        check_claim(set, n, reference);
        if (set->fate[n] == FREE) {
            set->fate[n] = IN_FLIGHT;
            set->reference[n] = reference;
        }
        return;
    }
    check_claim(set, n, reference);
    switch (random_below(random, 16)) {
    case 0:
        fixture_settle(set->reference[n]);
        set->fate[n] = STORED;
        break;
    case 1:
        fixture_burn(set->ids[n], set->reference[n], n);
        set->fate[n] = BURNT;
        break;
    default: fixture_release(set->ids[n], set->reference[n]); set->fate[n] = FREE;
    }
}

static void run_against_naive_set(uint64_t seed, unsigned shard, uint64_t entries, uint64_t home)
{
    static struct naive set;
    struct random random = {seed};

    memset(&set, 0, sizeof set);
    set.seed = seed;
    fixture_open(seed, 100);
    for (unsigned n = 0; n < IDS; n++)
        set.ids[n] = fixture_colliding(n == 0 ? 0 : set.ids[n - 1], shard, entries, home);
    for (int i = 0; i < STEPS; i++) {
        step(&set, &random);
        if (i % 16 == 0) check_all(&set);
    }
    check_all(&set);
    fixture_close();
}

Test(index, is_a_set_when_homes_collide)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        unsigned shard = (unsigned)seed * 37 % INDEX_SHARDS;

        run_against_naive_set(seed, shard, 8, 7);        /* one home, the last of 1, 2, 4, 8 */
        run_against_naive_set(seed, shard, 4, 3);        /* the last two of 8 */
        run_against_naive_set(seed, shard, 2, seed % 2); /* one of 2, then spread */
    }
}

/* A glance never waits, and says when only a wait could tell. */
Test(index, says_at_a_glance)
{
    uint64_t hash, found = 0;

    fixture_open(5, 100);
    hash = index_hash(fixture_index, 7);
    section_enter();
    cr_assert_eq(quipui_index_glance(fixture_index, hash, 7, &found), CLAIM_TAKEN);
    fixture_write(3, 7);
    cr_assert_eq(fixture_claim(7, 3, &found), CLAIM_TAKEN);
    cr_assert_eq(quipui_index_glance(fixture_index, hash, 7, &found), CLAIM_IN_FLIGHT);
    fixture_settle(3);
    cr_assert_eq(quipui_index_glance(fixture_index, hash, 7, &found), CLAIM_STORED);
    cr_assert_eq(found, 3);
    fixture_burn(7, 3, 1);
    cr_assert_eq(quipui_index_glance(fixture_index, hash, 7, &found), CLAIM_TAKEN);
    section_leave();
    fixture_close();
}

Test(index, is_a_set_when_ids_are_few)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_against_naive_set(seed, (unsigned)seed, 1, 0); /* any home of one shard */
}

/* Ids in a row, stored, burnt or given back, through every size up to that of `count` ids. */
static void check_growth(uint64_t count)
{
    uint32_t forgotten = 0;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t found;

        fixture_write(i, 1 + i);
        cr_assert_eq(fixture_claim(1 + i, i, &found), CLAIM_TAKEN);
        if (i % 3 == 0) fixture_settle(i);
        if (i % 3 == 1) fixture_burn(1 + i, i, i);
        if (i % 3 == 2 && i % 2 == 0) fixture_release(1 + i, i);
        if (i % 1000 != 0) continue;
        quipui_index_reclaim(fixture_index);
        cr_assert_eq(load_relaxed(&fixture_index->forgotten), load_relaxed(&fixture_index->gone));
        cr_assert_geq(load_relaxed(&fixture_index->gone), forgotten);
        forgotten = load_relaxed(&fixture_index->gone);
    }
    for (uint64_t i = 0; i < count; i++) {
        static const enum claim expected[] = {CLAIM_STORED, CLAIM_BURNT, CLAIM_TAKEN,
                                              CLAIM_STORED, CLAIM_BURNT, CLAIM_IN_FLIGHT};
        uint64_t found = UINT64_MAX;

        cr_assert_eq(fixture_claim(1 + i, INDEX_ASK, &found), expected[i % 6], "id %llu",
                     (unsigned long long)(1 + i));
        if (i % 3 == 0) cr_assert_eq(found, i);
    }
}

Test(index, grows_and_forgets_old_sizes)
{
    const uint64_t count = PLACES_MAX;
    const uint64_t *old;

    fixture_open(1, PLACES_MAX);
    check_growth(count);
    cr_assert_geq(load_relaxed(&fixture_index->forgotten), 4, "only %u sizes left",
                  load_relaxed(&fixture_index->forgotten));
    old = (const uint64_t *)(const void *)fixture_index->tables.base;
    for (size_t i = 0;
         i < (INDEX_FIRST_BYTES << load_relaxed(&fixture_index->forgotten)) / sizeof *old; i++)
        cr_assert_eq(old[i], 0, "the memory of old sizes was given back");
    fixture_close();
}

static bool refuse(void)
{
    return true;
}

Test(index, presized_needs_no_memory)
{
    static const uint64_t capacities[] = {1, 1000, 20000, PLACES_MAX};

    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        uint64_t state;

        fixture_open(2, capacities[i]);
        cr_assert(quipui_index_presize(fixture_index, capacities[i]));
        state = index_state(&fixture_index->shards[0]);
        quipui_memory_refuse = refuse;
        check_growth(capacities[i] / 6 * 6);
        quipui_memory_refuse = NULL;
        for (int shard = 0; shard < INDEX_SHARDS; shard++) {
            cr_assert_eq(index_state(&fixture_index->shards[shard]) & INDEX_SIZE_MASK,
                         state & INDEX_SIZE_MASK, "no shard grew");
        }
        fixture_close();
    }
}

/* One shard is filled until it may not grow. */
static void check_full(bool by_refusal)
{
    quipu_uint128 id = 0;
    uint64_t count = 0, found;
    enum claim claim;

    fixture_open(3, 10);
    if (by_refusal) quipui_memory_refuse = refuse;
    for (;; count++) {
        id = fixture_colliding(id, 9, 1, 0);
        cr_assert_lt(count, PLACES_MAX);
        fixture_write(count, id);
        claim = fixture_claim(id, count, &found);
        if (claim != CLAIM_TAKEN) break;
        fixture_settle(count);
    }
    cr_assert_eq(claim, CLAIM_NO_MEMORY);
    cr_assert_eq(fixture_claim(id, INDEX_ASK, &found), CLAIM_TAKEN, "asking needs no memory");
    cr_assert_geq(count, 24);
    id = 0;
    for (uint64_t i = 0; i < count; i++) {
        id = fixture_colliding(id, 9, 1, 0);
        cr_assert(quipui_index_find(fixture_index, index_hash(fixture_index, id), id, &found));
        cr_assert_eq(found, i);
    }
    quipui_memory_refuse = NULL;
    id = fixture_colliding(id, 9, 1, 0);
    cr_assert_eq(fixture_claim(id, count, &found), by_refusal ? CLAIM_TAKEN : CLAIM_NO_MEMORY);
    fixture_close();
}

Test(index, says_when_it_cannot_grow)
{
    check_full(true);
    check_full(false); /* what it reserved is used up */
}

struct hashed {
    uint64_t kept; /* shard and fingerprint: all that an entry and its place say */
    quipu_uint128 id;
};

static int by_kept(const void *a, const void *b)
{
    const struct hashed *left = a, *right = b;

    return left->kept < right->kept ? -1 : left->kept > right->kept;
}

Test(index, tells_ids_of_one_fingerprint_apart)
{
    enum { MANY = 1 << 20 };
    struct hashed *all = malloc(MANY * sizeof *all);
    unsigned pairs = 0;

    cr_assert_not_null(all);
    fixture_open(4, 100);
    for (uint64_t i = 0; i < MANY; i++)
        all[i] = (struct hashed){index_hash(fixture_index, 1 + i) >> 29, 1 + i};
    qsort(all, MANY, sizeof *all, by_kept);
    for (uint64_t i = 1; i < MANY && pairs < 8; i++) {
        quipu_uint128 one = all[i - 1].id, two = all[i].id;
        uint64_t at = 2 * pairs, found;

        if (all[i].kept != all[i - 1].kept) continue;
        pairs++;
        fixture_write(at, one);
        fixture_write(at + 1, two);
        cr_assert_eq(fixture_claim(one, at, &found), CLAIM_TAKEN);
        cr_assert_not(quipui_index_find(fixture_index, index_hash(fixture_index, two), two, &found),
                      "the other is in flight, this one is not there");
        cr_assert_eq(fixture_claim(two, at + 1, &found), CLAIM_TAKEN);
        cr_assert_eq(fixture_claim(one, INDEX_ASK, &found), CLAIM_IN_FLIGHT);
        fixture_burn(one, at, pairs);
        fixture_settle(at + 1);
        cr_assert_eq(fixture_claim(one, INDEX_ASK, &found), CLAIM_BURNT);
        cr_assert_eq(fixture_claim(two, INDEX_ASK, &found), CLAIM_STORED);
        cr_assert_eq(found, at + 1);
        cr_assert(quipui_index_find(fixture_index, index_hash(fixture_index, two), two, &found));
        cr_assert_not(
            quipui_index_find(fixture_index, index_hash(fixture_index, one), one, &found));
    }
    cr_assert_geq(pairs, 2, "16 are expected: %u", pairs);
    free(all);
    fixture_close();
}

/* A glance at an id that nobody has says that it may be in flight if it looked at a record that is
 * (X3): here all of them are. */
static unsigned count_looks(uint64_t references)
{
    enum { RECORDS = 100000, GLANCES = 4000000 };
    uint64_t kept = fixture_references, found;
    unsigned looks = 0;

    fixture_references = references;
    fixture_open(5, RECORDS);
    for (uint64_t i = 0; i < RECORDS; i++) {
        fixture_write(i, i + 1);
        cr_assert_eq(fixture_claim(i + 1, i, &found), CLAIM_TAKEN);
    }
    for (quipu_uint128 id = RECORDS + 1; id <= RECORDS + GLANCES; id++) {
        uint64_t hash = index_hash(fixture_index, id);

        section_enter();
        looks += quipui_index_glance(fixture_index, hash, id, &found) == CLAIM_IN_FLIGHT;
        section_leave();
    }
    fixture_close();
    fixture_references = kept;
    return looks;
}

/* T6: with 8 bits of the shard, 1 glance in 2^35 / RECORDS with the 27 bits of the largest table; 1
 * in 2^54 / RECORDS with the 46 of the smallest that these fit in. */
Test(index, looks_at_few_records_of_other_ids, .timeout = 120)
{
    unsigned many = count_looks(((uint64_t)1 << INDEX_BITS_MAX) - 1), few = count_looks(100000);

    cr_assert(many >= 3 && many <= 30, "12 are expected: %u", many);
    cr_assert_eq(few, 0);
}

/* T6 */
Test(index, has_the_bits_that_references_leave)
{
    for (unsigned bits = 1; bits <= INDEX_BITS_MAX; bits++) {
        uint64_t mask;

        fixture_references = ((uint64_t)1 << bits) - 1;
        fixture_open(1, 100);
        mask = fixture_index->fingerprint_mask;
        cr_assert_eq(__builtin_popcountll(mask), 64 - bits);
        cr_assert_eq(index_reference(fixture_index, ~mask), fixture_references - 1, "the largest");
        fixture_close();
    }
}

/* Where the reference of an unused place would lead, there is a record of that id. */
Test(index, an_unused_place_is_no_entry)
{
    const quipu_uint128 id = 7;
    uint64_t found = UINT64_MAX;
    enum claim claim;

    fixture_open(1, 1 << 16);
    fixture_write(0, id);
    fixture_settle(0);
    fixture_index->records.ids += sizeof fixture_ids[0];
    fixture_index->records.marks += sizeof fixture_marks[0];
    section_enter();
    claim = quipui_index_claim(fixture_index, 0, id, 1, &found);
    section_leave();
    cr_assert_eq(index_fingerprint(0) & fixture_index->fingerprint_mask, 0);
    cr_assert_eq(claim, CLAIM_TAKEN, "T8");
    fixture_close();
}
