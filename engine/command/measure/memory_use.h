/* memory_use.h - how much memory this process has in use. */
#ifndef QUIPU_COMMAND_MEASURE_MEMORY_USE_H
#define QUIPU_COMMAND_MEASURE_MEMORY_USE_H

#include <stdint.h>

/* Bytes that are in memory now; 0: the system does not say. */
uint64_t memory_in_use(void);

#endif
