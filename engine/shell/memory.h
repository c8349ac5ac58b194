/* memory.h - how much memory this process has in use. */
#ifndef QUIPU_SHELL_MEMORY_H
#define QUIPU_SHELL_MEMORY_H

#include <stdint.h>

/* Bytes that are in memory now; 0: the system does not say. */
uint64_t memory_in_use(void);

#endif
