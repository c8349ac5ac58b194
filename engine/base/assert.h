/* assert.h - claims about ourselves. Misuse by callers is never an assertion.
 *
 * invariant(x)  always on, O(1): a ledger that has lost its mind must stop
 * audit(x)      O(n): QUIPU_AUDIT builds and tests; elsewhere compiled but never evaluated */
#ifndef QUIPU_BASE_ASSERT_H
#define QUIPU_BASE_ASSERT_H

#include <stdio.h>
#include <stdlib.h>

#define invariant(claim) ((claim) ? (void)0 : invariant_broken(#claim, __FILE__, __LINE__))

#ifdef QUIPU_AUDIT
#define audit(claim) invariant(claim)
#else
#define audit(claim) ((void)(0 && (claim)))
#endif

/* GCOV_EXCL_START: what aborts leaves no counters; tests/unit/base/test_assert.c dies of it. */
_Noreturn static inline void invariant_broken(const char *claim, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, claim);
    abort();
}
/* GCOV_EXCL_STOP */

#endif
