/* test_index_threads.c - lookups race with claims, growth and ids that are freed.
 *
 *   T1  an id that is stored is always found, with its record
 *   T2  an id that nobody ever claimed is never found
 *   T3  of racing claims of one id exactly one wins
 *
 * Ids share a shard and a few homes, so that freed ids move entries which others look for. */
#include "unit/records/index_fixture.h"

#include <sched.h>

enum { THREADS = 4, SHARD = 77, ENTRIES = 8, HOME = 7 };
/* Ids of a shard that are freed, a line of them, and all. */
enum { CHURNED = LINE_ENTRIES, GROUP = CHURNED + 4 };

struct race {
    quipu_uint128 ids[INDEX_SHARDS * GROUP]; /* colliding */
    unsigned rounds;
    uint64_t stored, over, looks; /* shared */
    unsigned lost[THREADS], wrong[THREADS], ghosts[THREADS];
};

static struct race race;

static void set_up(uint64_t seed, unsigned count)
{
    fixture_open(seed, 1000);
    for (unsigned i = 0; i < count; i++) {
        race.ids[i] = fixture_colliding(i == 0 ? 0 : race.ids[i - 1], SHARD, ENTRIES, HOME);
        fixture_ids[i] = race.ids[i];
    }
}

static void look_for(unsigned thread, unsigned i)
{
    uint64_t found = UINT64_MAX;

    if (!fixture_find(race.ids[i], &found)) {
        race.lost[thread]++;
    } else if (found != i) {
        race.wrong[thread]++;
    }
}

/* The id of a shard's first record, with another high half. */
static void look_for_ghost(unsigned thread, unsigned shard)
{
    uint64_t found;

    if (fixture_find(race.ids[shard * GROUP] | (quipu_uint128)1 << 100, &found))
        race.ghosts[thread]++;
}

static void check(unsigned rounds)
{
    for (int t = 0; t < THREADS; t++) {
        cr_assert_eq(race.lost[t], 0, "thread %d lost %u", t, race.lost[t]);
        cr_assert_eq(race.wrong[t], 0, "thread %d found another, %u times", t, race.wrong[t]);
        cr_assert_eq(race.ghosts[t], 0, "thread %d saw %u ghosts", t, race.ghosts[t]);
    }
    cr_assert_gt(rounds, 0);
}

/* In each shard: some are claimed and fill their home, others are stored beyond it, and when the
 * first are freed, which takes the stored ones home, all others are looking for these. */
static void move_or_look(void *context, unsigned thread)
{
    (void)context;
    if (thread > 0) {
        while (shared_read(&race.over) == 0) {
            unsigned shard = (unsigned)shared_read(&race.stored);

            if (shard == 0) continue;
            (void)shared_add(&race.looks, 1);
            for (unsigned i = CHURNED; i < GROUP; i++)
                look_for(thread, (shard - 1) * GROUP + i);
            look_for_ghost(thread, shard - 1);
        }
        return;
    }
    for (unsigned shard = 0; shard < INDEX_SHARDS; shard++) {
        const unsigned first = shard * GROUP;
        uint64_t looks, found;

        for (unsigned i = first; i < first + GROUP; i++) {
            if (fixture_claim(race.ids[i], i, &found) != CLAIM_TAKEN) race.wrong[0]++;
            if (i >= first + CHURNED) fixture_settle(i);
        }
        looks = shared_read(&race.looks);
        shared_raise(&race.stored, shard + 1);
        for (unsigned spins = 0; shared_read(&race.looks) < looks + 2;)
            spin(&spins);
        for (unsigned i = 0; i < CHURNED; i++) {
            unsigned at = first + (i * 3 + shard) % CHURNED; /* holes in the middle, too */

            fixture_release(race.ids[at], at);
        }
    }
    (void)shared_add(&race.over, 1);
}

Test(index_threads, finds_what_moves, .timeout = 240)
{
    for (unsigned round = 0; round < threads_work(20); round++) {
        race.stored = race.over = race.looks = 0;
        fixture_open(1, 1000);
        for (unsigned i = 0; i < INDEX_SHARDS * GROUP; i++) {
            quipu_uint128 before = i % GROUP == 0 ? 0 : race.ids[i - 1];

            if (round == 0) race.ids[i] = fixture_colliding(before, i / GROUP, 16, 13);
            fixture_ids[i] = race.ids[i];
            store_relaxed(&fixture_marks[i], 0);
        }
        threads_run(THREADS, move_or_look, &race);
        check(1);
        fixture_close();
    }
}

/* Thread 0 stores one after the other while its shard grows; thread 1 gives old sizes back. */
static void grow_or_look(void *context, unsigned thread)
{
    struct random random = {thread};
    const unsigned count = *(const unsigned *)context;

    if (thread == 0) {
        for (unsigned i = 0; i < count; i++) {
            uint64_t found;

            if (fixture_claim(race.ids[i], i, &found) != CLAIM_TAKEN) race.wrong[0]++;
            if (i % 64 == 0) (void)sched_yield();
            fixture_settle(i);
            (void)shared_add(&race.stored, 1);
        }
        (void)shared_add(&race.over, 1);
        return;
    }
    while (shared_read(&race.over) == 0) {
        unsigned stored = (unsigned)shared_read(&race.stored);
        uint64_t found;

        if (thread == 1) quipui_index_reclaim(fixture_index);
        if (stored > 0) look_for(thread, stored - 1);
        if (stored > 0) look_for(thread, random_below(&random, stored));
        if (fixture_find(race.ids[count], &found)) race.ghosts[thread]++;
    }
}

Test(index_threads, finds_what_is_stored_while_growing, .timeout = 240)
{
    for (unsigned round = 0; round < threads_work(20); round++) {
        unsigned count = 300;

        race.stored = race.over = 0;
        for (unsigned i = 0; i < count; i++)
            store_relaxed(&fixture_marks[i], 0);
        set_up(1, count + 1);
        threads_run(THREADS, grow_or_look, &count);
        check(count);
        fixture_close();
    }
}

/* All shards leave their sizes under lookups, which old tables must survive. */
static void fill_or_look(void *context, unsigned thread)
{
    const uint64_t count = *(const uint64_t *)context;
    struct random random = {thread};

    if (thread == 0) {
        for (uint64_t i = 0; i < count; i++) {
            uint64_t found;

            fixture_ids[i] = 1 + i;
            if (fixture_claim(1 + i, i, &found) != CLAIM_TAKEN) race.wrong[0]++;
            fixture_settle(i);
            (void)shared_add(&race.stored, 1);
            quipui_index_reclaim(fixture_index);
        }
        (void)shared_add(&race.over, 1);
        return;
    }
    while (shared_read(&race.over) == 0) {
        uint32_t stored = (uint32_t)shared_read(&race.stored);
        uint64_t i = stored > 0 ? random_below(&random, stored) : 0, found = UINT64_MAX;

        if (stored > 0 && (!fixture_find(1 + i, &found) || found != i)) race.lost[thread]++;
        if (fixture_find((quipu_uint128)(1 + i) << 64, &found)) race.ghosts[thread]++;
    }
}

Test(index_threads, finds_what_is_stored_while_sizes_are_forgotten, .timeout = 240)
{
    uint64_t count = threads_work(PLACES_MAX);

    fixture_open(2, PLACES_MAX);
    threads_run(THREADS, fill_or_look, &count);
    check((unsigned)count);
    cr_assert_geq(load_relaxed(&fixture_index->forgotten), 3);
    fixture_close();
}

struct claims {
    unsigned ids;
    unsigned won[THREADS], told[THREADS];
};

/* All threads claim the same ids. The winner stores, burns or frees the id; the others are told. */
static void claim_all(void *context, unsigned thread)
{
    struct claims *claims = context;

    for (unsigned i = 0; i < claims->ids; i++) {
        uint64_t reference = (uint64_t)thread * claims->ids + i, found = UINT64_MAX;
        enum claim claim = CLAIM_IN_FLIGHT;

        fixture_ids[reference] = 1 + i;
        for (unsigned spins = 0; claim == CLAIM_IN_FLIGHT; spin(&spins))
            claim = fixture_claim(1 + i, reference, &found);
        if (claim == CLAIM_TAKEN) {
            claims->won[thread]++;
            if (i % 2 == 0) fixture_settle(reference);
            if (i % 2 == 1) fixture_burn(1 + i, reference, i);
        } else if (claim == (i % 2 == 0 ? CLAIM_STORED : CLAIM_BURNT)) {
            if (i % 2 == 1 || fixture_ids[found] == 1 + i) claims->told[thread]++;
        }
    }
}

Test(index_threads, lets_one_claim_win, .timeout = 240)
{
    struct claims claims = {.ids = threads_work(PLACES_MAX / THREADS)};
    unsigned won = 0, told = 0;

    fixture_open(3, PLACES_MAX);
    threads_run(THREADS, claim_all, &claims);
    for (int t = 0; t < THREADS; t++) {
        won += claims.won[t];
        told += claims.told[t];
    }
    cr_assert_eq(won, claims.ids, "%u of %u won", won, claims.ids);
    cr_assert_eq(told, (THREADS - 1) * claims.ids);
    fixture_close();
}

/* A table that a reader is at, and whether it has been given back. */
struct reading {
    const _Atomic uint64_t *entry;
    uint64_t stored, inside, over, kept;
};

static void read_or_reclaim(void *context, unsigned thread)
{
    struct reading *reading = context;

    if (thread > 0) {
        while (shared_read(&reading->inside) == 0)
            (void)sched_yield();
        quipui_index_reclaim(fixture_index);
        (void)shared_add(&reading->over, 1);
        return;
    }
    section_enter();
    (void)shared_add(&reading->inside, 1);
    /* Long enough for a reclaim that does not wait; one that does never gets to its end here. */
    for (unsigned i = 0; i < 2000 && shared_read(&reading->over) == 0; i++)
        (void)sched_yield();
    reading->kept = load_relaxed(reading->entry);
    section_leave();
}

/* X6. A lookup would survive it otherwise, too: what was forgotten reads as empty, the state has
 * changed, and it looks again. But that is an argument about the kernel; this is one about us. */
Test(index_threads, keeps_a_table_while_somebody_is_in_a_read_section, .timeout = 240)
{
    struct reading reading = {0};
    struct index_shard *shard;
    struct index_table table;
    uint64_t hash, found;

    fixture_open(4, PLACES_MAX);
    fixture_write(0, 1);
    cr_assert_eq(fixture_claim(1, 0, &found), CLAIM_TAKEN);
    fixture_settle(0);
    hash = index_hash(fixture_index, 1);
    shard = index_shard_of(fixture_index, hash);
    table = index_table(fixture_index, shard, index_state(shard));
    reading.entry = &table.entries[index_home(index_fingerprint(hash), table.size)];
    reading.stored = load_relaxed(reading.entry);
    cr_assert_neq(reading.stored, 0);

    for (uint64_t i = 1; load_relaxed(&fixture_index->gone) == 0; i++) {
        fixture_write(i, i + 1);
        cr_assert_eq(fixture_claim(i + 1, i, &found), CLAIM_TAKEN);
        fixture_settle(i);
    }
    threads_run(2, read_or_reclaim, &reading);
    cr_assert_eq(reading.kept, reading.stored, "a table was forgotten under its reader");
    cr_assert_eq(load_relaxed(reading.entry), 0, "the table was not forgotten at all");
    fixture_close();
}
