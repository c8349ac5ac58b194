/* test_sort_keys.c - keys come out in order, be they few or many, alike or not. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"
#include "write/create_transfers.h"

enum { COUNT_MAX = 2000, SEED = 11 };

static int compare(const void *a, const void *b)
{
    const struct key *left = a, *right = b;

    if (left->by != right->by) return left->by < right->by ? -1 : 1;
    return left->which < right->which ? -1 : left->which > right->which;
}

/* So many keys of `values` different ones; 0: of any. `which` tells them apart, out of order. */
static void check(struct random *random, size_t count, uint32_t values)
{
    static struct key keys[COUNT_MAX + 1], sorted[COUNT_MAX];

    for (size_t i = 0; i < count; i++) {
        keys[i].by = values != 0 ? random_below(random, values) : random_next(random);
        keys[i].which = (uint32_t)((i + 1) * 7919 % COUNT_MAX);
    }
    keys[count] = (struct key){0, 0}; /* nobody's: stays where it is */
    memcpy(sorted, keys, count * sizeof keys[0]);
    qsort(sorted, count, sizeof sorted[0], compare);
    quipui_sort(keys, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert(keys[i].by == sorted[i].by && keys[i].which == sorted[i].which,
                  "seed %d: key %zu of %zu, %u values", SEED, i, count, values);
    }
    cr_assert(keys[count].by == 0 && keys[count].which == 0, "one beyond the end");
}

Test(sort, puts_keys_in_order)
{
    static const uint32_t values[] = {0, 1, 2, 5, 1000};
    struct random random = {SEED};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (size_t count = 0; count <= 100; count++) {
            check(&random, count, values[i]);
            check(&random, count, values[i]);
        }
        check(&random, COUNT_MAX, values[i]);
    }
}

Test(sort, leaves_order_and_turns_reverse)
{
    for (size_t count = 1; count <= 100; count++) {
        struct key keys[100];

        for (size_t i = 0; i < count; i++)
            keys[i] = (struct key){UINT64_MAX - i, 0};
        for (int again = 0; again < 2; again++) {
            quipui_sort(keys, count);
            for (size_t i = 0; i < count; i++)
                cr_assert_eq(keys[i].by, UINT64_MAX - (count - 1 - i));
        }
    }
}
