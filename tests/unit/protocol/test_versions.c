/* test_versions.c - the memory of versions: enough of them, each once, whatever a block is.
 *
 *   T1  a spare version is nobody else's, and as aligned as a cache line
 *   T2  retired versions are spare again in order of their stamps, and not before
 *   T3  refused memory is a plain false, and nothing changed */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/memory.h"
#include "protocol/rcu/versions.h"

enum { SMALL = 1000, LARGE = 100000 }; /* the first in small blocks, the second in huge pages */

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
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(places[i] % CACHE_LINE, 0);
        if (i > 0) cr_assert_geq(places[i] - places[i - 1], sizeof(struct rcu_version));
    }
    free(places);
}

Test(versions, are_each_nobody_elses)
{
    struct rcu_version **taken = malloc(LARGE * sizeof(struct rcu_version *));

    cr_assert_not_null(taken);
    for (size_t i = 0; i < LARGE; i++) {
        cr_assert(quipui_versions_supply(&versions, i < SMALL ? 1 : 64));
        taken[i] = quipui_version_take(&versions);
        taken[i]->stamp = i;
    }
    check_apart(taken, LARGE);
    for (size_t i = 0; i < LARGE; i++)
        cr_assert_eq(taken[i]->stamp, i);

    for (size_t i = 0; i < LARGE; i++)
        quipui_version_retire(&versions, taken[i], i + 1);
    quipui_versions_reclaim(&versions, LARGE / 2);
    cr_assert_eq(versions.retired_count, LARGE / 2);
    cr_assert_eq(quipui_version_take(&versions), taken[LARGE / 2 - 1]);
    quipui_versions_close(&versions);
    free(taken);
}

Test(versions, may_be_refused)
{
    cr_assert(quipui_versions_supply(&versions, LARGE));
    quipui_memory_refuse = refuse;
    cr_assert_not(quipui_versions_supply(&versions, 2 * LARGE));
    quipui_memory_refuse = NULL;
    cr_assert_geq(versions.spare_count, LARGE);
    cr_assert(quipui_versions_supply(&versions, 2 * LARGE));
    quipui_versions_close(&versions);
}
