/* fiber.h - stacks to switch between, on one thread, without a system call. */
#ifndef EXPLORE_FIBER_H
#define EXPLORE_FIBER_H

#include <stddef.h>

/* Where a stack that is not running was left. */
struct context {
    void *stack_pointer;
};

/* Begin at `entry`, which must not return, when first switched to. */
void context_start(struct context *context, char *stack, size_t bytes, void (*entry)(void));

/* Leave one, go on with another. */
void context_switch(struct context *from, struct context *to);

#endif
