/* points.h - what the engine's atomic verbs and waits say to the scheduler.
 *
 * Outside of a schedule (setup, end checks) all of these do nothing: the engine runs as it is. */
#ifndef EXPLORE_POINTS_H
#define EXPLORE_POINTS_H

#include <stdbool.h>

/* An access to this address comes next: before it, another fiber may run. */
void explore_point(const volatile void *address, bool writes, const char *function, int line);

/* It wrote: a fiber that waits for that may go on. */
void explore_wrote(const volatile void *address);

/* Waiting: spin() until another fiber has written anything since the last spin(); relax() and
 * sched_yield() for nothing in particular. */
void explore_spin(unsigned *spins, const char *function);
void explore_relax(void);
void explore_yield(void);

/* Blocked until this address is written by another fiber; NULL: any address. */
void explore_await(const volatile void *address, const char *function);

#endif
