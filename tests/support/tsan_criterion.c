/* tsan_criterion.c - lets Criterion run under ThreadSanitizer; part of TSan builds only.
 *
 * Criterion maps the memory it shares with its test processes at an address drawn with rand_r(),
 * which nearly always lies where TSan keeps its shadow: "Could not initialize inheritable arena".
 * This rand_r() stands before libc's and draws only pages that TSan leaves to the program, from
 * 0x5660_0000_0000 to 0x567f_0000_0000.
 *
 * Not random at all is still right: an arena needs a free address, not a secret one. */
#include <stdlib.h>

/* Criterion shifts what it gets by this much to make an address. */
#define FIRST_DRAW 0x366000
#define DRAWS 0x1f00

int rand_r(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return (int)(FIRST_DRAW + (*seed >> 16) % DRAWS);
}
