/* allocator.h - whose allocator does this build have?
 *
 * A sanitizer brings its own. It keeps memory for reasons of its own, so what a process has says
 * little; and AddressSanitizer's (gcc 12, clang 14) has no handlers for fork(): a child of a
 * process whose other threads were allocating may wait for one of its locks for ever. */
#ifndef QUIPU_TESTS_SUITES_FAULTS_ALLOCATOR_H
#define QUIPU_TESTS_SUITES_FAULTS_ALLOCATOR_H

#if defined(__SANITIZE_ADDRESS__)
#define ASAN_ALLOCATOR 1
#elif defined(__SANITIZE_THREAD__)
#define TSAN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN_ALLOCATOR 1
#elif __has_feature(thread_sanitizer)
#define TSAN_ALLOCATOR 1
#endif
#endif

enum {
#ifdef ASAN_ALLOCATOR
    ALLOCATOR_IS_OURS = 0,
    ALLOCATOR_FORKS = 0
#elif defined(TSAN_ALLOCATOR)
    ALLOCATOR_IS_OURS = 0,
    ALLOCATOR_FORKS = 1
#else
    ALLOCATOR_IS_OURS = 1,
    ALLOCATOR_FORKS = 1
#endif
};

#endif
