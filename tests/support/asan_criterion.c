/* asan_criterion.c - where leaks are looked for; part of ASan builds only.
 *
 * Criterion runs each test in a process of its own, whose leaks are the test's; the process that
 * starts them runs none of our code and, now and then, leaks a message of Criterion's. To suppress
 * by the library's name would hide every leak of a test, for Criterion calls it. So the starter is
 * told apart by what Criterion gives only to the processes it starts. */
#include <stdlib.h>

int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return getenv("BXFI_MAP") == NULL;
}
