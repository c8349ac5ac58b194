/* mortal.h - a process that kills itself, by SIGKILL, at a point of the journal that a test names.
 *
 * The points are the calls of base/file.h, which are counted from mortal_at() on: whatever a log
 * does before, between and after its calls, some number ends it there. And each publication of a
 * ring's entries (journal/ring.h), which no call of the system surrounds. */
#ifndef QUIPU_TESTS_MORTAL_H
#define QUIPU_TESTS_MORTAL_H

#include <stdint.h>

enum mortal_place { MORTAL_CALL, MORTAL_PUBLISH };

/* Halfway: a write has written half of its bytes; of all else it is as after it. */
enum mortal_moment { MORTAL_BEFORE, MORTAL_HALFWAY, MORTAL_AFTER, MORTAL_MOMENTS };

/* Die at the n-th of these from now on, counted from 1, whichever thread comes to it. Called before
 * other threads are there, or while none of them is in such a place. */
void mortal_at(enum mortal_place place, uint64_t number, enum mortal_moment moment);

#endif
