/* available.h - how much memory the system would give, before it is taken.
 *
 * Memory that is taken without asking may cost another process its life: the kernel ends one when
 * there is none left. Asked are the machine (MemAvailable), the control groups that this process is
 * in (versions 1 and 2), and RLIMIT_DATA. What cannot be read limits nothing. */
#ifndef QUIPU_BASE_AVAILABLE_H
#define QUIPU_BASE_AVAILABLE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef QUIPU_TESTING
/* Where /proc and /sys are, for tests; "" unless set. */
extern const char *quipui_available_root;
#endif

/* Are there so many bytes? Allocates nothing. */
bool quipui_memory_is_available(uint64_t bytes);

#endif
