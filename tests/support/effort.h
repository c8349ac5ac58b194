/* effort.h - how much a test does: all of it, or a share where a sanitizer makes it slow.
 *
 * The rest ran in the build without a sanitizer, with the same seeds. UndefinedBehaviorSanitizer
 * alone is fast enough for all of it. */
#ifndef QUIPU_TESTS_EFFORT_H
#define QUIPU_TESTS_EFFORT_H

#include "base/tsan.h"

#if defined(QUIPU_UNDER_TSAN) || defined(__SANITIZE_ADDRESS__)
#define EFFORT_SHARE 10
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EFFORT_SHARE 10
#endif
#endif
#ifndef EFFORT_SHARE
#define EFFORT_SHARE 1
#endif

/* So many operations, or the share of them, at least one. */
#define EFFORT(operations) (((operations) + EFFORT_SHARE - 1) / EFFORT_SHARE)

#endif
