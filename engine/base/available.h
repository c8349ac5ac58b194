/* available.h - how much memory the system would give, before it is taken.
 *
 * When no memory is left, the kernel ends a process, perhaps another one. So the library asks
 * first: the machine (MemAvailable), the control groups that this process is in (versions 1 and 2),
 * and RLIMIT_DATA. A limit that cannot be read is taken as none. */
#ifndef QUIPU_BASE_AVAILABLE_H
#define QUIPU_BASE_AVAILABLE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef QUIPU_TESTING
/* Where /proc and /sys are, for tests; "" unless set. */
extern const char *quipui_available_root;
#endif

/* Returns whether so many bytes are available. Allocates nothing. */
bool quipui_memory_is_available(uint64_t bytes);

#endif
