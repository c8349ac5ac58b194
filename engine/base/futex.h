/* futex.h - sleep until a word changes, and wake the threads that sleep on it. */
#ifndef QUIPU_BASE_FUTEX_H
#define QUIPU_BASE_FUTEX_H

#include "base/atomic.h"

#define FUTEX_FOR_EVER UINT64_MAX

/* Sleep while the word is `value`, for so long at most. It may return early: the caller looks
 * again. errno stays as it was. */
void quipui_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t ns);

/* Wake up to `count` threads of this process that sleep on the word. */
void quipui_futex_wake(_Atomic uint32_t *word, int count);

#endif
