/* allocator.h - whose allocator does this build have?
 *
 * A sanitizer brings its own. It keeps memory for reasons of its own, so what a process has says
 * little. AddressSanitizer's (gcc 12, clang 14) and ThreadSanitizer's (gcc 12) have no handlers for
 * fork(): a child of a process whose other threads were allocating may wait for one of its locks
 * for ever. ThreadSanitizer's lock of large blocks showed it: 6 of 10 children hung. */
#ifndef QUIPU_TESTS_SUITES_FAULTS_ALLOCATOR_H
#define QUIPU_TESTS_SUITES_FAULTS_ALLOCATOR_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER_ALLOCATOR 1
#endif
#endif

#ifdef SANITIZER_ALLOCATOR
enum { ALLOCATOR_IS_OURS = 0, ALLOCATOR_FORKS = 0 };
#else
enum { ALLOCATOR_IS_OURS = 1, ALLOCATOR_FORKS = 1 };
#endif

#endif
