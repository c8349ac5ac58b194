/* sort_keys.c - a few keys by insertion, more by a heap, which needs no memory. */
#include "base/sort_keys.h"

#include <stdbool.h>

#define FEW 32

static bool is_less(const struct key *left, const struct key *right)
{
    if (left->by != right->by) return left->by < right->by;
    return left->which < right->which;
}

static void sort_few(struct key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct key key = keys[i];
        size_t at = i;

        while (at > 0 && is_less(&key, &keys[at - 1])) {
            keys[at] = keys[at - 1];
            at--;
        }
        keys[at] = key;
    }
}

/* Let `key` sink from `at` to its place among the first `count` keys, the largest of which is on
 * top. */
static void sink(struct key *keys, size_t count, size_t at, struct key key)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_less(&keys[child], &keys[child + 1])) child++;
        if (!is_less(&key, &keys[child])) break;
        keys[at] = keys[child];
        at = child;
    }
    keys[at] = key;
}

static void sort_many(struct key *keys, size_t count)
{
    for (size_t at = count / 2; at-- > 0;)
        sink(keys, count, at, keys[at]);
    for (size_t last = count; last-- > 1;) {
        struct key key = keys[last];

        keys[last] = keys[0];
        sink(keys, last, 0, key);
    }
}

void quipui_sort(struct key *keys, size_t count)
{
    if (count > FEW) {
        sort_many(keys, count);
    } else {
        sort_few(keys, count);
    }
}
