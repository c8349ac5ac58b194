/* random.h - bytes that nobody can foretell. */
#ifndef QUIPU_BASE_RANDOM_H
#define QUIPU_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Returns false if the system has none to give. */
bool quipui_random_fill(void *bytes, size_t count);

#endif
