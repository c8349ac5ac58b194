/* wait.h - the part of spin() that sleeps. */
#ifndef QUIPU_BASE_WAIT_H
#define QUIPU_BASE_WAIT_H

#include "base/atomic.h"

/* The first sleep, and the longest. */
#define SLEEP_FIRST_NS 16000
#define SLEEP_LONGEST_NS 256000

#ifdef QUIPU_TESTING
/* How often waits slept, in all threads. */
extern _Atomic uint64_t quipui_wait_sleeps;
#endif

/* How long to sleep after so many rounds of spin(). */
uint64_t quipui_wait_ns(unsigned spins);

#endif
