/* test_versions.c - the memory of older versions: enough of it, each version once.
 *
 *   T1  a spare version is nobody else's, and its link leads to it
 *   T2  retired versions are spare again in order of their stamps, and not before
 *   T3  refused memory is a plain false, and nothing changed
 *   T4  what is spare again is used before memory that was never used */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/memory.h"
#include "protocol/rcu/versions.h"

enum { LARGE = 100000 }; /* the first in small segments, the last in huge pages */

static struct versions versions;

static bool refuse(void)
{
    return true;
}

static int by_address(const void *a, const void *b)
{
    const uintptr_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

static void check_apart(struct rcu_version **taken, size_t count)
{
    uintptr_t *places = malloc(count * sizeof *places);

    cr_assert_not_null(places);
    for (size_t i = 0; i < count; i++)
        places[i] = (uintptr_t)taken[i];
    qsort(places, count, sizeof *places, by_address);
    for (size_t i = 1; i < count; i++)
        cr_assert_geq(places[i] - places[i - 1], sizeof(struct rcu_version));
    free(places);
}

/* Take one, replaced at this stamp. */
static struct rcu_version *take(uint64_t stamp)
{
    struct rcu_version *version;
    uint32_t link;

    cr_assert(quipui_versions_supply(&versions, 1));
    version = version_take(&versions, stamp, &link);
    cr_assert_neq(link, 0);
    cr_assert_eq(version_at(&versions, link), version);
    return version;
}

Test(versions, are_each_nobody_elses)
{
    struct rcu_version **taken = malloc(LARGE * sizeof(struct rcu_version *));

    cr_assert_not_null(taken);
    for (size_t i = 0; i < LARGE; i++) {
        taken[i] = take(i + 1);
        for (size_t word = 0; word < RCU_WORDS; word++)
            taken[i]->words[word] = i;
    }
    check_apart(taken, LARGE);
    for (size_t i = 0; i < LARGE; i++) {
        for (size_t word = 0; word < RCU_WORDS; word++)
            cr_assert_eq(taken[i]->words[word], i);
    }
    quipui_versions_close(&versions);
    free(taken);
}

Test(versions, are_spare_again_once_their_stamp_is_reached)
{
    enum { PER_BLOCK = BLOCK_VERSIONS - 1, BLOCKS = 40 };
    struct rcu_version *first = take(1), *again;
    uint64_t spare;

    for (uint64_t i = 1; i < BLOCKS * PER_BLOCK; i++)
        (void)take(i + 1);
    cr_assert_eq(versions.retired_count, BLOCKS * PER_BLOCK);
    spare = versions.spare_count;

    quipui_versions_reclaim(&versions, PER_BLOCK - 1);
    cr_assert_eq(versions.spare_count, spare);
    quipui_versions_reclaim(&versions, PER_BLOCK);
    cr_assert_eq(versions.spare_count, spare + PER_BLOCK);
    cr_assert_eq(versions.retired_count, (BLOCKS - 1) * PER_BLOCK);

    /* The block that is open is used up first. */
    for (int i = 0; i < PER_BLOCK; i++)
        (void)take(BLOCKS * PER_BLOCK + 1);
    again = take(BLOCKS * PER_BLOCK + 1);
    cr_assert_eq(again, first);

    quipui_versions_reclaim(&versions, UINT64_MAX);
    cr_assert_eq(versions.retired_count, 0);
    quipui_versions_close(&versions);
}

Test(versions, may_be_refused)
{
    uint64_t spare;

    cr_assert(quipui_versions_supply(&versions, LARGE));
    spare = versions.spare_count;
    quipui_memory_refuse = refuse;
    cr_assert_not(quipui_versions_supply(&versions, 4 * LARGE));
    quipui_memory_refuse = NULL;
    cr_assert_eq(versions.spare_count, spare);
    cr_assert(quipui_versions_supply(&versions, 4 * LARGE));
    quipui_versions_close(&versions);
}
