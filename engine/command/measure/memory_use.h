/* memory_use.h - how much memory this process has in use. */
#ifndef QUIPU_COMMAND_MEASURE_MEMORY_USE_H
#define QUIPU_COMMAND_MEASURE_MEMORY_USE_H

#include <stdint.h>

/* The bytes of this process that are in memory now; 0: unknown. */
uint64_t memory_in_use(void);

#endif
