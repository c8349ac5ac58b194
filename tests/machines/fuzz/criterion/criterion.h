/* criterion.h - as much of Criterion as tests/support/ uses, for a program that is no test.
 *
 * Criterion's own assertions report to its runner, which a fuzzer does not have; these abort. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_CRITERION_CRITERION_H
#define QUIPU_TESTS_MACHINES_FUZZ_CRITERION_CRITERION_H

#include <stdbool.h>
#include <stddef.h>

#include "machines/fuzz/claim.h"

#define cr_assert(...) claim(__VA_ARGS__)
#define cr_assert_eq(...) CR_ASSERT_EQ_(__VA_ARGS__, "")
#define cr_assert_lt(...) CR_ASSERT_LT_(__VA_ARGS__, "")
#define cr_assert_not_null(...) CR_ASSERT_NOT_NULL_(__VA_ARGS__, "")
#define cr_assert_fail(...) claim(false, __VA_ARGS__)

#define CR_ASSERT_EQ_(a, b, ...) claim((a) == (b), __VA_ARGS__)
#define CR_ASSERT_LT_(a, b, ...) claim((a) < (b), __VA_ARGS__)
#define CR_ASSERT_NOT_NULL_(a, ...) claim((a) != NULL, __VA_ARGS__)

#endif
