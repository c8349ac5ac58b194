/* tsan.h - is this a build of ThreadSanitizer? gcc and clang say so in different ways. */
#ifndef QUIPU_BASE_TSAN_H
#define QUIPU_BASE_TSAN_H

#if defined(__SANITIZE_THREAD__)
#define QUIPU_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define QUIPU_UNDER_TSAN 1
#endif
#endif

#endif
