/* index_fixture.h - one index over records of the test's own, with a key that is fixed. */
#ifndef QUIPU_TESTS_UNIT_RECORDS_INDEX_FIXTURE_H
#define QUIPU_TESTS_UNIT_RECORDS_INDEX_FIXTURE_H

#include <criterion/criterion.h>

#include "records/index.h"
#include "support/random.h"
#include "support/section.h"
#include "support/threads.h"

enum { PLACES_MAX = 120000 };

static struct index fixture_memory, *const fixture_index = &fixture_memory;
static quipu_uint128 fixture_ids[PLACES_MAX], fixture_burnt[PLACES_MAX];
static _Atomic uint64_t fixture_marks[PLACES_MAX];

/* The most that a table may have room for, so that fingerprints are as short as they get. */
static uint64_t fixture_references = ((uint64_t)1 << INDEX_BITS_MAX) - 1;

static inline void fixture_open(uint64_t seed, uint64_t capacity)
{
    struct index_records records = {
        .ids = (const char *)fixture_ids,
        .marks = (const char *)(uintptr_t)fixture_marks,
        .id_stride = sizeof fixture_ids[0],
        .mark_stride = sizeof fixture_marks[0],
        .settled_mask = 1,
        .burnt = (const char *)fixture_burnt,
        .burnt_stride = sizeof *fixture_burnt,
        .references = fixture_references,
    };
    struct random random = {seed};

    cr_assert(grace_join()); /* while memory is to be had */
    cr_assert(quipui_index_open(fixture_index, &records, capacity));
    for (int i = 0; i < 4; i++)
        fixture_index->key.secret[i] = random_next(&random);
}

static inline void fixture_close(void)
{
    quipui_index_close(fixture_index);
}

/* The next id after this one of this shard with this home in a table of so many entries. */
static inline quipu_uint128 fixture_colliding(quipu_uint128 after, unsigned shard, uint64_t entries,
                                              uint64_t home)
{
    for (quipu_uint128 id = after + 1;; id++) {
        uint64_t hash = index_hash(fixture_index, id);

        if (index_shard_number(hash) == shard &&
            (index_fingerprint(hash) >> 32) * entries >> 32 == home) {
            return id;
        }
    }
}

/* A record with its id, not settled yet. */
static inline void fixture_write(uint64_t reference, quipu_uint128 id)
{
    fixture_ids[reference] = id;
    store_relaxed(&fixture_marks[reference], 0x100); /* the mask leaves it out */
}

static inline void fixture_settle(uint64_t reference)
{
    store_release(&fixture_marks[reference], 1);
}

static inline enum claim fixture_claim(quipu_uint128 id, uint64_t reference, uint64_t *found)
{
    enum claim claim;

    section_enter();
    claim = quipui_index_claim(fixture_index, index_hash(fixture_index, id), id, reference, found);
    section_leave();
    return claim;
}

static inline void fixture_release(quipu_uint128 id, uint64_t reference)
{
    quipui_index_free(fixture_index, index_hash(fixture_index, id), reference);
}

static inline void fixture_burn(quipu_uint128 id, uint64_t reference, uint64_t burnt)
{
    fixture_burnt[burnt] = id;
    quipui_index_burn(fixture_index, index_hash(fixture_index, id), reference, burnt);
}

static inline bool fixture_find(quipu_uint128 id, uint64_t *found)
{
    bool is_there;

    section_enter();
    is_there = quipui_index_find(fixture_index, index_hash(fixture_index, id), id, found);
    section_leave();
    return is_there;
}

#endif
