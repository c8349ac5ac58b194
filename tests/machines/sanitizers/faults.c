/* faults.c - one deliberate fault per test, for the sanitizer that must see it; see CMakeLists.txt
 * beside it. Without a sanitizer these tests mean nothing, and are not built. */
#include <criterion/criterion.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

static int counter;

static void *count(void *unused)
{
    (void)unused;
    counter++;
    return NULL;
}

Test(faults, race)
{
    pthread_t other;

    cr_assert_eq(pthread_create(&other, NULL, count, NULL), 0);
    counter++;
    cr_assert_eq(pthread_join(other, NULL), 0);
}

/* The compiler must not see through a fault, nor take it out. */
static void *volatile hidden;

Test(faults, use_after_free)
{
    hidden = malloc(1);
    free(hidden);
    *(char *)hidden = 1;
}

Test(faults, leak)
{
    hidden = malloc(1);
    hidden = NULL;
}

Test(faults, signed_overflow)
{
    volatile int most = INT_MAX;

    most = most + 1;
}
